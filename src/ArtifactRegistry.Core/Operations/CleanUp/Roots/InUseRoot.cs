namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps the digests that are in use.</summary>
internal sealed class InUseRoot(InUse inUse) : IRoot
{
    public ValueTask<IEnumerable<Kept>> FindAsync(ImageGraph graph, CancellationToken stop) => new(
        graph.Nodes.Where(inUse.Contains).Select(node => new Kept(node, "in use", KeepsIndexes: true)));
}
