using ArtifactRegistry.Auth;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>A service that runs images.</summary>
internal interface IInUseSource
{
    /// <summary>Gets the service.</summary>
    InUseSource Source { get; }

    /// <summary>Reads everything that a project runs. What cannot be read is recorded, and the rest is read all the same.</summary>
    /// <param name="project">The project.</param>
    /// <param name="reading">Receives what was seen, and what could not be read.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    Task ReadAsync(string project, InUseReading reading, CancellationToken stop);
}

/// <summary>What to read.</summary>
internal sealed record InUseQuery
{
    /// <summary>The projects.</summary>
    public required IReadOnlyList<string> Projects { get; init; }

    /// <summary>The services to ask.</summary>
    public IReadOnlyList<InUseSource> Sources { get; init; } = [InUseSource.Kubernetes, InUseSource.CloudRun];

    /// <summary>The clusters; null for all.</summary>
    public IReadOnlyList<string>? Clusters { get; init; }

    /// <summary>The region or zone; null for all.</summary>
    public string? Location { get; init; }

    /// <summary>The custom resources to search as well, as group/version/plural.</summary>
    public IReadOnlyList<string> IncludeResources { get; init; } = [];

    /// <summary>Whether to leave out revisions of Cloud Run that get no requests.</summary>
    public bool ServingRevisionsOnly { get; init; }
}

/// <summary>The clients of the services that run images.</summary>
/// <param name="Clusters">Kubernetes Engine.</param>
/// <param name="Run">Cloud Run.</param>
/// <param name="AppEngine">App Engine.</param>
/// <param name="Compute">Compute Engine.</param>
/// <param name="Deploy">Cloud Deploy.</param>
/// <param name="Assets">Cloud Asset Inventory.</param>
/// <param name="Projects">Resource Manager, for the numbers of projects.</param>
/// <param name="Registry">Artifact Registry, for the digests of tags.</param>
/// <param name="EndpointsOf">Gets the endpoints of a cluster in the order in which they are tried.</param>
/// <param name="Connect">Opens the Kubernetes API at an endpoint, with connections of its own.</param>
internal sealed record InUseServices(
    ContainerClient Clusters,
    RunClient Run,
    AppEngineClient AppEngine,
    ComputeClient Compute,
    CloudDeployClient Deploy,
    CloudAssetClient Assets,
    ResourceManagerClient Projects,
    ArtifactRegistryClient Registry,
    Func<ClusterMessage, IReadOnlyList<ClusterEndpoint>> EndpointsOf,
    Func<ClusterEndpoint, ClusterConnection> Connect)
{
    /// <summary>Creates the sources; a new one is registered here.</summary>
    public IEnumerable<IInUseSource> Sources(InUseQuery query) =>
        new IInUseSource[]
        {
            new KubernetesSource(this, query), new CloudRunSource(this, query), new AppEngineSource(this), new ComputeEngineSource(this),
            new CloudDeploySource(this), new AssetSource(this),
        }.Where(source => query.Sources.Contains(source.Source));
}

/// <summary>The Kubernetes API at one endpoint, and its connections.</summary>
/// <param name="Api">The API.</param>
/// <param name="Connections">The connections.</param>
internal sealed record ClusterConnection(KubernetesClient Api, IDisposable Connections) : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Opens an endpoint. Other endpoints may answer, so no time is spent on many attempts.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="tokens">The source of the bearer token.</param>
    /// <param name="options">The time-outs and pauses of the session.</param>
    /// <param name="trace">Called once per request with a line for -Verbose.</param>
    /// <param name="exchange">Called with requests and responses for -Debug.</param>
    public static ClusterConnection Open(
        ClusterEndpoint endpoint, ITokenSource tokens, TransportOptions options, Action<string>? trace, Action<string>? exchange)
    {
        HttpClient http = TransportOptions.CreateHttpClient(endpoint.Authority, ConnectTimeout);
        TransportOptions own = options with { Retries = Math.Min(options.Retries, 3), AttemptsToConnect = 2 };
        return new ClusterConnection(new KubernetesClient(new RestTransport(http, tokens, own, trace, exchange), endpoint.Address!), http);
    }

    /// <inheritdoc/>
    public void Dispose() => Connections.Dispose();
}
