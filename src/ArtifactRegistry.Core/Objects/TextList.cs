using System.Collections.ObjectModel;

namespace ArtifactRegistry;

/// <summary>A list whose text is its items with ", " between them, so that it reads well in a CSV. Never null.</summary>
/// <remarks>A list and not a set, because PowerShell takes an empty list for false.</remarks>
/// <param name="items">The items.</param>
public class TextList(IList<string> items) : ReadOnlyCollection<string>(items)
{
    /// <summary>Nothing.</summary>
    public static new TextList Empty { get; } = new([]);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", this);
}
