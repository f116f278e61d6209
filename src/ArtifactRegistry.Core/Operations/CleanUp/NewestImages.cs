namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Selects digests by age.</summary>
internal static class NewestImages
{
    /// <summary>
    /// Gets the given number of newest digests. A digest without a time is never taken for the oldest: it is always
    /// included and not counted. Digests with the same time are ordered by digest, so that the result is the same each
    /// time.
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
