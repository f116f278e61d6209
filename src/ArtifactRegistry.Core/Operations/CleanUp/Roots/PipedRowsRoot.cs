namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps the digests that rows piped to the command say to keep.</summary>
internal sealed class PipedRowsRoot(IReadOnlyDictionary<ImageName, string> spared) : IRoot
{
    public ValueTask<IEnumerable<Kept>> FindAsync(ImageGraph graph, CancellationToken stop) =>
        new(
            spared.Count == 0
                ? []
                : graph
                    .Nodes.Where(node => spared.ContainsKey(node.Image.Name))
                    .Select(node => new Kept(node, spared[node.Image.Name]))
        );
}
