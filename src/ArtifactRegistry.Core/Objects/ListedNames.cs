using System.Globalization;

namespace ArtifactRegistry;

/// <summary>
/// Reads the names of one listing of a repository. Its items mostly have everything but their digest in common: what is the
/// same text as before is neither read nor held again.
/// </summary>
/// <param name="repository">The repository that was listed; a name of any other is not one of it.</param>
internal sealed class ListedNames(ImageName repository)
{
    private static readonly UInt128 Mix = new(0x9E3779B97F4A7C15, 0xF39CC0605CEDC835); // odd, and otherwise of no meaning

    private readonly HashSet<string> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<ImageName, HashSet<UInt128>> _seen = [];
    private string _prefix = "";
    private ImageName? _image;

    /// <summary>Gets the name of a digest of the repository; null if the text is anything else.</summary>
    public ImageName? Read(string text)
    {
        int at = text.LastIndexOf('@') + 1;
        if (_image is null || !text.AsSpan(0, at).SequenceEqual(_prefix))
        {
            if (!ImageName.TryParse(text, out ImageName? name) || name.Digest is null || !IsOf(repository, name)) return null;
            // What is asked for later is asked for under the name that was asked for first.
            (_prefix, _image) = (text[..at], repository.WithPackage(name.Package!));
        }

        return Digest.IsValid(text[at..]) ? _image.WithDigest(text[at..]) : null;
    }

    /// <summary>Tells whether a digest comes for the first time: pages may overlap.</summary>
    public bool IsNew(ImageName digest)
    {
        ImageName image = _image is not null && digest.Package == _image.Package ? _image : digest.ToImage();
        if (!_seen.TryGetValue(image, out HashSet<UInt128>? seen)) _seen[image] = seen = [];
        // A quarter of the room that the text would take.
        return seen.Add((Half(digest.Digest!, 0) * Mix) + Half(digest.Digest!, Digest.HexLength / 2));
    }

    /// <summary>Gets the same media type or artifact type, as the one object that the listing has of it.</summary>
    public string? SharedType(string? type)
    {
        if (type is null || _types.Add(type)) return type;
        _types.TryGetValue(type, out string? known);
        return known;
    }

    /// <summary>
    /// Tells whether a name is one of a repository. A project has an id and a number, and an answer may have either.
    /// </summary>
    public static bool IsOf(ImageName repository, ImageName name) =>
        Same(repository.Location, name.Location) && Same(repository.Repository, name.Repository)
        && (Same(repository.Project, name.Project) || IsNumber(repository.Project) != IsNumber(name.Project));

    private static UInt128 Half(string digest, int at) => UInt128.Parse(
        digest.AsSpan(Digest.Prefix.Length + at, Digest.HexLength / 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool IsNumber(string project) => project.All(char.IsAsciiDigit);
}
