namespace ArtifactRegistry.Http;

/// <summary>The addresses of the services. Each ends in a slash.</summary>
public sealed record Endpoints
{
    private const string Prefix = "CLOUDSDK_API_ENDPOINT_OVERRIDES_";

    /// <summary>Artifact Registry API v1.</summary>
    public required Uri ArtifactRegistry { get; init; }

    /// <summary>Resource Manager API, for the policy and number of a project.</summary>
    public required Uri ResourceManager { get; init; }

    /// <summary>IAM Admin API v1, for service accounts.</summary>
    public required Uri Iam { get; init; }

    /// <summary>Kubernetes Engine API v1, for clusters and their node pools.</summary>
    public required Uri Container { get; init; }

    /// <summary>
    /// Where the registry of an image answers docker: its own host; or on this machine, when Artifact Registry is here,
    /// under the location's name, so that 127.0.0.1:PORT/us/PROJECT stands for us-docker.pkg.dev/PROJECT.
    /// </summary>
    public Uri RegistryOf(ImageName image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return ArtifactRegistry.IsLoopback
            ? new Uri(ArtifactRegistry, $"v2/{image.Location}/")
            : new Uri($"https://{image.Location}-docker.pkg.dev/v2/");
    }

    /// <summary>
    /// Chooses the addresses: what the user named, else gcloud's override variables, else Google's.
    /// While Artifact Registry is on this machine, a service that is not named is there too, so that nothing leaves it.
    /// </summary>
    /// <param name="named">The Artifact Registry address given to Connect-ArRegistry, if any.</param>
    /// <param name="environment">Reads an environment variable; null where it is not set.</param>
    /// <exception cref="RegistryException">An address is not https and not on this machine.</exception>
    public static Endpoints Choose(Uri? named, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        Uri registry = Checked(named, "-Endpoint")
            ?? FromVariable("ARTIFACTREGISTRY")
            ?? new Uri("https://artifactregistry.googleapis.com/");
        return new Endpoints
        {
            ArtifactRegistry = registry,
            ResourceManager = Neighbour("CLOUDRESOURCEMANAGER", "https://cloudresourcemanager.googleapis.com/"),
            Iam = Neighbour("IAM", "https://iam.googleapis.com/"),
            Container = Neighbour("CONTAINER", "https://container.googleapis.com/"),
        };

        Uri Neighbour(string service, string google) =>
            FromVariable(service) ?? (registry.IsLoopback ? registry : new Uri(google));

        Uri? FromVariable(string service) =>
            environment(Prefix + service) is { Length: > 0 } text
                ? Checked(Uri.TryCreate(text.Trim(), UriKind.Absolute, out Uri? address) ? address : null, Prefix + service)
                    ?? throw Unusable(text, Prefix + service)
                : null;
    }

    private static Uri? Checked(Uri? address, string origin)
    {
        if (address is null) return null;
        if (!address.IsAbsoluteUri || !RestTransport.IsSafe(address) || address.UserInfo.Length > 0
            || address.Query.Length > 0 || address.Fragment.Length > 0)
            throw Unusable(WithoutPassword(address), origin);
        // Uri resolution drops the last segment of a base without a slash at its end.
        return address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
    }

    private static string WithoutPassword(Uri address) =>
        address.IsAbsoluteUri && address.UserInfo.Length > 0
            ? address.OriginalString.Replace(address.UserInfo, "…", StringComparison.Ordinal)
            : address.OriginalString;

    private static RegistryException Unusable(string text, string origin) => new(
        RegistryErrorKind.UnsafeRequest,
        $"'{text}' ({origin}) cannot be used as the address of a service. Expected https://HOST/, or http://127.0.0.1:PORT/ "
        + "for an emulator on this machine.");
}
