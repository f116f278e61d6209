using System.Buffers;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>The parts of a name as they were split, not yet validated; an absent part is null.</summary>
internal readonly record struct ImageNameParts(
    string? Location, string? Project, string? Repository, string? Package, string? Tag, string? Digest);

/// <summary>
/// The grammar of the parts of a name. There is one method per part, which returns the problem with it, or null if it
/// is well formed.
/// </summary>
/// <remarks>
/// Everything in a request path is validated here. The characters are letters, digits and <c>. _ - :</c>, with <c>/</c>
/// only in a package, and no part is <c>.</c> or <c>..</c> or begins with a dot; so a resource name can only have the
/// segments that <see cref="ImageName"/> writes. Regex is not used, to avoid backtracking and a <c>$</c> that accepts a
/// newline.
/// </remarks>
internal static class ImageNameGrammar
{
    private const int LabelLength = 63;
    private const int DomainLength = 253;
    private const int PackageLength = 255;
    private const int TagLength = 128;

    private const string LabelRule = "lower-case letters, digits and hyphens, beginning with a letter and not"
        + " ending with a hyphen";

    private const string ProjectRule = "a project id of lower-case letters, digits and hyphens (my-project), a project"
        + " number, or a domain-scoped id (example.com:my-project)";

    private const string PackageRule = "lower-case letters and digits, separated by '.', '_', '__' or hyphens, in"
        + " segments separated by single slashes (team/web)";

    private const string TagRule = "letters, digits, '_', '.' and '-', not beginning with '.' or '-'";

    private static readonly SearchValues<char> LabelCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly SearchValues<char> TagCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    internal static string? Problem(in ImageNameParts parts) =>
        LocationProblem(parts.Location)
        ?? ProjectProblem(parts.Project)
        ?? RepositoryProblem(parts.Repository, parts.Location)
        ?? (parts.Package is null ? null : PackageProblem(parts.Package))
        ?? (parts.Tag is null ? null : TagProblem(parts.Tag))
        ?? (parts.Digest is null ? null : DigestProblem(parts.Digest))
        ?? (parts.Package is null && (parts.Tag ?? parts.Digest) is not null
            ? "a tag or digest needs an image in front, and this names only a repository" : null);

    /// <summary>Checks a region or multi-region: lowercase letters, digits and hyphens.</summary>
    /// <remarks>https://cloud.google.com/artifact-registry/docs/repositories/repo-locations</remarks>
    internal static string? LocationProblem(string? location) =>
        IsLabel(location) ? null : Explain("location", location, LabelLength, LabelRule, text => IsLabel(text));

    /// <summary>Checks a project id, a project number, or a domain-scoped id with its colon.</summary>
    /// <remarks>
    /// Shorter and longer ids than Google currently assigns are accepted; the server decides about them.
    /// </remarks>
    internal static string? ProjectProblem(string? project) =>
        IsProject(project) ? null
            : Explain("project", project, DomainLength + 1 + LabelLength, ProjectRule, text => IsProject(text));

    /// <summary>Checks a repository id, or one of the gcr.io hosts, which exist in one location each.</summary>
    /// <remarks>https://cloud.google.com/artifact-registry/docs/transition/setup-gcr-repo</remarks>
    internal static string? RepositoryProblem(string? repository, string? location)
    {
        string? home = RegistryHosts.LocationOfGcr(repository);
        if (home is null)
        {
            return IsLabel(repository) ? null
                : Explain("repository", repository, LabelLength, LabelRule, text => IsLabel(text));
        }

        return home == location ? null
            : $"the repository '{repository}' exists in the location '{home}' only, not in '{location}'";
    }

    /// <summary>Checks the &lt;name&gt; of the OCI distribution-spec, at most 255 characters.</summary>
    /// <remarks>https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests</remarks>
    internal static string? PackageProblem(string package) =>
        IsPackage(package) ? null : Explain("image", package, PackageLength, PackageRule, IsPackage);

    /// <summary>
    /// Checks a package in which <c>*</c> and <c>?</c> stand for letters, so that some name can match it.
    /// </summary>
    internal static string? PackagePatternProblem(string pattern) =>
        IsPackage(WithLetters(pattern)) ? null
            : Explain("image", pattern, PackageLength, PackageRule, text => IsPackage(WithLetters(text)), true);

    /// <summary>Checks the &lt;reference&gt; of the OCI distribution-spec as a tag.</summary>
    internal static string? TagProblem(string tag) =>
        IsTag(tag) ? null : Explain("tag", tag, TagLength, TagRule, IsTag);

    /// <summary>Checks a tag in which <c>*</c> and <c>?</c> stand for letters, so that some tag can match it.</summary>
    internal static string? TagPatternProblem(string pattern) =>
        IsTag(WithLetters(pattern)) ? null
            : Explain("tag", pattern, TagLength, TagRule, text => IsTag(WithLetters(text)), true);

    internal static string? DigestProblem(string digest)
    {
        if (Digest.IsValid(digest)) return null;

        string shown = SafeText.Quote(digest);
        if (HasWildcard(digest)) return $"the digest {shown} takes no wildcards; a digest names one image";
        if (Digest.IsValid(digest.ToLowerInvariant()))
            return $"the digest {shown} has upper-case letters; write it in lower case: {digest.ToLowerInvariant()}";
        if (!digest.StartsWith(Digest.Prefix, StringComparison.Ordinal))
            return $"what follows '@' must be a digest that begins with 'sha256:', and {shown} does not";

        int length = digest.Length - Digest.Prefix.Length;
        return length == Digest.HexLength
            ? $"the digest {shown} may only have the hexadecimal digits 0-9 and a-f after 'sha256:'"
            : $"the digest {shown} has {length} characters after 'sha256:' instead of 64; a shortened digest is not"
                + " enough, copy the whole one";
    }

    internal static bool HasWildcard(string? text) => text.AsSpan().IndexOfAny('*', '?') >= 0;

    // A separator may have a letter on both sides; so the result is valid exactly if some match is.
    private static string WithLetters(string pattern) => pattern.Replace('*', 'a').Replace('?', 'a');

    // [a-z]([a-z0-9-]*[a-z0-9])?
    private static bool IsLabel(ReadOnlySpan<char> text) => IsDomainLabel(text) && char.IsAsciiLetterLower(text[0]);

    // [a-z0-9]([a-z0-9-]*[a-z0-9])?
    private static bool IsDomainLabel(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= LabelLength && text[0] != '-' && text[^1] != '-'
        && text.IndexOfAnyExcept(LabelCharacters) < 0;

    private static bool IsProject(ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        return colon < 0
            ? IsLabel(text) || IsNumber(text)
            : IsDomain(text[..colon]) && IsLabel(text[(colon + 1)..]);
    }

    private static bool IsNumber(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= LabelLength && text.IndexOfAnyExceptInRange('0', '9') < 0;

    // Two or more labels, which, unlike those above, may begin with a digit (3m.com).
    private static bool IsDomain(ReadOnlySpan<char> text) =>
        text.Length <= DomainLength && text.Contains('.')
        && text.ToString().Split('.').All(label => IsDomainLabel(label));

    // [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*
    private static bool IsPackage(string text)
    {
        if (text.Length is 0 or > PackageLength) return false;

        int i = 0;
        while (true)
        {
            int start = i;
            while (i < text.Length && (char.IsAsciiLetterLower(text[i]) || char.IsAsciiDigit(text[i]))) i++;
            if (i == start) return false; // a separator at an end or beside another, or an invalid character
            if (i == text.Length) return true;

            char separator = text[i++];
            if (separator == '-') while (i < text.Length && text[i] == '-') i++;
            else if (separator == '_' && i < text.Length && text[i] == '_') i++;
            else if (separator is not ('.' or '_' or '/')) return false;
        }
    }

    // [A-Za-z0-9_][A-Za-z0-9._-]{0,127}
    private static bool IsTag(string text) =>
        text.Length is > 0 and <= TagLength && text[0] is not ('.' or '-')
        && text.AsSpan().IndexOfAnyExcept(TagCharacters) < 0;

    private static string Explain(
        string part, string? value, int longest, string rule, Predicate<string> isValid, bool wildcards = false)
    {
        string shown = SafeText.Quote(value);
        if (string.IsNullOrEmpty(value)) return $"the {part} is missing";
        if (!wildcards && HasWildcard(value)) return $"the {part} {shown} takes no wildcards";
        if (value.Length > longest)
            return $"the {part} {shown} has {value.Length} characters, and {longest} is the limit";
        if (isValid(value.ToLowerInvariant()))
            return $"the {part} {shown} has upper-case letters; write it in lower case";
        return $"the {part} {shown} is malformed: it must be {rule}";
    }
}
