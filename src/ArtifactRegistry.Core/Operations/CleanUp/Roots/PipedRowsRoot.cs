namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps what a row says to keep that was piped to the command.</summary>
internal sealed class PipedRowsRoot(IReadOnlyDictionary<ImageName, string> spared) : IRoot
{
    public ValueTask<IEnumerable<Kept>> FindAsync(ImageGraph graph, CancellationToken stop) => new(
        spared.Count == 0
            ? []
            : graph.Nodes.Where(node => spared.ContainsKey(node.Image.Name)).Select(node => new Kept(node, spared[node.Image.Name])));
}
