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
        node.OrphanTag is string orphan && node.Image.Tags.Count == 1
            ? $"orphan: its tag {orphan} names a digest that this image does not have"
            : $"has the tag {node.Image.Tags.FirstOrDefault(tag => tag != node.OrphanTag) ?? node.Image.Tags[0]}";
}
