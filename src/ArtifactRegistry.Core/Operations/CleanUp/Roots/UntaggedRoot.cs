namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>
/// Keeps untagged digests that belong to no tagged image: these are what Remove-ArUntaggedImage is about, with its own
/// rules.
/// </summary>
/// <param name="planned">
/// The digests that the plan of this run deletes. Their image may be gone by now, or without its tags.
/// </param>
internal sealed class UntaggedRoot(IReadOnlyCollection<string> planned) : IRoot
{
    public IEnumerable<Kept> Find(ImageGraph graph)
    {
        HashSet<ImageNode> parts = ImageParts.With(graph.Nodes.Where(node =>
            (node.IsTagged && !node.FollowsTagSubjects) || planned.Contains(node.Image.Digest)));
        return graph.Nodes.Where(node => !parts.Contains(node))
            .Select(node => new Kept(node, "has no tag and belongs to no tagged image"));
    }
}
