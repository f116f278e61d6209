namespace ArtifactRegistry;

/// <summary>
/// The tags of a digest, in the order of the service. Empty, and so false in PowerShell, if it is untagged:
/// <c>-not $_.Tags</c> tests for that.
/// </summary>
/// <param name="tags">The tags.</param>
public sealed class TagList(IList<string> tags) : TextList(tags)
{
    /// <summary>Gets the list without tags.</summary>
    public static new TagList Empty { get; } = new([]);
}
