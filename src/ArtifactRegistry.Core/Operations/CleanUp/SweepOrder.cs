namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The order in which the digests of a plan are deleted: the same for a preview and for each run, the oldest first, and
/// digests that belong together one after the other.
/// </summary>
/// <remarks>
/// Two rules order a family. First, the service requires that indexes and referrers are deleted before the digests that
/// they hold. Second, where the service leaves the choice, the digests that it protects by refusing go first: it
/// refuses to delete an index that has gained a tag, but it deletes the signature of an image that is still needed. So
/// the indexes that list an image go before the signatures of that image, and if the deletion of one is refused, the
/// signatures stay.
/// </remarks>
internal sealed class SweepOrder
{
    private readonly HashSet<ImageNode> _planned;
    private readonly Dictionary<ImageNode, List<ImageNode>> _guards = []; // goes only after these, by the second rule
    private readonly Dictionary<ImageNode, List<ImageNode>> _guarded = [];

    /// <summary>Orders the digests that a plan deletes.</summary>
    public SweepOrder(CleanUpPlan plan)
    {
        _planned = [.. plan.Delete];
        foreach (ImageNode node in plan.Delete) AddGuards(node);

        ImageNode[] oldestFirst =
        [
            .. plan.Delete.OrderBy(node => node.Image.UploadTime?.ToUniversalTime() ?? DateTime.MaxValue)
                .ThenBy(node => node.Image.Digest, StringComparer.Ordinal),
        ];
        Dictionary<ImageNode, int> rank = new(oldestFirst.Length);
        for (int i = 0; i < oldestFirst.Length; i++) rank[oldestFirst[i]] = i;

        List<IReadOnlyList<ImageNode>> families = new();
        HashSet<ImageNode> seen = new();
        foreach (ImageNode node in oldestFirst)
            if (seen.Add(node))
                families.Add(InOrder(Family(node, seen), rank));
        Families = families;
    }

    /// <summary>
    /// The digests in families: those that hold each other together, others alone. Within a family, parents come before
    /// the digests that they hold.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<ImageNode>> Families { get; }

    /// <summary>All digests, in order.</summary>
    public IEnumerable<ImageNode> Digests => Families.SelectMany(family => family);

    /// <summary>Returns whether a digest is to be deleted.</summary>
    public bool Contains(ImageNode node) => _planned.Contains(node);

    /// <summary>Gets the planned digests that go before this one.</summary>
    public IEnumerable<ImageNode> Before(ImageNode node) =>
        node.Parents.Where(_planned.Contains).Concat(_guards.GetValueOrDefault(node) ?? []).Distinct();

    /// <summary>Gets the planned digests that wait for this one.</summary>
    public IEnumerable<ImageNode> After(ImageNode node) =>
        node.Held.Where(_planned.Contains).Concat(_guarded.GetValueOrDefault(node) ?? []).Distinct();

    private void AddGuards(ImageNode referrer)
    {
        for (
            ImageNode? subject = referrer.Subject;
            subject is not null && _planned.Contains(subject);
            subject = subject.Subject
        )
        {
            foreach (ImageNode index in subject.Indexes)
            {
                if (index == referrer || !_planned.Contains(index) || GoesBefore(referrer, index)) continue;
                Note(_guards, referrer, index);
                Note(_guarded, index, referrer);
            }

            if (subject == referrer) return; // a circle, which cannot exist in a registry
        }

        static void Note(Dictionary<ImageNode, List<ImageNode>> table, ImageNode node, ImageNode other)
        {
            if (!table.TryGetValue(node, out List<ImageNode>? others)) table[node] = others = [];
            others.Add(other);
        }
    }

    /// <summary>Returns whether the service requires that one digest goes before another.</summary>
    private bool GoesBefore(ImageNode one, ImageNode other)
    {
        HashSet<ImageNode> seen = [other];
        Queue<ImageNode> next = new(seen);
        while (next.TryDequeue(out ImageNode? node))
        {
            foreach (ImageNode parent in node.Parents)
            {
                if (parent == one) return true;
                if (_planned.Contains(parent) && seen.Add(parent)) next.Enqueue(parent);
            }
        }

        return false;
    }

    private List<ImageNode> Family(ImageNode node, HashSet<ImageNode> seen)
    {
        List<ImageNode> family = [node];
        for (int i = 0; i < family.Count; i++)
            foreach (ImageNode relative in Before(family[i]).Concat(After(family[i])))
                if (seen.Add(relative))
                    family.Add(relative);
        return family;
    }

    private List<ImageNode> InOrder(List<ImageNode> family, Dictionary<ImageNode, int> rank)
    {
        if (family.Count == 1) return family;
        Dictionary<ImageNode, int> waiting = family.ToDictionary(node => node, node => Before(node).Count());
        PriorityQueue<ImageNode, int> ready = new(
            family.Where(node => waiting[node] == 0).Select(node => (node, rank[node])));
        List<ImageNode> order = new(family.Count);
        while (ready.TryDequeue(out ImageNode? node, out _))
        {
            order.Add(node);
            foreach (ImageNode held in After(node))
                if (--waiting[held] == 0)
                    ready.Enqueue(held, rank[held]);
        }

        // Digests that wait for themselves come last, and their deletion never begins.
        return order.Count == family.Count ? order : [.. order, .. family.Except(order).OrderBy(node => rank[node])];
    }
}
