namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps the digests that are in use.</summary>
internal sealed class InUseRoot(InUse inUse) : IRoot
{
    public IEnumerable<Kept> Find(ImageGraph graph) => graph.Nodes
        .Select(node => (Node: node, Entry: inUse.EntryOf(node))).Where(used => used.Entry is not null)
        .Select(used => new Kept(used.Node, used.Entry!.Workload ?? "in use", KeepsIndexes: true, IsNeeded: true));
}
