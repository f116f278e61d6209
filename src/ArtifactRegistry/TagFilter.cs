using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>
/// The tags that -Tag asks for: names, or patterns with * and ?. Tags differ in case, so patterns for them do.
/// </summary>
internal sealed class TagFilter
{
    private readonly WildcardPattern[] _patterns;
    private readonly List<string> _missing;

    /// <summary>Makes a filter for one listing.</summary>
    /// <param name="tags">Names and patterns.</param>
    /// <param name="what">What is listed. Of many images, a name chooses those that have it; of one image, it is what
    /// was asked for.</param>
    public TagFilter(string[] tags, ImagePattern what)
    {
        _patterns = [.. tags.Select(tag => WildcardPattern.Get(tag, WildcardOptions.None))];
        _missing =
            what.Name.IsWholeImage && !what.HasWildcards
                ? [.. tags.Where(tag => !WildcardPattern.ContainsWildcardCharacters(tag))]
                : [];
    }

    /// <summary>Gets the names that one image was asked for and that were not seen.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>Tells whether a tag is asked for, and notes that it is there.</summary>
    public bool IsWanted(string tag)
    {
        _missing.Remove(tag);
        return _patterns.Any(pattern => pattern.IsMatch(tag));
    }
}
