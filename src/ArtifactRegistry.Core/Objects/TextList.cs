using System.Collections.ObjectModel;

namespace ArtifactRegistry;

/// <summary>A list whose text is its items separated by ", ", so that it is readable in a CSV. Never null.</summary>
/// <remarks>A list and not a set, because PowerShell treats an empty list as false.</remarks>
/// <param name="items">The items.</param>
public class TextList(IList<string> items) : ReadOnlyCollection<string>(items)
{
    /// <summary>Gets the empty list.</summary>
    public static new TextList Empty { get; } = new([]);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", this);
}
