using ArtifactRegistry.Operations.CleanUp.Roots;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>What a clean-up spares besides what has a tag.</summary>
internal sealed record CleanUpRules
{
    /// <summary>Digests that something runs.</summary>
    public InUse InUse { get; init; } = InUse.Nothing;

    /// <summary>Only what is older is deleted.</summary>
    public MinimumAge OlderThan { get; init; } = MinimumAge.Default;

    /// <summary>How many of the newest untagged images to keep, for each image name.</summary>
    public int KeepNewest { get; init; }

    /// <summary>Whether repositories that other Google services manage may be cleaned.</summary>
    public bool IncludeManagedRepository { get; init; }

    /// <summary>
    /// Whether what has no tags but those that name a digest of its image (<c>sha256-HEX</c>, cosign's <c>.sig</c>,
    /// <c>.att</c> and <c>.sbom</c>) stays or goes with that digest, tags and all.
    /// </summary>
    public bool IncludeReferrerTag { get; init; }

    /// <summary>Digests that are not deleted whatever is found, each with the reason.</summary>
    internal IReadOnlyDictionary<ImageName, string> Spared { get; init; } = new Dictionary<ImageName, string>();

    /// <summary>These rules and those that came with a piped object: what either spares is spared.</summary>
    /// <param name="other">The other rules.</param>
    /// <param name="ageGiven">Whether <see cref="OlderThan"/> was asked for here, or is only the default.</param>
    internal CleanUpRules MergedWith(CleanUpRules other, bool ageGiven) => ReferenceEquals(this, other) ? this : this with
    {
        InUse = InUse.MergedWith(other.InUse),
        OlderThan = ageGiven ? MinimumAge.Stricter(OlderThan, other.OlderThan, DateTimeOffset.Now) : other.OlderThan,
        KeepNewest = Math.Max(KeepNewest, other.KeepNewest),
        IncludeManagedRepository = IncludeManagedRepository || other.IncludeManagedRepository,
        IncludeReferrerTag = IncludeReferrerTag || other.IncludeReferrerTag,
    };

    /// <summary>
    /// Gets what keeps digests, in the order in which it is looked for: of several reasons the first is told, so the lasting
    /// ones come first; and the newest are counted among what nothing else keeps.
    /// </summary>
    /// <param name="policies">What the repository's policies keep.</param>
    /// <param name="clockAhead">
    /// How far this machine's clock is ahead of the service's, which tells the times of digests. By one that is ahead, an
    /// image of this minute could be old enough; and so for a point in time, which may have been reckoned by that clock.
    /// </param>
    internal IReadOnlyList<IRoot> Roots(KeepPolicies policies, TimeSpan clockAhead) =>
    [
        new TagRoot(),
        new InUseRoot(InUse),
        new PolicyRoot(policies, DateTimeOffset.Now - clockAhead),
        new UnreadableRoot(),
        new AgeRoot(OlderThan, OlderThan.At(DateTimeOffset.Now) - clockAhead),
        new NewestRoot(KeepNewest),
        // What was kept before counts among the newest as it did then, so it comes after them.
        new PipedRowsRoot(Spared),
    ];
}
