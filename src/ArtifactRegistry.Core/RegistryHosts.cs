namespace ArtifactRegistry;

/// <summary>
/// The hosts of Artifact Registry's registries: the only place that knows which there are, and in which location each
/// one's repositories lie.
/// </summary>
/// <remarks>
/// A location has one host, so the host is not part of a name's identity. The hosts of another universe would be told
/// from these by their locations, which have a prefix (<c>u-france-east1</c>).
/// </remarks>
internal static class RegistryHosts
{
    /// <summary>The domain of all hosts but those of Container Registry.</summary>
    public const string Domain = "pkg.dev";

    /// <summary>The domain of Container Registry's hosts.</summary>
    public const string GcrDomain = "gcr.io";

    /// <summary>The forms of the hosts, as an error shows them.</summary>
    public const string Forms =
        "LOCATION-docker.pkg.dev, docker.REGION.rep.pkg.dev, gcr.io, us.gcr.io, eu.gcr.io, asia.gcr.io";

    /// <summary>A regular expression for a host in any text.</summary>
    public const string InText = @"[\w.-]*(?:\.pkg\.dev|gcr\.io)";

    private const string DockerSuffix = $"-docker.{Domain}";
    private const string RegionalPrefix = "docker.";
    private const string RegionalSuffix = $".rep.{Domain}";

    /// <summary>The hosts of Container Registry, which Artifact Registry continues to serve.</summary>
    public static IReadOnlyList<string> Gcr { get; } = ["gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io"];

    /// <summary>Gets the host of a location's repositories, such as <c>us-docker.pkg.dev</c>.</summary>
    public static string Of(string? location) => location + DockerSuffix;

    /// <summary>Gets the location of a gcr.io host in Artifact Registry; null for any other host.</summary>
    public static string? LocationOfGcr(string? host) => host switch
    {
        "gcr.io" or "us.gcr.io" => "us",
        "eu.gcr.io" => "europe",
        "asia.gcr.io" => "asia",
        _ => null,
    };

    /// <summary>
    /// Gets the name of a repository with the host of its location: us-docker.pkg.dev/shop/gcr.io for gcr.io/shop.
    /// </summary>
    public static string PkgDevNameOf(ImageName repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return $"{Of(repository.Location)}/{repository.Project}/{repository.Repository}";
    }

    /// <summary>Gets what a host says of its repositories.</summary>
    /// <param name="host">The host, in lower case.</param>
    /// <param name="location">The location, which may still be one that no location's name can be.</param>
    /// <param name="repository">The repository, if the host has only one in each project; otherwise null.</param>
    /// <returns>Whether it is a host of images.</returns>
    public static bool TrySplit(string host, out string location, out string? repository)
    {
        repository = null;
        location = "";
        if (LocationOfGcr(host) is { } home)
            (location, repository) = (home, host);
        else if (host.EndsWith(DockerSuffix, StringComparison.Ordinal))
            location = host[..^DockerSuffix.Length];
        else if (host.Length >= RegionalPrefix.Length + RegionalSuffix.Length
            && host.StartsWith(RegionalPrefix, StringComparison.Ordinal)
            && host.EndsWith(RegionalSuffix, StringComparison.Ordinal))
            location = host[RegionalPrefix.Length..^RegionalSuffix.Length];
        else
            return false;
        return true;
    }

    /// <summary>Gets whether a host is the domain or below it.</summary>
    public static bool IsIn(string domain, string host) =>
        host == domain || host.EndsWith($".{domain}", StringComparison.Ordinal);
}
