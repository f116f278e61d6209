namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Counts digests by age.</summary>
internal static class Newest
{
    /// <summary>
    /// Gets so many of the newest. What has no time is never taken for the oldest: it is among them without being counted. Of
    /// the same time the digest decides, so that it is the same ones each time.
    /// </summary>
    public static IEnumerable<ImageNode> Of(IEnumerable<ImageNode> nodes, int count, Func<ImageNode, DateTime?> time)
    {
        ILookup<bool, ImageNode> timed = nodes.ToLookup(node => time(node) is not null);
        return timed[false].Concat(timed[true]
            .OrderByDescending(node => time(node)!.Value.ToUniversalTime())
            .ThenBy(node => node.Image.Digest, StringComparer.Ordinal)
            .Take(count));
    }
}
