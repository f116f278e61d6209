using ArtifactRegistry.Operations.CleanUp.Roots;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>The tags that keep nothing by themselves, and go with their digest.</summary>
internal enum RemovableTags
{
    /// <summary>None: every tag keeps its digest.</summary>
    None,

    /// <summary>Those that only name another digest of the image.</summary>
    Referrer,

    /// <summary>All, unless a root keeps the digest for them.</summary>
    All,
}

/// <summary>
/// Decides for every digest of an image whether anything needs it: marks everything that is reachable from the roots,
/// in both directions where the service refuses to separate two digests. Whatever is left unmarked is garbage.
/// </summary>
internal sealed class DecideImage
{
    private readonly HashSet<ImageNode> _inUse = [];
    private readonly Queue<ImageNode> _toFollow = new();

    private DecideImage()
    {
    }

    /// <summary>Sets <see cref="ImageNode.KeepReason"/> on every digest that is kept.</summary>
    /// <param name="graph">The digests.</param>
    /// <param name="roots">The roots that keep some of them.</param>
    /// <param name="removable">The tags that keep nothing by themselves.</param>
    /// <exception cref="RegistryException">A root cannot be evaluated.</exception>
    public static void Decide(ImageGraph graph, IReadOnlyList<IRoot> roots, RemovableTags removable)
    {
        foreach (ImageNode node in graph.Nodes)
        {
            (node.KeepReason, node.KeptBy, node.MarkFor, node.IsNeeded) = (null, null, null, false);
            node.FollowsTagSubjects = removable is not RemovableTags.None && node.HasOnlyReferrerTags;
            node.TagsMayGo = node.FollowsTagSubjects || (removable is RemovableTags.All && node.IsTagged)
                || (node.Quarantine is not null && !node.IsTagged);
        }

        DecideImage decision = new();
        foreach (IRoot root in roots)
        {
            foreach (Kept kept in (List<Kept>)[.. root.Find(graph)]) decision.Mark(kept);
            decision.Follow();
        }

        decision.KeepIndexesOfKeptChildren(graph);
        decision.KeepCycles(graph);
    }

    /// <summary>
    /// Keeps the digests whose index or referrer was not asked about: the service would refuse to delete them, so both
    /// stay.
    /// </summary>
    /// <param name="graph">The digests, after <see cref="Decide"/>.</param>
    /// <param name="wanted">The digests that were asked about.</param>
    public static void KeepWithUnaskedParents(ImageGraph graph, HashSet<string> wanted)
    {
        Queue<ImageNode> staying = new(graph.Nodes.Where(
            node => (!node.IsTagged || node.TagsMayGo) && !wanted.Contains(node.Image.Digest)));
        while (staying.TryDequeue(out ImageNode? parent))
        {
            // A subject that stays keeps its signatures as well, although the service would allow them to be deleted.
            foreach (ImageNode held in parent.Held.Concat(parent.Referrers).Concat(parent.TagReferrers))
            {
                if (held.KeepReason is not null || !wanted.Contains(held.Image.Digest)) continue;
                (held.KeepReason, held.KeptBy) = ($"{parent} refers to it and was not asked about", parent);
                staying.Enqueue(held);
            }
        }
    }

    private void Mark(Kept kept)
    {
        kept.Node.IsNeeded |= kept.IsNeeded;
        bool reachesFurther = kept.KeepsIndexes && _inUse.Add(kept.Node);
        if (kept.Node.KeepReason is null) (kept.Node.KeepReason, kept.Node.KeptBy) = (kept.Reason, kept.By);
        else if (!reachesFurther) return; // the first reason stays
        _toFollow.Enqueue(kept.Node);
    }

    private void Mark(ImageNode node, string reason, ImageNode by) => Mark(new Kept(node, reason, by));

    private void Follow()
    {
        while (_toFollow.TryDequeue(out ImageNode? node))
        {
            foreach ((ImageNode child, Clients.ManifestEntry entry) in node.Children)
                Mark(child, entry.IsAttestation ? $"attestation in {node}"
                    : entry.Platform is { } platform and not "unknown/unknown" ? $"{platform} of {node}"
                    : $"{child.Kind.InWords()} in {node}", node);
            foreach (ImageNode referrer in node.Referrers)
                Mark(referrer, $"{ReferrerInWords(referrer)} of {node}", node);
            foreach (ImageNode subject in node.Subjects)
                Mark(subject, $"subject of {ReferrerInWords(node)} {node}", node);
            foreach (ImageNode referrer in node.TagReferrers.Where(referrer => referrer.FollowsTagSubjects))
                Mark(referrer, $"{referrer.TaggedKind.InWords()} of {node} by its tag", node);
            // If it belongs to several images and one of them keeps it, it does not keep the others.
            bool isKeptBySubject = node.KeptBy is not null && node.TagSubjects.Contains(node.KeptBy);
            foreach (ImageNode subject in node.FollowsTagSubjects && !isKeptBySubject ? node.TagSubjects : [])
                Mark(subject, $"subject of {node.TaggedKind.InWords()} {node}", node);
            if (!_inUse.Contains(node)) continue;
            // A pod may report the digest of its platform although it was started by the digest of the index.
            foreach (ImageNode index in node.Indexes)
                Mark(new Kept(index, $"index of {node}, which is in use", node, KeepsIndexes: true));
        }
    }

    private static string ReferrerInWords(ImageNode node) =>
        (node.Kind is ImageKind.Image or ImageKind.Index ? ImageKind.Artifact : node.Kind).InWords();

    /// <summary>
    /// Keeps the indexes of a child that stays although it has no tag and nothing that stays holds it: reports differ
    /// on whether the service deletes the children of an index along with it.
    /// </summary>
    private void KeepIndexesOfKeptChildren(ImageGraph graph)
    {
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (ImageNode child in graph.Nodes)
            {
                if (
                    child.KeepReason is null
                    || child.IsTagged
                    || child.Parents.Any(parent => parent.KeepReason is not null)
                )
                    continue;
                foreach (ImageNode index in child.Indexes)
                    Mark(index, $"lists {child}, which stays and could go with it", child);
                changed |= child.Indexes.Count > 0;
            }

            Follow();
        }
    }

    /// <summary>
    /// Keeps digests that would have to be deleted before themselves. A digest cannot be computed from itself, so such
    /// a circle comes from tags that name each other, or from an incorrect listing.
    /// </summary>
    private void KeepCycles(ImageGraph graph)
    {
        HashSet<ImageNode> inCycles = [.. graph.Nodes.Where(node => node.KeepReason is null)];
        inCycles.ExceptWith(ParentsFirst.Of([.. inCycles]));
        foreach (ImageNode node in inCycles)
            Mark(new Kept(node, "is part of a circle of digests that refer to each other"));
        Follow();
    }
}
