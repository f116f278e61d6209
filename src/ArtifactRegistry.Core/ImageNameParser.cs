using System.Globalization;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>Splits the text of a name into its parts; <see cref="ImageNameGrammar"/> validates the parts.</summary>
/// <remarks>Each method returns the problem with the text, or null if there is none.</remarks>
internal static class ImageNameParser
{
    // More than the longest valid name in its longest spelling, and short enough to reject a pasted file quickly.
    private const int MaxTextLength = 2048;

    // The most common cause of an empty name: the colon makes PowerShell look for a variable "latest" on a drive
    // "app:".
    private const string DriveHint =
        "if it was written as \"$app:latest\", PowerShell reads that as a drive-qualified variable;"
        + " write \"${app}:latest\"";

    internal static string? Split(string? text, bool wildcards, out ImageNameParts parts)
    {
        parts = default;
        if (TextProblem(text, wildcards) is { } textProblem) return textProblem;

        if (text!.StartsWith("projects/", StringComparison.Ordinal)) return SplitResource(text, out parts);

        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return SplitReference(text, out parts);
        if (text.StartsWith("https://", StringComparison.Ordinal)) return SplitReference(text[8..], out parts);
        return $"{SafeText.Quote(text[..(scheme + 3)])} is not accepted in front; write https:// or nothing";
    }

    /// <summary>Checks the length and the characters of a name, in whatever registry it is.</summary>
    internal static string? TextProblem(string? text, bool wildcards = false)
    {
        if (string.IsNullOrEmpty(text)) return $"it is empty ({DriveHint})";
        if (text.Length > MaxTextLength) return $"it has {text.Length} characters, which is longer than any image name";
        foreach (char c in text)
            if (CharacterProblem(c, wildcards) is { } problem) return problem;
        return null;
    }

    private static string? CharacterProblem(char c, bool wildcards) => c switch
    {
        '*' or '?' => wildcards ? null
            : $"it contains '{c}', and this place takes no wildcards; name one image, or list images and choose",
        '…' => "it contains an ellipsis, as in a digest shortened for display; take the whole digest or the Uri",
        '\\' => "it contains a backslash; parts are separated by '/'",
        '#' => "it contains '#'; a name has no fragment",
        _ when char.IsWhiteSpace(c) && !char.IsControl(c) => "it contains a space; remove it",
        _ when char.IsControl(c) => $"it contains the control character U+{Hex(c)}; remove it",
        _ when !char.IsAscii(c) => $"it contains the character U+{Hex(c)}; image names are plain ASCII",
        _ when char.IsAsciiLetterOrDigit(c) || "._-:/@%".Contains(c, StringComparison.Ordinal) => null,
        _ => $"it contains '{c}', which no image name has",
    };

    private static string Hex(char c) => ((int)c).ToString("X4", CultureInfo.InvariantCulture);

    /// <summary>HOST/PROJECT[/REPOSITORY][/PACKAGE[:TAG][@DIGEST]], as docker and Kubernetes write it.</summary>
    private static string? SplitReference(string text, out ImageNameParts parts)
    {
        parts = default;
        string? digest = null;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            digest = text[(at + 1)..];
            text = text[..at];
            if (!text.Contains('/', StringComparison.Ordinal))
                return digest.Contains('/', StringComparison.Ordinal)
                    ? "it has '@' in or before the host; a user name or password is not accepted"
                    : "it looks like an e-mail address, which belongs to a member and not to an image";
        }

        if (text.Contains('%', StringComparison.Ordinal))
            return "it contains '%'; only the API's names (projects/...) have escapes; here write '/'";

        string[] segments = text.Split('/');
        if (SlashProblem(segments) is { } slashProblem) return slashProblem;
        if (ReadHost(segments[0], out string location, out string? repository) is { } hostProblem) return hostProblem;

        int next = 1;
        if (next == segments.Length) return $"the project is missing after the host '{segments[0]}'";
        string project = segments[next++];
        // No project id contains a dot; so a dot without a colon means the domain of a domain-scoped project.
        if (project.Contains('.', StringComparison.Ordinal) && !project.Contains(':', StringComparison.Ordinal))
        {
            if (next == segments.Length)
                return $"the project is missing after the domain {SafeText.Quote(project)}";
            project = $"{project}:{segments[next++]}";
        }

        if (repository is null)
        {
            if (next == segments.Length)
                return $"the repository is missing after the project {SafeText.Quote(project)}";
            repository = segments[next++];
        }

        string? package = next == segments.Length ? null : string.Join('/', segments[next..]);
        // Only example.com:my-project may end a repository's name with a colon in its last segment.
        if (package is null && segments[^1].Split(':') is { Length: > 1 } ends
            && (segments[^1] != project || !ends[0].Contains('.', StringComparison.Ordinal)))
            return "a tag needs an image in front, and this names only a repository";
        string? tag = SplitTag(ref package);
        parts = new ImageNameParts(location, project, repository, package, tag, digest);
        return null;
    }

    private static string? SlashProblem(string[] segments)
    {
        if (segments.Length > 1 && segments[^1].StartsWith(':')) return "it has '/' before the tag: remove the slash";
        if (segments.Length == 1 || !segments.Contains("")) return null;
        if (segments[0].Length == 0) return "it begins with '/', where a host was expected";
        if (segments[^1].Length == 0) return $"it ends with '/': leave that out, or, {DriveHint}";
        return "it contains '//', so a part between two slashes is missing";
    }

    private static string? ReadHost(string host, out string location, out string? repository)
    {
        if (RegistryHosts.TrySplit(host, out location, out repository))
            return ImageNameGrammar.LocationProblem(location);

        string shown = SafeText.Quote(host);
        if (RegistryHosts.TrySplit(host.Split(':')[0], out _, out _))
            return $"the host {shown} has a port; leave it out";
        if (ImageNameGrammar.HasWildcard(host)) return $"the host {shown} takes no wildcards";
        if (Digest.IsValid(host)) return "it is a digest alone, which does not say of which image";
        if (RegistryHosts.TrySplit(host.ToLowerInvariant(), out _, out _))
            return $"the host {shown} has upper-case letters; write it in lower case";
        if (RegistryHosts.IsIn(RegistryHosts.Domain, host))
            return $"the host {shown} is not one for container images, which is {RegistryHosts.Of("LOCATION")}";
        return $"{shown} is not an Artifact Registry host, and only names in Artifact Registry are accepted"
            + $" ({RegistryHosts.Forms})";
    }

    private static string? SplitTag(ref string? package)
    {
        // A colon before the last slash does not begin a tag; it stays, and the grammar of packages rejects it.
        int colon = package?.IndexOf(':', package.LastIndexOf('/') + 1) ?? -1;
        if (colon < 0) return null;
        string tag = package![(colon + 1)..];
        package = package[..colon];
        return tag;
    }

    /// <summary>projects/P/locations/L/repositories/R, with /packages/…[/versions/…|/tags/…] or
    /// /dockerImages/…@…</summary>
    /// <remarks>
    /// https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories
    /// </remarks>
    private static string? SplitResource(string text, out ImageNameParts parts)
    {
        parts = default;
        string[] s = text.Split('/');
        if (SlashProblem(s) is { } slashProblem) return slashProblem;
        if (s.Length < 6 || s[2] != "locations" || s[4] != "repositories")
            return "a name of the API begins projects/PROJECT/locations/LOCATION/repositories/REPOSITORY";

        (string project, string location, string repository) = (s[1], s[3], s[5]);
        if (s.Take(6).Any(segment => segment.Contains('%', StringComparison.Ordinal)))
            return "it contains '%' before the image; only slashes in the image are escaped";
        switch (s)
        {
            case { Length: 6 }:
                parts = new ImageNameParts(location, project, repository, null, null, null);
                return null;
            case [_, _, _, _, _, _, "packages", var package]:
                return Complete(package, null, null, out parts);
            case [_, _, _, _, _, _, "packages", var package, "tags", var tag]:
                return Complete(package, tag, null, out parts);
            case [_, _, _, _, _, _, "packages", var package, "versions", var digest]:
                return Complete(package, null, digest, out parts);
            case [_, _, _, _, _, _, "dockerImages", var image] when image.IndexOf('@') is >= 0 and int at:
                return Complete(image[..at], null, image[(at + 1)..], out parts);
            case [_, _, _, _, _, _, "dockerImages", _]:
                return "the digest is missing: write dockerImages/IMAGE@sha256:DIGEST";
            default:
                return "after the repository comes packages/IMAGE, packages/IMAGE/tags/TAG, "
                    + "packages/IMAGE/versions/sha256:DIGEST or dockerImages/IMAGE@sha256:DIGEST, with slashes in IMAGE"
                    + " written as %2F";
        }

        string? Complete(string package, string? tag, string? digest, out ImageNameParts complete)
        {
            package = package.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
            complete = new ImageNameParts(location, project, repository, package, tag, digest);
            return $"{package}{tag}{digest}".Contains('%', StringComparison.Ordinal)
                ? "it contains '%'; slashes in the image are escaped once, as %2F, and nothing else is" : null;
        }
    }
}
