namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps the digests that a KEEP policy of the repository keeps.</summary>
internal sealed class PolicyRoot(KeepPolicies policies, DateTimeOffset now) : IRoot
{
    public IEnumerable<Kept> Find(ImageGraph graph) => policies.Kept(graph.Nodes, now)
        .Select(kept => new Kept(kept.Node, $"kept by the repository's policy '{kept.Policy}'", IsNeeded: true));
}
