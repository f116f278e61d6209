namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>What a clean-up spares besides what has a tag.</summary>
public sealed record CleanUpRules
{
    /// <summary>Digests that something runs.</summary>
    public InUse InUse { get; init; } = InUse.Nothing;

    /// <summary>Only what is older is deleted.</summary>
    public Cutoff OlderThan { get; init; } = Cutoff.Default;

    /// <summary>How many of the newest untagged images to keep, for each image name.</summary>
    public int KeepNewest { get; init; }

    /// <summary>Whether repositories that other Google services manage may be cleaned.</summary>
    public bool IncludeManagedRepository { get; init; }

    /// <summary>Digests that are not deleted whatever is found, each with the reason.</summary>
    internal IReadOnlyDictionary<ImageName, string> Spared { get; init; } = new Dictionary<ImageName, string>();

    /// <summary>These rules and those that came with a piped object: what either spares is spared.</summary>
    /// <param name="other">The other rules.</param>
    /// <param name="ageGiven">Whether <see cref="OlderThan"/> was asked for here, or is only the default.</param>
    internal CleanUpRules With(CleanUpRules other, bool ageGiven) => ReferenceEquals(this, other) ? this : this with
    {
        InUse = InUse.With(other.InUse),
        OlderThan = ageGiven ? Cutoff.Stricter(OlderThan, other.OlderThan, DateTimeOffset.Now) : other.OlderThan,
        KeepNewest = Math.Max(KeepNewest, other.KeepNewest),
        IncludeManagedRepository = IncludeManagedRepository || other.IncludeManagedRepository,
    };
}
