namespace ArtifactRegistry;

/// <summary>
/// Reads the names of one listing, whose items mostly have everything but their digest in common: what is the same text
/// as before is neither read nor held again.
/// </summary>
internal sealed class ListedNames
{
    private readonly HashSet<string> _types = new(StringComparer.Ordinal);
    private string _prefix = "";
    private ImageName? _image;

    /// <summary>The name of a digest; null if the text is anything else.</summary>
    public ImageName? Read(string text)
    {
        int at = text.LastIndexOf('@') + 1;
        if (_image is not null && text.AsSpan(0, at).SequenceEqual(_prefix))
            return Digest.IsValid(text[at..]) ? _image.WithDigest(text[at..]) : null;
        if (!ImageName.TryParse(text, out ImageName? name) || name.Digest is null) return null;
        if (name.Tag is null) (_prefix, _image) = (text[..at], name);
        return name;
    }

    /// <summary>The same media type or artifact type, as the one object that the listing has of it.</summary>
    public string? SharedType(string? type)
    {
        if (type is null || _types.Add(type)) return type;
        _types.TryGetValue(type, out string? known);
        return known;
    }
}
