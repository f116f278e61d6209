using System.Net;

namespace ArtifactRegistry.Http;

/// <summary>How long to wait for an answer, and how often and at what distance to try again.</summary>
public sealed record TransportOptions
{
    /// <summary>The time that one request may take, its body included.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many times a request is sent again after its first try.</summary>
    public int Retries { get; init; } = 7;

    /// <summary>The pause before the second try; it doubles from then on, with jitter.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause that we choose ourselves.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>The longest pause that the service may ask for; beyond it the request fails with what it said.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The time that a long-running operation, such as a deletion, may take to end; gcloud waits as long.</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Makes a connection pool as every cmdlet needs it. Redirects are not followed, since a token must not travel
    /// to a host that nobody named; certificates are checked by the platform. The proxy of the system is for what leaves
    /// this machine alone, since it would see a token that is sent over plain http.
    /// </summary>
    public static HttpClient CreateHttpClient() => CreateHttpClient(HttpClient.DefaultProxy);

    internal static HttpClient CreateHttpClient(IWebProxy systemProxy) => CreateHttpClient(CreateHandler(systemProxy));

    /// <summary>A client over connections that others may share.</summary>
    public static HttpClient CreateHttpClient(HttpMessageHandler connections)
    {
        var client = new HttpClient(connections, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        string version = typeof(TransportOptions).Assembly.GetName().Version?.ToString(3) ?? "0";
        // Google compresses for whom the last word is there: https://cloud.google.com/compute/docs/api/how-tos/performance
        client.DefaultRequestHeaders.UserAgent.ParseAdd($"ArtifactRegistry-PowerShell/{version} (gzip)");
        return client;
    }

    /// <summary>The connections alone, for clients that share them.</summary>
    public static HttpMessageHandler CreateConnections() => CreateHandler(HttpClient.DefaultProxy);

    private static SocketsHttpHandler CreateHandler(IWebProxy systemProxy) =>
        new()
        {
            ActivityHeadersPropagator = null, // no trace of ours goes along
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            EnableMultipleHttp2Connections = true,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            Proxy = new ProxyForOtherMachines(systemProxy),
            UseCookies = false,
        };

    private sealed class ProxyForOtherMachines(IWebProxy system) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => system.Credentials;
            set => system.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : system.GetProxy(destination);

        public bool IsBypassed(Uri host) =>
            host.IsLoopback || SignInHandler.IsLinkLocal(host) || system.IsBypassed(host);
    }
}
