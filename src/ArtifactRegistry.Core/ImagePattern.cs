using System.Diagnostics.CodeAnalysis;

namespace ArtifactRegistry;

/// <summary>The input of a listing: a name, or one with <c>*</c> and <c>?</c> in its image and its tag.</summary>
/// <remarks>
/// <code>
/// us-docker.pkg.dev/p/r/team/*      every image below team/, at any depth: * and ? stand for slashes too
/// us-docker.pkg.dev/p/r/web:v*      the tags of one image that begin with v
/// us-docker.pkg.dev/p/r/web*:v1     that tag of every image whose name begins with web
/// </code>
/// Wildcards are not allowed in host, project, repository and digest, so a pattern never reaches beyond one repository.
/// Matching is by code point and case-sensitive.
/// </remarks>
public sealed class ImagePattern
{
    private ImagePattern(ImageName name, string? packagePattern, string? tagPattern)
    {
        Name = name;
        PackagePattern = packagePattern;
        TagPattern = tagPattern;
    }

    /// <summary>
    /// The exact part: the whole name if there are no wildcards, the image if they are only in the tag, otherwise the
    /// repository.
    /// </summary>
    public ImageName Name { get; }

    /// <summary>The image with its wildcards; null if it has none.</summary>
    public string? PackagePattern { get; }

    /// <summary>The tag with its wildcards; null if any tag matches, or if <see cref="Name"/> has the tag.</summary>
    /// <remarks>A plain tag after an image with wildcards is here too, because <see cref="Name"/> is then a
    /// repository: <c>web*:v1</c> must not come to mean every tag of <c>web*</c>.</remarks>
    public string? TagPattern { get; }

    /// <summary>Gets whether there are wildcards; if not, <see cref="Name"/> is the complete name.</summary>
    public bool HasWildcards => PackagePattern is not null || TagPattern is not null;

    /// <summary>
    /// Parses a name in any spelling that <see cref="ImageName.Parse"/> accepts, with or without wildcards.
    /// </summary>
    /// <exception cref="ImageNameException">The text is anything else, or no image and tag could ever match
    /// it.</exception>
    public static ImagePattern Parse(string text) =>
        Read(text, out ImagePattern? pattern) is { } problem ? throw new ImageNameException(text, problem) : pattern!;

    /// <summary>Parses a pattern; returns false if <see cref="Parse"/> would throw.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImagePattern? pattern) =>
        Read(text, out pattern) is null;

    /// <summary>Creates the pattern that matches exactly one name.</summary>
    public static ImagePattern Exactly(ImageName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new ImagePattern(name, null, null);
    }

    /// <summary>
    /// Returns whether an image of the repository, with plain slashes, matches; a repository alone matches all.
    /// </summary>
    public bool MatchesPackage(string package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return PackagePattern is not null
            ? ImagePatternGlob.IsMatch(PackagePattern, package)
            : Name.Package is null || Name.Package == package;
    }

    /// <summary>Returns whether a name is one of a matching image, whatever its tag and digest are.</summary>
    public bool MatchesImage(ImageName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Package is not null && name.ToRepository() == Name.ToRepository() && MatchesPackage(name.Package);
    }

    /// <summary>Returns whether a tag of a matching image matches; without a tag in the pattern all do.</summary>
    public bool MatchesTag(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return TagPattern is not null
            ? ImagePatternGlob.IsMatch(TagPattern, tag)
            : Name.Tag is null || Name.Tag == tag;
    }

    /// <summary>Returns the pattern in a form that can be parsed again.</summary>
    public override string ToString() =>
        Name + (PackagePattern is null ? "" : "/" + PackagePattern) + (TagPattern is null ? "" : ":" + TagPattern);

    private static string? Read(string? text, out ImagePattern? pattern)
    {
        pattern = null;
        if (ImageNameParser.Split(text, wildcards: true, out ImageNameParts parts) is { } unreadable) return unreadable;

        bool inPackage = ImageNameGrammar.HasWildcard(parts.Package);
        bool inTag = ImageNameGrammar.HasWildcard(parts.Tag);
        string? packagePattern = inPackage ? parts.Package : null;
        string? tagPattern = inTag || inPackage ? parts.Tag : null;
        ImageNameParts exact = parts with
        {
            Package = inPackage ? null : parts.Package,
            Tag = inTag || inPackage ? null : parts.Tag,
            Digest = inTag || inPackage ? null : parts.Digest,
        };

        string? problem = ImageNameGrammar.Problem(exact)
            ?? (packagePattern is null ? null : ImageNameGrammar.PackagePatternProblem(packagePattern))
            ?? (tagPattern is null ? null : ImageNameGrammar.TagPatternProblem(tagPattern))
            ?? (parts.Digest == exact.Digest ? null : "a digest names one image; so there are no wildcards beside it");
        if (problem is null) pattern = new ImagePattern(ImageName.Create(exact), packagePattern, tagPattern);
        return problem;
    }
}
