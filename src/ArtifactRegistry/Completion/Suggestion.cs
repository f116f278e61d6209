namespace ArtifactRegistry;

/// <summary>A name that can stand where the cursor is.</summary>
/// <param name="Name">The name, without quotes.</param>
/// <param name="Detail">What a menu tells about it; null if there is nothing to tell.</param>
/// <param name="Label">How a menu lists it, if that is not the name.</param>
internal sealed record Suggestion(string Name, string? Detail = null, string? Label = null)
{
    /// <summary>True if it stands for what was typed although it does not begin with that, such as a name in short.</summary>
    public bool IsMatch { get; init; }

    /// <summary>True if it needs no quotes though it begins with a digit.</summary>
    public bool IsPlain { get; init; }
}
