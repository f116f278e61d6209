namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Decides for every untagged digest of an image whether anything needs it: marks what is reachable from the roots, in
/// both directions where the service too refuses to part them. What is left unmarked is garbage.
/// </summary>
internal sealed class Marking
{
    private readonly ImageGraph _graph;
    private readonly CleanUpRules _rules;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<ImageNode, (string Reason, ImageNode? RelatedTo)> _marks = [];
    private readonly HashSet<ImageNode> _inUse = [];
    private readonly Queue<ImageNode> _toFollow = new();

    private Marking(ImageGraph graph, CleanUpRules rules, DateTimeOffset now) => (_graph, _rules, _now) = (graph, rules, now);

    /// <summary>The decision for each untagged digest.</summary>
    public static IReadOnlyDictionary<ImageNode, UntaggedImage> Run(
        ImageGraph graph, CleanUpRules rules, KeepPolicies policies, DateTimeOffset now)
    {
        var marking = new Marking(graph, rules, now);
        marking.MarkRoots(policies);
        return graph.Nodes.Where(node => !node.IsTagged).ToDictionary(node => node, marking.Decide);
    }

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
        // In UTC: local times say the same twice in the hour when summer time ends.
        return changed.ToUniversalTime() < _rules.OlderThan.At(_now).UtcDateTime ? null
            : $"not older than {_rules.OlderThan} ({(changed == uploaded ? "uploaded" : "updated")} {Age.Format(changed)})";
    }

    // Children and referrers don't use up the count: keeping "the newest 3" means three images that can be run.
    private List<ImageNode> NewestCandidates() =>
    [
        .. _graph.Nodes
            .Where(node => !_marks.ContainsKey(node) && node.Indexes.Count == 0 && node.SubjectDigest is null)
            .OrderByDescending(node => node.Image.UploadTime?.ToUniversalTime())
            .ThenBy(node => node.Image.Digest, StringComparer.Ordinal)
            .Take(_rules.KeepNewest),
    ];

    private void Mark(ImageNode node, string reason, ImageNode? relatedTo)
    {
        if (_marks.TryAdd(node, (reason, relatedTo))) _toFollow.Enqueue(node);
    }

    private void MarkInUse(ImageNode node, string reason, ImageNode? relatedTo)
    {
        if (!_inUse.Add(node)) return;
        _marks.TryAdd(node, (reason, relatedTo));
        // Followed even if it was marked before: being in use reaches further, to the indexes that list it.
        _toFollow.Enqueue(node);
    }

    private void Follow()
    {
        while (_toFollow.TryDequeue(out ImageNode? node))
        {
            foreach ((ImageNode child, string platform) in node.Children)
                Mark(child, platform == ImageGraph.AttestationPlatform ? $"attestation in {node}" : $"{platform} of {node}", node);
            foreach (ImageNode referrer in node.Referrers)
                Mark(referrer, $"{Describe(referrer.Kind)} of {node}", node);
            if (node.Subject is not null)
                Mark(node.Subject, $"subject of {Describe(node.Kind)} {node}", node);
            if (!_inUse.Contains(node)) continue;
            // A pod may report the digest of its platform, while its name is that of the index.
            foreach (ImageNode index in node.Indexes)
                MarkInUse(index, $"index of {node}, which is in use", node);
        }
    }

    private UntaggedImage Decide(ImageNode node)
    {
        bool keep = _marks.TryGetValue(node, out (string Reason, ImageNode? RelatedTo) mark);
        ImageNode? parent = node.Parents.FirstOrDefault();
        ImageNode? relatedTo = keep ? mark.RelatedTo : parent ?? node.Subject;
        string reason = keep ? mark.Reason
            : node.Indexes.Count > 0 ? $"untagged, and so is {node.Indexes[0]} that lists it"
            : node.Subject is not null ? $"{Describe(node.Kind)} of {node.Subject}, which is deleted too"
            : "untagged, nothing refers to it";
        return new UntaggedImage(
            node.Image, node.Kind, keep ? CleanUpDecision.Keep : CleanUpDecision.Delete, reason, relatedTo?.Image.Digest)
        {
            Rules = _rules,
        };
    }

    private static string Describe(ImageKind kind) => kind switch
    {
        ImageKind.Signature => "signature",
        ImageKind.Attestation => "attestation",
        ImageKind.Sbom => "SBOM",
        _ => "artifact",
    };
}
