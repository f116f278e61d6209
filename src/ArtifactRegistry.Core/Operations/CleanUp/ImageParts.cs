namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Finds what goes with a digest if nothing else needs it.</summary>
internal static class ImageParts
{
    /// <summary>
    /// Gets the given digests, what they list if they are indexes, and what refers to any of these: signatures and the
    /// like, by their manifest or by their tag. Other tagged digests are not followed.
    /// </summary>
    public static HashSet<ImageNode> With(IEnumerable<ImageNode> nodes)
    {
        HashSet<ImageNode> found = [.. nodes];
        Queue<ImageNode> toFollow = new(found);
        while (toFollow.TryDequeue(out ImageNode? node))
            foreach (ImageNode part in node.Children.Select(child => child.Node)
                .Concat(node.Referrers).Concat(node.TagReferrers))
                if ((!part.IsTagged || part.FollowsTagSubjects) && found.Add(part))
                    toFollow.Enqueue(part);
        return found;
    }
}
