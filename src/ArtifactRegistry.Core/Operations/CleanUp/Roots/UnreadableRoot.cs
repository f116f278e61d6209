namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps digests that could not be read or understood, and every digest that these may hold.</summary>
internal sealed class UnreadableRoot : IRoot
{
    public IEnumerable<Kept> Find(ImageGraph graph)
    {
        foreach (ImageNode node in graph.Nodes)
        {
            if (node.Unreadable is RegistryException error)
                yield return new Kept(node, $"its manifest cannot be read: {error.Message}");
            else if (node.Content is { HasSubjectByOtherDigest: true })
                yield return new Kept(
                    node,
                    "is about a digest that is not SHA-256, and it is not known which image that is"
                );
            else if (node.Content is { IsReadable: false })
                yield return new Kept(node, "its manifest is not JSON");
        }

        if (graph.Gaps.Count > 0)
            foreach (ImageNode node in graph.Nodes)
                yield return new Kept(node, "may belong to something in this image that cannot be read");
        else if (graph.Nodes.FirstOrDefault(MayHoldAnything) is ImageNode unknown)
            foreach (ImageNode node in graph.Nodes)
                yield return new Kept(node, $"may belong to {unknown}, which cannot be read", unknown);
        else if (graph.Nodes.FirstOrDefault(HoldsUnknownContent) is ImageNode other)
            foreach (ImageNode node in graph.Nodes)
                yield return new Kept(
                    node,
                    $"may belong to {other}, which refers to a digest that is not SHA-256",
                    other
                );
    }

    private static bool MayHoldAnything(ImageNode node) => node.Unreadable is not null && !node.HoldsNothing;

    // A digest that is kept only because it could not be fully understood does not keep others.
    private static bool HoldsUnknownContent(ImageNode node) =>
        (node.IsTagged || node.KeepReason is not null)
        && node.Content is { ListsByOtherDigest: true } or { HasSubjectByOtherDigest: true };
}
