using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>The name of an image as far as it was typed.</summary>
/// <param name="Part">Which part the cursor is in.</param>
/// <param name="Before">What stands before that part and stays.</param>
/// <param name="Name">What is named so far: the repository before an image, the image before a tag or digest.</param>
internal sealed record PartialName(NamePart Part, string Before, ImageName? Name)
{
    private const string Scheme = "https://";

    /// <summary>Reads what was typed; null if nothing that could follow makes it a name.</summary>
    public static PartialName? Read(string text)
    {
        // The grammar of names decides where a part ends: a part that is not typed yet is tried as "x".
        int start = text.StartsWith(Scheme, StringComparison.Ordinal) ? Scheme.Length : 0;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
            return IsImage(text[..at], out ImageName? tagged) ? new PartialName(NamePart.Digest, text[..(at + 1)], tagged) : null;

        int slash = text.LastIndexOf('/');
        int colon = text.LastIndexOf(':');
        if (colon > slash && IsImage(text[..colon], out ImageName? image))
            return new PartialName(NamePart.Tag, text[..(colon + 1)], image);
        if (slash < start) return new PartialName(NamePart.Location, text[..start], null);

        int first = text.IndexOf('/', start);
        for (int end = first; end >= 0; end = text.IndexOf('/', end + 1))
            if (ImageName.TryParse(text[..end], out ImageName? repository) && repository.IsRepository)
                return new PartialName(NamePart.Image, text[..(end + 1)], repository);
        if (ImageName.TryParse(text[..slash] + "/x", out ImageName? place) && place.IsRepository && place.Repository == "x")
            return new PartialName(NamePart.Repository, text[..(slash + 1)], place);
        // The slash may be the one in example.com/my-project.
        return ImageName.TryParse(text[..slash] + "/x/x", out ImageName? host)
            ? new PartialName(NamePart.Project, text[..(first + 1)], host)
            : null;
    }

    private static bool IsImage(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ImageName? name) =>
        ImageName.TryParse(text, out name) && !name.IsRepository && name.Digest is null;
}
