using System.Globalization;

namespace ArtifactRegistry;

/// <summary>
/// Reads the names of one listing of a repository. Its items usually have everything but their digest in common, so
/// text that is the same as before is neither parsed nor stored again.
/// </summary>
/// <param name="repository">The repository that was listed; names of other repositories are not valid.</param>
internal sealed class ListedNames(ImageName repository)
{
    private static readonly UInt128 Mix = new(0x9E3779B97F4A7C15, 0xF39CC0605CEDC835); // odd, otherwise arbitrary

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
            if (!ImageName.TryParse(text, out ImageName? name) || name.Digest is null || !IsOf(repository, name))
                return null;
            // Later requests use the name of the repository that was requested first.
            (_prefix, _image) = (text[..at], repository.WithPackage(name.Package!));
        }

        string digest = text[at..];
        return Digest.IsValid(digest) ? _image.WithDigest(digest) : null;
    }

    /// <summary>Returns whether a digest occurs for the first time, because pages may overlap.</summary>
    public bool IsNew(ImageName digest)
    {
        ImageName image = _image is not null && digest.Package == _image.Package ? _image : digest.ToImage();
        if (!_seen.TryGetValue(image, out HashSet<UInt128>? seen)) _seen[image] = seen = [];
        // Takes a quarter of the memory of the text.
        return seen.Add((Half(digest.Digest!, 0) * Mix) + Half(digest.Digest!, Digest.HexLength / 2));
    }

    /// <summary>Gets an equal media type or artifact type as the one string object that the listing shares.</summary>
    public string? SharedType(string? type)
    {
        if (type is null || _types.Add(type)) return type;
        _types.TryGetValue(type, out string? known);
        return known;
    }

    /// <summary>
    /// Returns whether a name is in a repository. A project has an id and a number, and a response may contain either.
    /// </summary>
    public static bool IsOf(ImageName repository, ImageName name) =>
        Same(repository.Location, name.Location) && Same(repository.Repository, name.Repository)
        && (Same(repository.Project, name.Project) || IsNumber(repository.Project) != IsNumber(name.Project));

    /// <summary>Returns whether a name is one of an image, under the id or the number of its project.</summary>
    public static bool IsOfImage(ImageName image, ImageName name) => IsOf(image, name) && name.Package == image.Package;

    private static UInt128 Half(string digest, int at) =>
        UInt128.Parse(
            digest.AsSpan(Digest.Prefix.Length + at, Digest.HexLength / 2),
            NumberStyles.HexNumber,
            CultureInfo.InvariantCulture
        );

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool IsNumber(string project) => project.All(char.IsAsciiDigit);
}
