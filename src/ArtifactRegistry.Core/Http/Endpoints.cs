namespace ArtifactRegistry.Http;

/// <summary>The addresses of the services. Each ends in a slash.</summary>
internal sealed record Endpoints
{
    /// <summary>The domain of Google's own universe; sovereign clouds have others.</summary>
    public const string GoogleUniverse = "googleapis.com";

    private const string Prefix = "CLOUDSDK_API_ENDPOINT_OVERRIDES_";
    private const string TokenHost = "CLOUDSDK_AUTH_TOKEN_HOST";
    private const string MetadataHost = "GCE_METADATA_HOST";
    private const string ArtifactsDomain = "CLOUDSDK_ARTIFACTS_DOMAIN";

    /// <summary>Artifact Registry API v1.</summary>
    public required Uri ArtifactRegistry { get; init; }

    /// <summary>Resource Manager API, for the policy and number of a project.</summary>
    public required Uri ResourceManager { get; init; }

    /// <summary>IAM Admin API v1, for service accounts.</summary>
    public required Uri Iam { get; init; }

    /// <summary>Kubernetes Engine API v1, for clusters and their node pools.</summary>
    public required Uri Container { get; init; }

    /// <summary>Cloud Run Admin API, v1 and v2.</summary>
    public required Uri Run { get; init; }

    /// <summary>Connect gateway, through which clusters without a network path are reached.</summary>
    public required Uri ConnectGateway { get; init; }

    /// <summary>App Engine Admin API v1.</summary>
    public required Uri AppEngine { get; init; }

    /// <summary>Compute Engine API v1.</summary>
    public required Uri Compute { get; init; }

    /// <summary>Cloud Deploy API v1.</summary>
    public required Uri CloudDeploy { get; init; }

    /// <summary>Cloud Asset API v1.</summary>
    public required Uri CloudAsset { get; init; }

    /// <summary>The domain that the services are under, for example <c>googleapis.com</c>.</summary>
    public string Universe { get; private init; } = GoogleUniverse;

    /// <summary>The metadata server of the machine, which always uses plain http.</summary>
    public required Uri Metadata { get; init; }

    /// <summary>The domain of the registries; null if it is not known.</summary>
    private string? RegistryDomain { get; init; }

    /// <summary>The token service for users and service account keys, if one was specified.</summary>
    private Uri? Token { get; init; }

    /// <summary>
    /// The services that were specified for signing in, by their first label: <c>sts</c>, <c>iamcredentials</c>.
    /// </summary>
    private IReadOnlyDictionary<string, Uri> SignInServices { get; init; } = new Dictionary<string, Uri>();

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join(
            ' ',
            [
                ArtifactRegistry,
                ResourceManager,
                Iam,
                Container,
                Run,
                ConnectGateway,
                AppEngine,
                Compute,
                CloudDeploy,
                CloudAsset,
                Metadata,
                Token,
                Universe,
                RegistryDomain,
                .. SignInServices,
            ]
        );

    /// <summary>
    /// Gets the address to which a request for a token is actually sent. If Artifact Registry is on this machine, a
    /// service that was not specified is there too, so that a secret does not leave this machine either.
    /// </summary>
    internal Uri ForSignIn(Uri address)
    {
        if (Loopback.Is(address)) return address;
        if (Token is not null && address.Host == $"oauth2.{GoogleUniverse}") return Token;
        Uri? root = SignInServices.GetValueOrDefault(address.Host.Split('.')[0]);
        if (root is null && Loopback.Is(ArtifactRegistry)) root = ArtifactRegistry;
        return root is null ? address : new Uri(root, address.PathAndQuery.TrimStart('/'));
    }

    /// <summary>
    /// Gets the address of a service in a region, whose host begins with the region, as with gcloud. On this machine,
    /// the region comes first in the path.
    /// </summary>
    public static Uri InRegion(Uri service, string region)
    {
        ArgumentNullException.ThrowIfNull(service);
        return Loopback.Is(service)
            ? new Uri(service, $"{region}/")
            : new UriBuilder(service) { Host = $"{region}-{service.Host}" }.Uri;
    }

    /// <summary>
    /// Gets the address of an image's registry for Docker: its own host; or, if Artifact Registry is on this machine, a
    /// path with the location, so that 127.0.0.1:PORT/us/PROJECT stands for us-docker.pkg.dev/PROJECT.
    /// </summary>
    public Uri RegistryOf(ImageName image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Loopback.Is(ArtifactRegistry)
            ? new Uri(ArtifactRegistry, $"v2/{image.Location}/")
            : new Uri($"https://{image.Location}-docker.{RegistryDomain ?? throw NoRegistryDomain()}/v2/");
    }

    /// <summary>
    /// Gets the host of a registry that may be given a token: one of Google's, or the emulator on this machine.
    /// </summary>
    /// <param name="text">The host, or the name of a repository or image in its registry.</param>
    /// <exception cref="RegistryException">The host is another one.</exception>
    internal string RegistryHost(string text)
    {
        string host = text.Trim();
        if (host.StartsWith("https://", StringComparison.OrdinalIgnoreCase)) host = host["https://".Length..];
        host = host.Split('/')[0].ToLowerInvariant();
        bool isFromGoogle =
            Uri.CheckHostName(host) is UriHostNameType.Dns
            && new[] { RegistryDomain, RegistryHosts.GcrDomain }.Any(domain =>
                domain is not null && RegistryHosts.IsIn(domain, host));
        return isFromGoogle || (Loopback.Is(ArtifactRegistry) && host == ArtifactRegistry.Authority)
            ? host
            : throw new RegistryException(
                RegistryErrorKind.UnsafeRequest,
                $"'{host}' is not a registry of Google, so it gets no token. Expected for example us-docker.pkg.dev.")
            {
                Advice = "Name the host as docker does, or a repository in it: Get-ArRepository lists them.",
            };
    }

    /// <summary>
    /// Chooses the addresses: those that the user specified, otherwise gcloud's override variables, otherwise Google's.
    /// If Artifact Registry is on this machine, a service that is not specified is there too, so that nothing leaves
    /// it.
    /// </summary>
    /// <param name="named">The Artifact Registry address given to Connect-ArRegistry, if any.</param>
    /// <param name="environment">Reads an environment variable; returns null if it is not set.</param>
    /// <param name="universe">The universe domain given to Connect-ArRegistry, if any.</param>
    /// <exception cref="RegistryException">An address is not https and not on this machine.</exception>
    public static Endpoints Choose(Uri? named, Func<string, string?> environment, string? universe = null)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string domain = Domain(universe, "-UniverseDomain") ?? DomainIn("GOOGLE_CLOUD_UNIVERSE_DOMAIN")
            ?? DomainIn("CLOUDSDK_CORE_UNIVERSE_DOMAIN") ?? GoogleUniverse;
        Uri registry = Checked(named, "-Endpoint")
            ?? FromVariable("ARTIFACTREGISTRY")
            ?? new Uri($"https://artifactregistry.{domain}/");
        Dictionary<string, Uri> signIn = new(StringComparer.Ordinal);
        foreach (string service in new[] { "STS", "IAMCREDENTIALS" })
            if (FromVariable(service) is Uri address)
                signIn.Add(service.ToLowerInvariant(), address);
        return new Endpoints
        {
            ArtifactRegistry = registry,
            ResourceManager = Neighbour("CLOUDRESOURCEMANAGER"),
            Iam = Neighbour("IAM"),
            Container = Neighbour("CONTAINER"),
            Run = Neighbour("RUN"),
            ConnectGateway = Neighbour("CONNECTGATEWAY"),
            AppEngine = Neighbour("APPENGINE"),
            Compute = Neighbour("COMPUTE"),
            CloudDeploy = Neighbour("CLOUDDEPLOY"),
            CloudAsset = Neighbour("CLOUDASSET"),
            Metadata = environment(MetadataHost) is { Length: > 0 } host
                ? Uri.TryCreate($"http://{host.Trim()}/", UriKind.Absolute, out Uri? metadata)
                    ? metadata
                    : throw Unusable(host, MetadataHost)
                : Loopback.Is(registry)
                    ? registry
                    : new Uri("http://169.254.169.254/"),
            Universe = domain,
            RegistryDomain = DomainIn(ArtifactsDomain) ?? (domain == GoogleUniverse ? RegistryHosts.Domain : null),
            Token = environment(TokenHost) is { Length: > 0 } token ? Parsed(token, TokenHost) : null,
            SignInServices = signIn,
        };

        Uri Neighbour(string service) => FromVariable(service)
            ?? (Loopback.Is(registry) ? registry : new Uri($"https://{service.ToLowerInvariant()}.{domain}/"));

        string? DomainIn(string variable) => Domain(environment(variable), variable);

        Uri? FromVariable(string service) =>
            environment(Prefix + service) is { Length: > 0 } text
                ? Slashed(Parsed(text, Prefix + service))
                : null;
    }

    private static string? Domain(string? text, string origin) =>
        text?.Trim() switch
        {
            null or "" => null,
            string domain
                when Uri.CheckHostName(domain) is UriHostNameType.Dns
                    && domain.Contains('.', StringComparison.Ordinal) => domain,
            _ => throw new RegistryException(
                RegistryErrorKind.UnsafeRequest,
                $"'{text}' ({origin}) is not a domain. Expected for example {GoogleUniverse}."
            ),
        };

    private static RegistryException NoRegistryDomain() => new(
        RegistryErrorKind.UnsafeRequest,
        $"The domain of the registries in this universe is not known. Set the environment variable {ArtifactsDomain}, "
        + "as for gcloud.");

    private static Uri Parsed(string text, string origin) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out Uri? address)
            ? Safe(address, origin)
            : throw Unusable(text, origin);

    private static Uri? Checked(Uri? address, string origin) => address is null ? null : Slashed(Safe(address, origin));

    private static Uri Safe(Uri address, string origin) =>
        address.IsAbsoluteUri && RestTransport.IsSafe(address) && address.UserInfo.Length == 0
            && address.Query.Length == 0 && address.Fragment.Length == 0
            ? address
            : throw Unusable(address.OriginalString, origin);

    // Uri resolution drops the last segment of a base address that does not end in a slash.
    private static Uri Slashed(Uri address) =>
        address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    private static RegistryException Unusable(string text, string origin) =>
        new(
            RegistryErrorKind.UnsafeRequest,
            $"'{text}' ({origin}) cannot be used as the address of a service. Expected https://HOST/, or "
                + $"http://127.0.0.1:PORT/ for an emulator on this machine."
        );
}
