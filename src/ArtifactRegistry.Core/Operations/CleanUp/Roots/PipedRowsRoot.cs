namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps the digests that rows piped to the command say to keep.</summary>
internal sealed class PipedRowsRoot(IReadOnlyDictionary<ImageName, string> spared) : DigestRoot
{
    protected override string? WhyKept(ImageNode node) => spared.GetValueOrDefault(node.Image.Name);
}
