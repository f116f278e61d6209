namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The order in which digests can be deleted one after the other: parents before the digests that they hold.
/// </summary>
internal static class ParentsFirst
{
    /// <summary>
    /// Sorts digests into this order; those that may go at the same time stay in the order in which they are given.
    /// Digests that are part of a circle are left out.
    /// </summary>
    public static IEnumerable<ImageNode> Of(IReadOnlyCollection<ImageNode> nodes)
    {
        HashSet<ImageNode> planned = [.. nodes];
        Dictionary<ImageNode, int> waiting = nodes.ToDictionary(
            node => node,
            node => node.Parents.Distinct().Count(planned.Contains)
        );
        Queue<ImageNode> ready = new(nodes.Where(node => waiting[node] == 0));
        while (ready.TryDequeue(out ImageNode? node))
        {
            yield return node;
            foreach (ImageNode held in node.Held.Distinct().Where(waiting.ContainsKey))
                if (--waiting[held] == 0)
                    ready.Enqueue(held);
        }
    }

    /// <summary>
    /// Sorts by digest, because the order of a listing changes from time to time and that of a preview must not.
    /// </summary>
    public static IEnumerable<ImageNode> Sorted(IEnumerable<ImageNode> nodes) =>
        nodes.OrderBy(node => node.Image.Digest, StringComparer.Ordinal);
}
