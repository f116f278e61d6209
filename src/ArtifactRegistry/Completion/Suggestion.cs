namespace ArtifactRegistry;

/// <summary>A name that can be inserted at the cursor.</summary>
/// <param name="Name">The name, without quotes.</param>
/// <param name="Detail">The description that a menu shows; null if there is none.</param>
/// <param name="Label">The text that a menu lists, if that is not the name.</param>
internal sealed record Suggestion(string Name, string? Detail = null, string? Label = null)
{
    /// <summary>
    /// True if it stands for what was typed although it does not begin with that, such as a name in short.
    /// </summary>
    public bool IsMatch { get; init; }

    /// <summary>Gets whether the name needs no quotes although it begins with a digit.</summary>
    public bool IsPlain { get; init; }
}
