using System.Net;
using System.Reflection;

namespace ArtifactRegistry.Http;

/// <summary>How long to wait for an answer, and how often and at what distance to try again.</summary>
internal sealed record TransportOptions
{
    /// <summary>The time that one request may take, its body included.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many times a request is sent again after its first try.</summary>
    public int Retries { get; init; } = 7;

    /// <summary>The pause before the second try; it doubles from then on, with jitter.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause that we choose ourselves.</summary>
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>The longest pause that the service may ask for; beyond it the request fails with what it said.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The time that a long-running operation, such as a deletion, may take to end; gcloud waits as long.</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Creates a connection pool as every cmdlet needs it. Redirects are not followed, since a token must not travel
    /// to a host that nobody named; certificates are checked by the platform.
    /// </summary>
    public static HttpClient CreateHttpClient() => CreateHttpClient(CreateConnections());

    internal static HttpClient CreateHttpClient(IWebProxy proxy) => CreateHttpClient(CreateConnections(() => proxy));

    /// <summary>Creates a client over connections that others may share.</summary>
    public static HttpClient CreateHttpClient(HttpMessageHandler connections)
    {
        var client = new HttpClient(connections, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        string version = typeof(TransportOptions).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version ?? "0";
        // Google compresses for clients that say gzip here: https://cloud.google.com/compute/docs/api/how-tos/performance
        client.DefaultRequestHeaders.UserAgent.ParseAdd($"ArtifactRegistry-PowerShell/{version} (gzip)");
        return client;
    }

    /// <summary>Creates the connections alone, for clients that share them.</summary>
    public static HttpMessageHandler CreateConnections() => CreateConnections(() => HttpClient.DefaultProxy);

    internal static HttpMessageHandler CreateConnections(Func<IWebProxy> currentProxy)
    {
        var proxy = new SessionProxy(currentProxy);
        return new ProxySignIn(proxy, new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null, // no trace of ours goes along
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectCallback = Loopback.ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            EnableMultipleHttp2Connections = true,
            MaxResponseHeadersLength = 64, // KB; the default, as a promise
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            Proxy = proxy,
            UseCookies = false,
        });
    }
}
