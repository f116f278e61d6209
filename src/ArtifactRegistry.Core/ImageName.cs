using System.Diagnostics.CodeAnalysis;

namespace ArtifactRegistry;

/// <summary>
/// The name of a repository in Artifact Registry, of an image in it, or of one tag or digest of an image.
/// </summary>
/// <remarks>
/// Immutable and always well formed. All spellings of a name are the same value:
/// <code>
/// LOCATION-docker.pkg.dev/PROJECT/REPOSITORY[/a/b[:TAG][@sha256:…]]     docker.REGION.rep.pkg.dev/…
/// gcr.io, us.gcr.io, eu.gcr.io, asia.gcr.io /PROJECT[/a/b…]             in us, us, europe and asia
/// projects/P/locations/L/repositories/R[/packages/a%2Fb[/versions/sha256:…|/tags/T]]
/// projects/P/locations/L/repositories/R/dockerImages/a%2Fb@sha256:…
/// </code>
/// A host may be preceded by <c>https://</c>, and a domain-scoped project is written <c>example.com/my-project</c> or
/// <c>example.com:my-project</c>. Nothing is ever guessed: a name without a tag has no tag, and not <c>latest</c>.
/// <para>
/// The resource names are safe in a request path: they contain only the characters of the grammar and <c>%2F</c>, so
/// they have exactly the segments that are shown, and typed text can never reach another repository.
/// The slashes of a package are <c>%2F</c> in a resource name; in a request path the percent sign is escaped once more.
/// </para>
/// Sources: https://cloud.google.com/artifact-registry/docs/docker/names and the grammar of the OCI distribution-spec.
/// </remarks>
public sealed class ImageName : IEquatable<ImageName>
{
    // Shared by all names of an image that come from one of them: a listing has thousands.
    private readonly Place _place;

    private ImageName(Place place, string? tag = null, string? digest = null) =>
        (_place, Tag, Digest) = (place, tag, digest);

    /// <summary>The location, a region or a multi-region: <c>europe-west1</c>, <c>us</c>.</summary>
    public string Location => _place.Location;

    /// <summary>The project's id or number; a domain-scoped one as the API wants it,
    /// <c>example.com:my-project</c>.</summary>
    public string Project => _place.Project;

    /// <summary>The repository's id; for the gcr.io hosts the host's name.</summary>
    public string Repository => _place.Repository;

    /// <summary>The image within the repository, with plain slashes: <c>team/web</c>; null for a repository.</summary>
    public string? Package => _place.Package;

    /// <summary>The tag, or null.</summary>
    public string? Tag { get; }

    /// <summary>The digest, <c>sha256:</c> and 64 digits, or null. With a tag beside it, the digest says which image
    /// is meant.</summary>
    public string? Digest { get; }

    /// <summary>Gets whether this names a repository and not an image.</summary>
    public bool IsRepository => Package is null;

    /// <summary>Gets whether this names an image with neither tag nor digest, which means all of its digests.</summary>
    public bool IsWholeImage => Package is not null && Tag is null && Digest is null;

    /// <summary><c>projects/P/locations/L/repositories/R</c></summary>
    public string RepositoryResource => $"projects/{Project}/locations/{Location}/repositories/{Repository}";

    /// <summary><c>projects/P/locations/L/repositories/R/packages/a%2Fb</c></summary>
    /// <exception cref="InvalidOperationException">The name is a repository's.</exception>
    public string PackageResource => $"{RepositoryResource}/packages/{EscapedPackage}";

    /// <summary><c>projects/P/locations/L/repositories/R/packages/a%2Fb/versions/sha256:…</c></summary>
    /// <exception cref="InvalidOperationException">The name has no digest.</exception>
    public string VersionResource => $"{PackageResource}/versions/{Required(Digest, "digest")}";

    /// <summary><c>projects/P/locations/L/repositories/R/packages/a%2Fb/tags/T</c></summary>
    /// <exception cref="InvalidOperationException">The name has no tag.</exception>
    public string TagResource => $"{PackageResource}/tags/{Required(Tag, "tag")}";

    /// <summary><c>projects/P/locations/L/repositories/R/dockerImages/a%2Fb@sha256:…</c></summary>
    /// <exception cref="InvalidOperationException">The name has no digest.</exception>
    public string DockerImageResource =>
        $"{RepositoryResource}/dockerImages/{EscapedPackage}@{Required(Digest, "digest")}";

    internal string EscapedPackage => Required(Package, "image").Replace("/", "%2F", StringComparison.Ordinal);

    /// <summary>Parses a name in any of its spellings.</summary>
    /// <exception cref="ImageNameException">The text is anything else, also null or empty.</exception>
    public static ImageName Parse(string text) =>
        Read(text, out ImageName? name) is { } problem ? throw new ImageNameException(text, problem) : name!;

    /// <summary>Parses a name in any of its spellings; returns false if <see cref="Parse"/> would throw.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageName? name) => Read(text, out name) is null;

    /// <summary>Creates a name from its parts, in the form in which responses of the API contain them.</summary>
    /// <param name="location">As <see cref="Location"/>.</param>
    /// <param name="project">As <see cref="Project"/>, a domain-scoped one with its colon.</param>
    /// <param name="repository">As <see cref="Repository"/>.</param>
    /// <param name="package">As <see cref="Package"/>, with plain slashes; null for a repository.</param>
    /// <param name="tag">Null for none; an empty one is an error, since dropping it would name more than was
    /// meant.</param>
    /// <param name="digest">Null for none; an empty one is an error.</param>
    /// <exception cref="ImageNameException">A part is malformed, or there is a tag or digest without a
    /// package.</exception>
    public static ImageName Create(
        string location, string project, string repository, string? package, string? tag, string? digest) =>
        Create(new ImageNameParts(location, project, repository, package, tag, digest));

    /// <summary>The repository that the image is in.</summary>
    public ImageName ToRepository() => new(_place with { Package = null });

    /// <summary>The image without tag and digest.</summary>
    /// <exception cref="InvalidOperationException">The name is a repository's.</exception>
    public ImageName ToImage()
    {
        Required(Package, "image");
        return new ImageName(_place);
    }

    /// <summary>An image of the same repository, without tag and digest.</summary>
    /// <exception cref="ImageNameException">The package is malformed.</exception>
    public ImageName WithPackage(string package) =>
        Create(Location, Project, Repository, package ?? "", null, null);

    /// <summary>A tag of the same image; a digest is not kept.</summary>
    /// <exception cref="ImageNameException">The tag is malformed.</exception>
    /// <exception cref="InvalidOperationException">The name is a repository's.</exception>
    public ImageName WithTag(string tag) => WithTagAndDigest(tag ?? "", null);

    /// <summary>A digest of the same image; a tag is not kept.</summary>
    /// <exception cref="ImageNameException">The digest is malformed.</exception>
    /// <exception cref="InvalidOperationException">The name is a repository's.</exception>
    public ImageName WithDigest(string digest) => WithTagAndDigest(null, digest ?? "");

    /// <summary>The same image with exactly this tag and digest; null for none, and empty is an error.</summary>
    /// <exception cref="ImageNameException">The tag or the digest is malformed.</exception>
    /// <exception cref="InvalidOperationException">The name is a repository's.</exception>
    public ImageName WithTagAndDigest(string? tag, string? digest)
    {
        Required(Package, "image");
        // The rest of the name was valid before.
        string? problem = (tag is null ? null : ImageNameGrammar.TagProblem(tag))
            ?? (digest is null ? null : ImageNameGrammar.DigestProblem(digest));
        return problem is null
            ? new ImageName(_place, tag, digest)
            : throw Malformed(new ImageNameParts(Location, Project, Repository, Package, tag, digest), problem);
    }

    /// <summary>The name as docker and Kubernetes take it, and <see cref="Parse"/> too.</summary>
    /// <remarks>
    /// Names in a gcr.io repository are written with that host, because the clusters that pull them use it.
    /// </remarks>
    public override string ToString()
    {
        string project = Project.Replace(':', '/');
        string repository = RegistryHosts.LocationOfGcr(Repository) is null
            ? $"{RegistryHosts.Of(Location)}/{project}/{Repository}"
            : $"{Repository}/{project}";
        return repository + Prefixed('/', Package) + Prefixed(':', Tag) + Prefixed('@', Digest);
    }

    /// <summary>Returns whether two names are equal, however they were spelled.</summary>
    public bool Equals([NotNullWhen(true)] ImageName? other) =>
        other is not null && _place == other._place && Tag == other.Tag && Digest == other.Digest;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as ImageName);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_place, Tag, Digest);

    /// <summary>Returns whether two names are equal, however they were spelled.</summary>
    public static bool operator ==(ImageName? left, ImageName? right) => left?.Equals(right) ?? right is null;

    /// <summary>Returns whether two names are different.</summary>
    public static bool operator !=(ImageName? left, ImageName? right) => !(left == right);

    internal static ImageName Create(ImageNameParts parts) =>
        ImageNameGrammar.Problem(parts) is { } problem ? throw Malformed(parts, problem) : Of(parts);

    private static ImageName Of(in ImageNameParts parts) =>
        new(new Place(parts.Location!, parts.Project!, parts.Repository!, parts.Package), parts.Tag, parts.Digest);

    private static ImageNameException Malformed(in ImageNameParts parts, string problem) => new(
        $"{RegistryHosts.Of(parts.Location)}/{parts.Project}/{parts.Repository}"
        + Prefixed('/', parts.Package) + Prefixed(':', parts.Tag) + Prefixed('@', parts.Digest), problem);

    private static string? Read(string? text, out ImageName? name)
    {
        string? problem = ImageNameParser.Split(text, wildcards: false, out ImageNameParts parts)
            ?? ImageNameGrammar.Problem(parts);
        name = problem is null ? Of(parts) : null;
        return problem;
    }

    private static string Prefixed(char separator, string? part) => part is null ? "" : separator + part;

    private string Required(string? part, string what) =>
        part ?? throw new InvalidOperationException($"{this} has no {what}, and this needs one.");

    /// <summary>The location of an image or repository.</summary>
    private sealed record Place(string Location, string Project, string Repository, string? Package);
}
