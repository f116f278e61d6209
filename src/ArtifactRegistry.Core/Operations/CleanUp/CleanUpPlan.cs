using System.Diagnostics;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The plan of a clean-up for one image: gathered and decided, and ready to be confirmed.
/// </summary>
/// <param name="Image">The image.</param>
/// <param name="Asked">
/// Every digest that was asked about, in order: all untagged ones, or all tagged ones with what goes with them, or
/// those that were named.
/// </param>
/// <param name="Unlisted">Digests that were asked about and are not listed; usually they are gone.</param>
/// <param name="Unreadable">The errors about content that could not be read.</param>
/// <param name="Graph">How the digests are connected.</param>
/// <param name="Rules">The rules that decided.</param>
internal sealed record CleanUpPlan(
    ImageName Image,
    IReadOnlyList<ImageNode> Asked,
    IReadOnlyList<RemovedImage> Unlisted,
    IReadOnlyList<RegistryException> Unreadable,
    ImageGraph Graph,
    CleanUpRules Rules)
{
    private const int TagsInQuestion = 5;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly long _made = Stopwatch.GetTimestamp();

    /// <summary>
    /// Gets whether so much time has passed that somebody may well have pushed or tagged something in the meantime.
    /// </summary>
    public bool IsStale => Age > Fresh;

    /// <summary>The time since the decision.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_made);

    /// <summary>The number of digests in the image, tagged or not.</summary>
    public int Total { get; } = Graph.Nodes.Count;

    /// <summary>The decisions as users see them, created one at a time because there may be very many.</summary>
    public IEnumerable<DecidedImage> Decisions =>
        Asked.Where(node => Rules.IsForTagged || !node.IsTagged || IsByReferrerTag(node))
            .Select(node => node.ToDecidedImage(Rules));

    /// <summary>The digests that are kept, in order.</summary>
    public IEnumerable<ImageNode> Keep => Asked.Where(node => node.KeepReason is not null);

    /// <summary>
    /// The digests that are deleted, in order; with a quarantine those that are marked first are among them.
    /// </summary>
    public IReadOnlyList<ImageNode> Delete { get; } = [.. Asked.Where(node => node.KeepReason is null)];

    /// <summary>The digests that are kept, and whose quarantine ends because somebody needs them.</summary>
    public IReadOnlyList<ImageNode> Needed { get; init; } = [];

    /// <summary>The number of digests that stay only because -IncludeReferrerTag was not given.</summary>
    public int KeptByReferrerTags { get; init; }

    /// <summary>Gets the reason why a digest stays; null if this plan deletes it, or if it is gone.</summary>
    public string? WhyKept(string digest) => Graph.Find(digest)?.KeepReason;

    /// <summary>Gets the plan in words, for the question and for -WhatIf.</summary>
    /// <param name="now">The digests that this run deletes, which may be fewer than planned.</param>
    public string Action(IReadOnlyCollection<ImageNode> now) =>
        Rules.Quarantine is not null ? QuarantineWords.Action(this, now)
        : Rules.IsForTagged ? StaleAction(now)
        : UntaggedAction(now);

    /// <summary>Gets what this does with <see cref="Delete"/>.</summary>
    public string Verb => Rules.Quarantine is null ? "delete" : "mark or delete";

    /// <summary>Gets what becomes of <see cref="Delete"/>.</summary>
    public string Participle => Rules.Quarantine is null ? "deleted" : "marked or deleted";

    private string StaleAction(IReadOnlyCollection<ImageNode> now)
    {
        ImageNode[] images = [.. now.Where(node => node.IsTagged && !node.FollowsTagSubjects)];
        int planned = Delete.Count(node => node.IsTagged && !node.FollowsTagSubjects);
        string of = images.Length == planned ? "" : $"{images.Length} of ";
        string[] tags = [.. images.SelectMany(node => node.Tags)];
        string more = tags.Length > TagsInQuestion ? $" and {tags.Length - TagsInQuestion} more" : "";
        return $"Delete {of}{planned} tagged {(planned == 1 ? "image" : "images")} "
            + $"({DigestCount.Text(now.Count)}, "
            + $"{ByteSize.Format(now.Sum(node => node.Image.SizeBytes))}) with the "
            + $"{(tags.Length == 1 ? "tag" : "tags")} {string.Join(", ", tags.Take(TagsInQuestion))}{more}, {Kept}";
    }

    private string UntaggedAction(IReadOnlyCollection<ImageNode> now)
    {
        int tagged = Delete.Count(node => node.IsTagged), untagged = Delete.Count - tagged;
        string of = now.Count == Delete.Count ? "" : $"{now.Count} of ";
        string with = tagged == 0 ? "" : $" and {tagged} with referrer tags only";
        return $"Delete {of}{DigestCount.Text(untagged, "untagged")}{with} "
            + $"({ByteSize.Format(now.Sum(node => node.Image.SizeBytes))}), {Kept}";
    }

    /// <summary>
    /// Gets what is kept in words. The first number counts the rows that say so, as the last line of the command does.
    /// The rest of the image is counted apart if it has tags, and alone if there are no such rows.
    /// </summary>
    public string Kept
    {
        get
        {
            string by =
                KeptByReferrerTags == 0
                    ? ""
                    : $" ({KeptByReferrerTags} only for referrer tags: see -IncludeReferrerTag)";
            ImageNode[] others = [.. Graph.Nodes.Except(Asked)];
            ImageNode[] silent = [.. others.Where(node => !Rules.Spared.ContainsKey(node.Image.Name))];
            ImageNode[] kept = [.. Graph.Nodes.Except(Delete).Except(silent)];
            bool haveTags = silent.All(node => node.IsTagged);
            int tagged = kept.Count(node => node.IsTagged);
            string kind = kept.Length == 0 ? "" : tagged == 0 ? "untagged" : tagged == kept.Length ? "tagged" : "";
            string rows = $"keep {DigestCount.Text(kept.Length, kind)}{by}";
            return silent.Length == 0 || (kept.Length > 0 && !haveTags) ? rows
                : kept.Length == 0 ? $"keep {(haveTags ? "" : "the other ")}"
                    + DigestCount.Text(silent.Length, haveTags ? "tagged" : "")
                : tagged == 0 ? $"keep {kept.Length} untagged{by} and {DigestCount.Text(silent.Length, "tagged")}"
                : $"{rows} and {DigestCount.Text(silent.Length, "other tagged")}";
        }
    }

    /// <summary>The total size, in bytes, of the digests that are deleted.</summary>
    public long SizeBytes => Delete.Sum(node => node.Image.SizeBytes);

    /// <summary>Gets the entries of -InUse that name something in this image.</summary>
    public IEnumerable<string> MatchedInUse =>
        Graph.Nodes.SelectMany(Rules.InUse.EntriesOf).Select(entry => entry.Text).Distinct(StringComparer.Ordinal);

    /// <summary>Returns whether all tags of a digest name digests.</summary>
    public static bool IsByReferrerTag(ImageNode node) =>
        node.FollowsTagSubjects || (node.OrphanTag is not null && node.Tags.Count == 1);
}
