namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>The order in which digests can be deleted one after the other: parents before what they hold.</summary>
internal static class ParentsFirst
{
    /// <summary>
    /// Puts digests in order; those that may go at the same time stay in the order in which they are given. What is part of a
    /// circle is left out.
    /// </summary>
    public static IEnumerable<ImageNode> Of(IReadOnlyCollection<ImageNode> nodes)
    {
        HashSet<ImageNode> planned = [.. nodes];
        Dictionary<ImageNode, int> waiting = nodes.ToDictionary(node => node, node => node.Parents.Distinct().Count(planned.Contains));
        var ready = new Queue<ImageNode>(nodes.Where(node => waiting[node] == 0));
        while (ready.TryDequeue(out ImageNode? node))
        {
            yield return node;
            foreach (ImageNode held in node.Held.Distinct().Where(waiting.ContainsKey))
                if (--waiting[held] == 0)
                    ready.Enqueue(held);
        }
    }

    /// <summary>Sorts by digest: listings differ in their order from time to time, and a preview must not.</summary>
    public static IEnumerable<ImageNode> Sorted(IEnumerable<ImageNode> nodes) =>
        nodes.OrderBy(node => node.Image.Digest, StringComparer.Ordinal);
}
