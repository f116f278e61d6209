namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps digests that have a tag.</summary>
internal sealed class TagRoot : IRoot
{
    public ValueTask<IEnumerable<Kept>> FindAsync(ImageGraph graph, CancellationToken stop) =>
        new(
            graph
                .Nodes.Where(node => node.IsTagged && !node.FollowsTagSubjects)
                .Select(node => new Kept(node, ReasonOf(node)))
        );

    private static string ReasonOf(ImageNode node) =>
        node.Quarantine is null && QuarantineState.Of(node.Image) is { OtherTags.Count: 0 } quarantine
            ? quarantine.WhyItKeeps
            : node.OrphanTag is string orphan && node.Tags.Count == 1
            ? $"orphan: its tag {orphan} names a digest that this image does not have"
            : $"has the tag {node.Tags.FirstOrDefault(tag => tag != node.OrphanTag) ?? node.Tags[0]}";
}
