using System.Diagnostics;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>What a clean-up does with the untagged digests of one image: gathered and decided, and ready to be confirmed.</summary>
/// <param name="Image">The image.</param>
/// <param name="Asked">
/// Every digest that was asked about, in order: all untagged ones, or those that were named, tagged or not.
/// </param>
/// <param name="Unlisted">Digests that were asked about and are not there; mostly they are gone.</param>
/// <param name="Unreadable">Errors about what could not be read.</param>
/// <param name="Graph">How the digests are connected.</param>
/// <param name="Rules">What it was decided by.</param>
internal sealed record CleanUpPlan(
    ImageName Image,
    IReadOnlyList<ImageNode> Asked,
    IReadOnlyList<RemovedImage> Unlisted,
    IReadOnlyList<RegistryException> Unreadable,
    ImageGraph Graph,
    CleanUpRules Rules)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly long _made = Stopwatch.GetTimestamp();

    /// <summary>True once so much time has passed that somebody may well have pushed or tagged something since.</summary>
    public bool IsStale => Age > Fresh;

    /// <summary>How long ago it was decided.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_made);

    /// <summary>How many digests the image has, tagged or not.</summary>
    public int Total { get; } = Graph.Nodes.Count;

    /// <summary>The decisions as users see them, made one by one since there may be very many.</summary>
    public IEnumerable<UntaggedImage> Decisions =>
        Asked.Where(node => !node.IsTagged || IsByReferrerTag(node)).Select(node => node.ToUntaggedImage(Rules));

    /// <summary>What is kept, in order.</summary>
    public IEnumerable<ImageNode> Keep => Asked.Where(node => node.KeepReason is not null);

    /// <summary>What is deleted, in order.</summary>
    public IReadOnlyList<ImageNode> Delete { get; } = [.. Asked.Where(node => node.KeepReason is null)];

    /// <summary>How many digests would be deleted if -IncludeReferrerTag had been given, and stay for that reason alone.</summary>
    public int KeptByReferrerTags { get; init; }

    /// <summary>Gets why a digest stays; null if this plan deletes it, or if it is gone.</summary>
    public string? WhyKept(string digest) => Graph.Find(digest)?.KeepReason;

    /// <summary>The plan in words, for the question and for -WhatIf.</summary>
    public string Action
    {
        get
        {
            int tagged = Delete.Count(node => node.IsTagged), untagged = Delete.Count - tagged;
            string with = tagged == 0 ? "" : $" and {tagged} with referrer tags only";
            string by = KeptByReferrerTags == 0 ? "" : $" ({KeptByReferrerTags} only for referrer tags: see -IncludeReferrerTag)";
            return $"Delete {untagged} untagged {(untagged == 1 ? "digest" : "digests")}{with} ({ByteSize.Format(SizeBytes)}), keep {Total - Delete.Count}{by}";
        }
    }

    /// <summary>Size in bytes of what is deleted.</summary>
    public long SizeBytes => Delete.Sum(node => node.Image.SizeBytes);

    /// <summary>Gets the entries of -InUse that name something of this image.</summary>
    public IEnumerable<string> MatchedInUse => Graph.Nodes.SelectMany(Rules.InUse.EntriesOf).Distinct(StringComparer.Ordinal);

    /// <summary>Tells whether a digest has no tags but those that name digests.</summary>
    public static bool IsByReferrerTag(ImageNode node) => node.FollowsTagSubjects || (node.OrphanTag is not null && node.Image.Tags.Count == 1);
}
