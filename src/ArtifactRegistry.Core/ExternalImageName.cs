using System.Globalization;
using System.Text.RegularExpressions;
using ArtifactRegistry.Http;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>
/// The name of a tag or digest of an image in a registry other than Artifact Registry, such as
/// <c>docker.io/library/alpine:3.20</c> or <c>localhost:5000/team/app@sha256:…</c>.
/// </summary>
/// <remarks>
/// A type of its own, so that no command that changes or deletes something can take one: <see cref="ImageName"/> stays
/// what it is. The host is always written, since nothing is guessed; and a name has a tag or a digest, since neither
/// would mean <c>latest</c> elsewhere.
/// </remarks>
internal sealed partial class ExternalImageName
{
    private const string Expected =
        "Expected HOST/IMAGE:TAG or HOST/IMAGE@sha256:DIGEST, for example docker.io/library/alpine:3.20.";

    private const string DockerHub = "docker.io";

    // Docker Hub's registry has another host than its names, and images without an owner are in "library":
    // https://github.com/distribution/reference/blob/v0.6.0/normalize.go.
    private const string DockerHubRegistry = "registry-1.docker.io";
    private const string DockerHubOwner = "library";

    private ExternalImageName(string host, string path, string? tag, string? digest) =>
        (Host, Path, Tag, Digest) = (host, path, tag, digest);

    /// <summary>
    /// The host in lower case, with its port if that was given: <c>ghcr.io</c>, <c>localhost:5000</c>.
    /// </summary>
    public string Host { get; }

    /// <summary>The image within the registry, with slashes: <c>library/alpine</c>.</summary>
    public string Path { get; }

    /// <summary>The tag, or null.</summary>
    public string? Tag { get; }

    /// <summary>The digest, or null. With a tag beside it, the digest says which image is meant.</summary>
    public string? Digest { get; }

    /// <summary>The image without tag and digest.</summary>
    public string Image => $"{Host}/{Path}";

    /// <summary>
    /// The address of the image in its registry, <c>https://HOST/v2/PATH/</c>; by http within this machine.
    /// </summary>
    public Uri Address
    {
        get
        {
            string host = Host == DockerHub ? DockerHubRegistry : Host;
            Uri address = new($"https://{host}/v2/{Path}/");
            return Loopback.Is(address) ? new Uri($"http://{host}/v2/{Path}/") : address;
        }
    }

    /// <summary>
    /// Returns whether a text names a host, and one that Artifact Registry and its domain do not have. It may still be
    /// an invalid name.
    /// </summary>
    public static bool HasExternalHost(string text)
    {
        string host = WithoutScheme(text).Split('/', 2) is [string first, _] ? first.ToLowerInvariant() : "";
        return HostInName().IsMatch(host) && !RegistryHosts.TrySplit(host.Split(':')[0], out _, out _)
            && !RegistryHosts.IsIn(RegistryHosts.Domain, host.Split(':')[0]);
    }

    /// <summary>Parses a name with a host of its own.</summary>
    /// <exception cref="ImageNameException">
    /// The text is anything else, or has neither a tag nor a digest, or wildcards.
    /// </exception>
    public static ExternalImageName Parse(string text) =>
        Read(text, out ExternalImageName? name) is string problem
            ? throw new ImageNameException(text, problem, Expected)
            : name!;

    /// <summary>The image by a digest.</summary>
    public string WithDigest(string digest) => $"{Image}@{digest}";

    /// <summary>The name as docker and Kubernetes take it.</summary>
    public override string ToString() =>
        Image + (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");

    private static string? Read(string text, out ExternalImageName? name)
    {
        name = null;
        if (ImageNameParser.TextProblem(text) is string unreadable) return unreadable;
        string[] parts = WithoutScheme(text).Split('/', 2);
        string host = parts[0].ToLowerInvariant(), path = parts[1];
        string? digest = null, tag = null;
        if (path
            .IndexOf('@', StringComparison.Ordinal) is >= 0 and int at) (path, digest) = (path[..at], path[(at + 1)..]);
        if (path.LastIndexOf(':') is int colon && colon > path.LastIndexOf('/'))
            (path, tag) = (path[..colon], path[(colon + 1)..]);
        if (host is "index.docker.io" or "registry.hub.docker.com" or DockerHubRegistry) host = DockerHub;
        if (host == DockerHub && path.Length > 0 && !path.Contains('/', StringComparison.Ordinal))
            path = $"{DockerHubOwner}/{path}";

        string? problem = HostProblem(host)
            ?? ImageNameGrammar.PackageProblem(path)
            ?? (tag is null ? null : ImageNameGrammar.TagProblem(tag))
            ?? (digest is null ? null : ImageNameGrammar.DigestProblem(digest))
            ?? (tag is null && digest is null
                ? "it has neither a tag nor a digest, and nothing stands for 'latest' here; of an image in another "
                    + "registry, one tag or digest must be named"
                : null);
        if (problem is null) name = new ExternalImageName(host, path, tag, digest);
        return problem;
    }

    private static string? HostProblem(string host)
    {
        string[] parts = host.Split(':');
        bool isValid = Uri.CheckHostName(parts[0]) is UriHostNameType.Dns or UriHostNameType.IPv4
            && (parts.Length == 1
                || (int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int port)
                    && port is > 0 and <= ushort.MaxValue));
        return isValid ? null : $"{SafeText.Quote(host)} is not a host with or without a port";
    }

    private static string WithoutScheme(string text) =>
        text.StartsWith("https://", StringComparison.Ordinal) ? text["https://".Length..] : text;

    // A dot, a port or "localhost" tells a host from an owner on Docker Hub, as docker has it.
    [GeneratedRegex(
        @"^(?:localhost|(?=[^:]*[.:])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)"
            + @"(?::[0-9]{1,5})?\z")]
    private static partial Regex HostInName();
}
