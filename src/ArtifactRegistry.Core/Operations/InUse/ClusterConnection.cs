using ArtifactRegistry.Auth;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.InUse;

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
        ClusterEndpoint endpoint,
        ITokenSource tokens,
        TransportOptions options,
        Action<string>? trace,
        Action<string>? exchange
    )
    {
        HttpClient http = TransportOptions.CreateHttpClient(endpoint.Authority, ConnectTimeout);
        TransportOptions own = options with { Retries = Math.Min(options.Retries, 3), AttemptsToConnect = 2 };
        return new ClusterConnection(
            new KubernetesClient(new RestTransport(http, tokens, own, trace, exchange), endpoint.Address!),
            http
        );
    }

    /// <inheritdoc/>
    public void Dispose() => Connections.Dispose();
}
