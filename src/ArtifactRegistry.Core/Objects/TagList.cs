using System.Collections.ObjectModel;

namespace ArtifactRegistry;

/// <summary>The tags of a digest, in the order of the service. Never null.</summary>
/// <remarks>
/// A list and not a set, because PowerShell takes an empty list for false: <c>-not $_.Tags</c> finds what is untagged.
/// Its text is the tags with ", " between them, so that a CSV reads well and an untagged row is empty there.
/// </remarks>
/// <param name="tags">The tags.</param>
public sealed class TagList(IList<string> tags) : ReadOnlyCollection<string>(tags)
{
    /// <summary>No tags.</summary>
    public static new TagList Empty { get; } = new([]);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", this);
}
