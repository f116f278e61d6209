using ArtifactRegistry.Operations.InUse;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Operations.CleanUp.Stale;

/// <summary>The order in which images count as newest.</summary>
internal enum StaleImageOrder
{
    /// <summary>By the time of the upload.</summary>
    UploadTime,

    /// <summary>
    /// By the highest version among the tags of an image. An image without a version is kept, and not counted.
    /// </summary>
    Version,
}

/// <summary>
/// The rules by which tagged images are stale: what is old, and neither among the newest nor excluded. If several of
/// these apply to an image, what one of them keeps stays.
/// </summary>
internal sealed record StaleRules
{
    /// <summary>The age that an image must exceed. Moving a tag changes nothing about it.</summary>
    public required MinimumAge OlderThan { get; init; }

    /// <summary>
    /// The number of newest images to keep, per image name or per release line, among those that would otherwise be
    /// deleted.
    /// </summary>
    public int KeepNewest { get; init; }

    /// <summary>The release lines to which <see cref="KeepNewest"/> applies; null for the whole image name.</summary>
    public ReleaseLine? KeepNewestPer { get; init; }

    /// <summary>The order in which images count as newest.</summary>
    public StaleImageOrder SortBy { get; init; }

    /// <summary>Only images all of whose tags match one of these are stale; empty for any tags.</summary>
    public IReadOnlyList<TagPattern> Tag { get; init; } = [];

    /// <summary>One tag that matches one of these keeps the image with all of its tags.</summary>
    public IReadOnlyList<TagPattern> ExcludeTag { get; init; } = [];

    /// <summary>The images to which this applies; empty for all.</summary>
    public IReadOnlyList<ImagePattern> Images { get; init; } = [];

    /// <summary>Gets how many of the newest stay if no number is given: of each release line, one.</summary>
    public static int DefaultCount(ReleaseLine? line) => line is null ? 0 : 1;

    /// <summary>Returns whether this applies to an image.</summary>
    public bool AppliesTo(ImageName image) => Images.Count == 0 || Covers(Images, image);

    /// <summary>Returns whether one of several patterns matches an image.</summary>
    public static bool Covers(IEnumerable<ImagePattern> patterns, ImageName image) => patterns.Any(pattern =>
        pattern.Name.ToRepository().Equals(image.ToRepository()) && pattern.MatchesPackage(image.Package!));

    /// <summary>
    /// Gets the reason why its own tags keep a digest, whatever its age; null if they do not.
    /// </summary>
    /// <exception cref="RegistryException">An expression takes too long.</exception>
    public string? WhyTagsKeep(IReadOnlyList<string> tags)
    {
        foreach (string tag in tags)
        {
            if (WhyExcluded([tag]) is string excluded) return excluded;
            if (InUseMark.IsMark(tag)) return $"has the mark {tag}, see Unprotect-ArImage";
            if (Tag.Count > 0 && !Tag.Any(pattern => pattern.IsMatch(tag)))
                return $"has the tag {tag}, not matched by -Tag";
            if (tag == ProtectedTags.Latest && !IsNamed(tag))
                return $"has the tag latest{NotNamed(", which")}";
            if (ProtectedTags.IsRelease(tag) && !IsNamed(tag))
                return $"has the tag {tag}, which looks like a release{NotNamed(" and")}";
        }

        return null;
    }

    // A reason names no parameter that was not given.
    private string NotNamed(string word) => Tag.Count == 0 ? "" : $"{word} -Tag does not name";

    /// <summary>Gets the reason why -ExcludeTag keeps a digest; null if it does not.</summary>
    /// <exception cref="RegistryException">An expression takes too long.</exception>
    public string? WhyExcluded(IReadOnlyList<string> tags)
    {
        foreach (string tag in tags)
            if (ExcludeTag.FirstOrDefault(pattern => pattern.IsMatchInAnyCase(tag)) is TagPattern excluded)
                return $"has the tag {tag}, kept by -ExcludeTag {excluded}";
        return null;
    }

    /// <summary>Returns whether -Tag names a tag that would otherwise keep its image.</summary>
    public bool IsNamed(string tag) => Tag.Any(pattern => pattern.Names(tag));

    /// <summary>Returns whether -Tag contains one of the tags itself, without wildcards.</summary>
    public bool IsNamedLiterally(IEnumerable<string> tags) =>
        Tag.Any(pattern => pattern.IsLiteral && tags.Any(pattern.IsMatch));

    /// <summary>Reads the name of an order, in any case.</summary>
    /// <exception cref="FormatException">There is no such order.</exception>
    internal static StaleImageOrder ParseOrder(string text) =>
        // Enum.Parse would take numbers, too.
        Enum.GetNames<StaleImageOrder>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase))
            is string found
            ? Enum.Parse<StaleImageOrder>(found)
            : throw new FormatException(
                $"{SafeText.Quote(text)} is neither {string.Join(" nor ", Enum.GetNames<StaleImageOrder>())}.");
}
