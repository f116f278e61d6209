namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>A root that says of each digest by itself whether it is kept.</summary>
internal abstract class DigestRoot : IRoot
{
    public IEnumerable<Kept> Find(ImageGraph graph) => graph.Nodes.Select(node => (Node: node, Reason: WhyKept(node)))
        .Where(kept => kept.Reason is not null).Select(kept => new Kept(kept.Node, kept.Reason!));

    /// <summary>Gets the reason to keep a digest, as users read it; null if this root does not keep it.</summary>
    protected abstract string? WhyKept(ImageNode node);
}
