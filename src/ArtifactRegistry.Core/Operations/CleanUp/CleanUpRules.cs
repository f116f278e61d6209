using ArtifactRegistry.Operations.CleanUp.Roots;
using ArtifactRegistry.Operations.CleanUp.Stale;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>The rules by which a clean-up of untagged digests, or of stale images, keeps digests.</summary>
internal sealed record CleanUpRules
{
    /// <summary>The digests that are in use.</summary>
    public InUse InUse { get; init; } = InUse.Nothing;

    /// <summary>The projects whose workloads are read, again and again, to find what is in use.</summary>
    public IReadOnlyList<string> InUseFrom { get; init; } = [];

    /// <summary>Gets whether it is known what is in use: even if nothing is, or if somebody said so.</summary>
    public bool KnowsInUse { get; init; }

    /// <summary>The rules for tagged images; empty in a clean-up of untagged digests.</summary>
    public IReadOnlyList<StaleRules> Stale { get; init; } = [];

    /// <summary>
    /// The images whose tagged digests may go: each list is that of one file of rules, and all lists must cover an
    /// image.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<ImagePattern>> Covered { get; init; } = [];

    /// <summary>
    /// Gets whether this is a clean-up of tagged images; without any of <see cref="Stale"/> all of them stay.
    /// </summary>
    public bool IsForTagged { get; init; }

    /// <summary>The age that an untagged digest must exceed to be deleted.</summary>
    public MinimumAge OlderThan { get; init; } = MinimumAge.Default;

    /// <summary>The number of newest untagged images to keep, per image name.</summary>
    public int KeepNewest { get; init; }

    /// <summary>
    /// The minimum time between the run that marks a digest and the run that deletes it; null if nothing is marked, and
    /// a mark keeps its digest.
    /// </summary>
    public TimeSpan? Quarantine { get; init; }

    /// <summary>Gets whether repositories that other Google services manage may be cleaned up.</summary>
    public bool IncludeManagedRepository { get; init; }

    /// <summary>
    /// Gets whether a digest all of whose tags name a digest of the same image (<c>sha256-HEX</c>, cosign's
    /// <c>.sig</c>, <c>.att</c> and <c>.sbom</c>) stays or goes with that digest, including its tags.
    /// </summary>
    public bool IncludeReferrerTag { get; init; }

    /// <summary>The digests that are never deleted, whatever else is found, each with the reason.</summary>
    internal IReadOnlyDictionary<ImageName, string> Spared { get; init; } = new Dictionary<ImageName, string>();

    /// <summary>Combines these rules with those of a piped object: what either keeps is kept.</summary>
    /// <param name="other">The other rules.</param>
    /// <param name="ageGiven">
    /// Whether <see cref="OlderThan"/> was specified here, rather than being the default.
    /// </param>
    internal CleanUpRules MergedWith(CleanUpRules other, bool ageGiven) =>
        ReferenceEquals(this, other)
            ? this
            : this with
            {
                InUse = InUse.MergedWith(other.InUse),
                InUseFrom = [.. InUseFrom.Union(other.InUseFrom)],
                KnowsInUse = KnowsInUse || other.KnowsInUse,
                IsForTagged = IsForTagged,
                Stale = [.. Stale.Union(other.Stale)],
                Covered = [.. Covered, .. other.Covered],
                OlderThan = ageGiven
                    ? MinimumAge.Stricter(OlderThan, other.OlderThan, DateTimeOffset.Now)
                    : other.OlderThan,
                KeepNewest = Math.Max(KeepNewest, other.KeepNewest),
                Quarantine = Quarantine > other.Quarantine || other.Quarantine is null ? Quarantine : other.Quarantine,
                IncludeManagedRepository = IncludeManagedRepository || other.IncludeManagedRepository,
                IncludeReferrerTag = IncludeReferrerTag || other.IncludeReferrerTag,
            };

    /// <summary>Gets the manifests that the roots need.</summary>
    internal ManifestReading Reading => new(
        EvenIfAllTagged: IsForTagged,
        // A running image may be identified by the digest of its configuration, which only the manifest contains; and
        // what a tagged digest is must not depend on whether something runs.
        EvenIfHoldsNothing: IsForTagged || InUse.Entries.Count > 0 || InUseFrom.Count > 0,
        IgnoresMarks: Quarantine is not null);

    /// <summary>
    /// Gets the roots that keep digests, in the order in which they are evaluated. If there are several reasons, the
    /// first one is reported, so the lasting ones come first; and the newest are counted among digests that nothing
    /// else keeps.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="policies">The KEEP policies of the repository.</param>
    /// <param name="clockAhead">
    /// How far this machine's clock is ahead of the service's clock, which sets the times of digests. With a clock that
    /// is ahead, an image pushed a minute ago could count as old enough. The same applies to a point in time, because
    /// it may have been computed with that clock.
    /// </param>
    /// <param name="planned">The digests that the plan deletes, if it is carried out already.</param>
    internal IReadOnlyList<IRoot> Roots(
        ImageName image, KeepPolicies policies, TimeSpan clockAhead, IReadOnlyCollection<string> planned) =>
        IsForTagged ? StaleRoots(image, policies, clockAhead, planned) : UntaggedRoots(policies, clockAhead);

    private IRoot[] StaleRoots(
        ImageName image, KeepPolicies policies, TimeSpan clockAhead, IReadOnlyCollection<string> planned)
    {
        StaleRules[] rules = Covered.All(patterns => StaleRules.Covers(patterns, image))
            ? [.. Stale.Where(each => each.AppliesTo(image))] : [];
        DateTimeOffset now = DateTimeOffset.Now - clockAhead;
        return
        [
            new StaleTagRoot(rules),
            new InUseRoot(InUse),
            new PolicyRoot(policies, now),
            new UnreadableRoot(),
            new UntaggedRoot(planned),
            new StaleAgeRoot(rules, clockAhead),
            new StaleNewestRoot(rules),
            new PipedRowsRoot(Spared),
        ];
    }

    private IRoot[] UntaggedRoots(KeepPolicies policies, TimeSpan clockAhead) =>
    [
        new TagRoot(),
        new InUseRoot(InUse),
        new PolicyRoot(policies, DateTimeOffset.Now - clockAhead),
        new UnreadableRoot(),
        new AgeRoot(OlderThan, OlderThan.At(DateTimeOffset.Now) - clockAhead),
        new NewestRoot(KeepNewest),
        // A digest that the preview kept must count among the newest here as it did there, so this root comes after
        // them.
        new PipedRowsRoot(Spared),
    ];
}
