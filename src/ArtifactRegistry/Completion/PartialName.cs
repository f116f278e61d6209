using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>The part of an image name that has been typed so far.</summary>
/// <param name="Part">The part that the cursor is in.</param>
/// <param name="Before">The text before that part, which completion keeps.</param>
/// <param name="Name">The name typed so far: the repository before an image, the image before a tag or digest.</param>
internal sealed record PartialName(NamePart Part, string Before, ImageName? Name)
{
    private const string Scheme = "https://";

    /// <summary>Parses the typed text; returns null if nothing that could follow would make it a valid name.</summary>
    public static PartialName? Read(string text)
    {
        // The grammar of names decides where a part ends; "x" stands in for a part that is not typed yet.
        int start = text.StartsWith(Scheme, StringComparison.Ordinal) ? Scheme.Length : 0;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
            return IsImage(text[..at], out ImageName? tagged)
                ? new PartialName(NamePart.Digest, text[..(at + 1)], tagged)
                : null;

        int slash = text.LastIndexOf('/');
        int colon = text.LastIndexOf(':');
        if (colon > slash && IsImage(text[..colon], out ImageName? image))
            return new PartialName(NamePart.Tag, text[..(colon + 1)], image);
        if (slash < start) return new PartialName(NamePart.Location, text[..start], null);

        int first = text.IndexOf('/', start);
        for (int end = first; end >= 0; end = text.IndexOf('/', end + 1))
            if (ImageName.TryParse(text[..end], out ImageName? repository) && repository.IsRepository)
                return new PartialName(NamePart.Image, text[..(end + 1)], repository);
        if (
            ImageName.TryParse(text[..slash] + "/x", out ImageName? place)
            && place.IsRepository
            && place.Repository == "x"
        )
            return new PartialName(NamePart.Repository, text[..(slash + 1)], place);
        // The slash may be the one in example.com/my-project.
        return ImageName.TryParse(text[..slash] + "/x/x", out ImageName? host)
            ? new PartialName(NamePart.Project, text[..(first + 1)], host)
            : null;
    }

    private static bool IsImage(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ImageName? name) =>
        ImageName.TryParse(text, out name) && !name.IsRepository && name.Digest is null;
}
