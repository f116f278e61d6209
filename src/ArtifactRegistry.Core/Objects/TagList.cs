namespace ArtifactRegistry;

/// <summary>
/// The tags of a digest, in the order of the service. Empty, and so false to PowerShell, if it is untagged:
/// <c>-not $_.Tags</c> finds that.
/// </summary>
/// <param name="tags">The tags.</param>
public sealed class TagList(IList<string> tags) : TextList(tags)
{
    /// <summary>No tags.</summary>
    public static new TagList Empty { get; } = new([]);
}
