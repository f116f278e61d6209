namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Decides for every digest of an image whether anything needs it: marks what is reachable from the roots, in both
/// directions where the service too refuses to part them. What is left unmarked is garbage.
/// </summary>
internal sealed class Marking
{
    private readonly ImageGraph _graph;
    private readonly CleanUpRules _rules;
    private readonly DateTimeOffset _now;
    private readonly HashSet<ImageNode> _inUse = [];
    private readonly Queue<ImageNode> _toFollow = new();

    private readonly DateTime _oldEnough; // in UTC: local times say the same twice in the hour when summer time ends

    private Marking(ImageGraph graph, CleanUpRules rules, TimeSpan clockAhead)
    {
        (_graph, _rules) = (graph, rules);
        // Times of digests are by the service's clock. By one that is ahead of it, an image of this minute could be old
        // enough; and so for a point in time, which may have been reckoned by that clock as well.
        _now = DateTimeOffset.Now - clockAhead;
        _oldEnough = (rules.OlderThan.At(DateTimeOffset.Now) - clockAhead).UtcDateTime;
    }

    /// <summary>Sets <see cref="ImageNode.KeepReason"/> of everything that is kept.</summary>
    /// <param name="graph">The digests.</param>
    /// <param name="rules">What to spare.</param>
    /// <param name="policies">What the repository's policies keep.</param>
    /// <param name="clockAhead">How far this machine's clock is ahead of the service's.</param>
    public static void Run(ImageGraph graph, CleanUpRules rules, KeepPolicies policies, TimeSpan clockAhead) =>
        new Marking(graph, rules, clockAhead).MarkRoots(policies);

    private void MarkRoots(KeepPolicies policies)
    {
        // The order decides which of several reasons is told: the lasting ones first.
        foreach (ImageNode node in _graph.Nodes)
            if (node.IsTagged)
                Mark(node, $"has the tag {node.Image.Tags[0]}", null);
        Follow();

        foreach (ImageNode node in _graph.Nodes)
            if (_rules.InUse.Contains(node.Image))
                MarkInUse(node, "in use", null);
        Follow();

        if (_rules.Spared.Count > 0)
            foreach (ImageNode node in _graph.Nodes)
                if (_rules.Spared.TryGetValue(node.Image.Name, out string? reason))
                    Mark(node, reason, null);
        Follow();

        foreach ((DockerImage image, string policy) in policies.Kept([.. _graph.Nodes.Select(node => node.Image)], _now))
            Mark(_graph.Find(image.Digest)!, $"kept by the repository's policy '{policy}'", null);
        Follow();

        MarkUnreadable();
        foreach (ImageNode node in _graph.Nodes)
            if (TooYoung(node.Image) is string reason)
                Mark(node, reason, null);
        Follow();

        foreach (ImageNode node in NewestCandidates())
            Mark(node, $"one of the {_rules.KeepNewest} newest untagged images", null);
        Follow();
    }

    private void MarkUnreadable()
    {
        foreach (ImageNode node in _graph.Nodes.Where(node => node.Unreadable is not null))
            Mark(node, $"its manifest cannot be read: {node.Unreadable!.Message}", null);
        // An index that cannot be read may list anything, so all of the image stays.
        if (_graph.Nodes.FirstOrDefault(node => node is { Unreadable: not null, MayBeIndex: true }) is ImageNode index)
            foreach (ImageNode node in _graph.Nodes)
                Mark(node, $"may be part of the index {index}, which cannot be read", index);
        Follow();
    }

    private string? TooYoung(DockerImage image)
    {
        if (_rules.OlderThan.IsNone) return null;
        if (image.UploadTime is not DateTime uploaded) return "its age is not known";
        DateTime changed = image.UpdateTime is DateTime updated && updated.ToUniversalTime() > uploaded.ToUniversalTime()
            ? updated
            : uploaded;
        return changed.ToUniversalTime() < _oldEnough ? null
            : $"not older than {_rules.OlderThan} ({(changed == uploaded ? "uploaded" : "updated")} {Age.Format(changed)})";
    }

    // Children and referrers don't use up the count: keeping "the newest 3" means three images that can be run.
    private List<ImageNode> NewestCandidates() =>
    [
        .. _graph.Nodes
            .Where(node => node.KeepReason is null && node.Indexes.Count == 0 && node.SubjectDigest is null)
            .OrderByDescending(node => node.Image.UploadTime?.ToUniversalTime())
            .ThenBy(node => node.Image.Digest, StringComparer.Ordinal)
            .Take(_rules.KeepNewest),
    ];

    private void Mark(ImageNode node, string reason, ImageNode? keptBy)
    {
        if (Note(node, reason, keptBy)) _toFollow.Enqueue(node);
    }

    private void MarkInUse(ImageNode node, string reason, ImageNode? keptBy)
    {
        if (!_inUse.Add(node)) return;
        Note(node, reason, keptBy);
        // Followed even if it was marked before: being in use reaches further, to the indexes that list it.
        _toFollow.Enqueue(node);
    }

    /// <summary>The first reason stays.</summary>
    private static bool Note(ImageNode node, string reason, ImageNode? keptBy)
    {
        if (node.KeepReason is not null) return false;
        (node.KeepReason, node.KeptBy) = (reason, keptBy);
        return true;
    }

    private void Follow()
    {
        while (_toFollow.TryDequeue(out ImageNode? node))
        {
            foreach ((ImageNode child, string platform) in node.Children)
                Mark(child, platform == ImageGraph.AttestationPlatform ? $"attestation in {node}" : $"{platform} of {node}", node);
            foreach (ImageNode referrer in node.Referrers)
                Mark(referrer, $"{referrer.Kind.InWords()} of {node}", node);
            if (node.Subject is not null)
                Mark(node.Subject, $"subject of {node.Kind.InWords()} {node}", node);
            if (!_inUse.Contains(node)) continue;
            // A pod may report the digest of its platform, while its name is that of the index.
            foreach (ImageNode index in node.Indexes)
                MarkInUse(index, $"index of {node}, which is in use", node);
        }
    }
}
