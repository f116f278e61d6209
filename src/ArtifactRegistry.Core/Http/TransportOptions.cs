using System.Net;
using System.Net.Security;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;

namespace ArtifactRegistry.Http;

/// <summary>The time-outs of requests, and the number and pauses of their retries.</summary>
internal sealed record TransportOptions
{
    /// <summary>The time that one request may take, including its body.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The maximum number of times that a request is repeated after the first attempt.</summary>
    public int Retries { get; init; } = 7;

    /// <summary>
    /// The maximum number of attempts to connect, about two seconds in all if a connection is refused.
    /// </summary>
    public int AttemptsToConnect { get; init; } = 4;

    /// <summary>The pause before the second attempt; it doubles from then on, with jitter.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause that is chosen here.</summary>
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>
    /// The longest pause that the service may ask for; if it asks for more, the request fails with its error.
    /// </summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The time that a long-running operation, such as a deletion, may take to finish; gcloud waits equally long.
    /// </summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Creates a client with its own connection pool. Redirects are not followed, because a token must not be sent to a
    /// host that was not specified; the platform checks certificates.
    /// </summary>
    public static HttpClient CreateHttpClient() => CreateHttpClient(CreateConnections());

    internal static HttpClient CreateHttpClient(IWebProxy proxy) => CreateHttpClient(CreateConnections(() => proxy));

    /// <summary>Creates a client with connections that others may share.</summary>
    public static HttpClient CreateHttpClient(HttpMessageHandler connections) =>
        CreateHttpClient(connections, ownsConnections: false);

    private static HttpClient CreateHttpClient(HttpMessageHandler connections, bool ownsConnections)
    {
        HttpClient client = new(connections, disposeHandler: ownsConnections) { Timeout = Timeout.InfiniteTimeSpan };
        string version = typeof(TransportOptions).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version
            ?? "0";
        // Google compresses for clients that state gzip here:
        // https://cloud.google.com/compute/docs/api/how-tos/performance
        client.DefaultRequestHeaders.UserAgent.ParseAdd($"ArtifactRegistry-PowerShell/{version} (gzip)");
        return client;
    }

    /// <summary>Creates only the connections, for clients that share them.</summary>
    public static HttpMessageHandler CreateConnections() => CreateConnections(() => HttpClient.DefaultProxy);

    internal static HttpMessageHandler CreateConnections(Func<IWebProxy> currentProxy) =>
        CreateConnections(currentProxy, TimeSpan.FromSeconds(15), new SslClientAuthenticationOptions());

    /// <summary>
    /// Creates a client for one server whose certificate must be issued by its own authority, and by no other. The name
    /// or address in the certificate is checked as always.
    /// </summary>
    /// <param name="authority">The authority; null for those that this system trusts.</param>
    /// <param name="connectTimeout">The time that a connection may take.</param>
    internal static HttpClient CreateHttpClient(X509Certificate2? authority, TimeSpan connectTimeout)
    {
        SslClientAuthenticationOptions tls = new();
        if (authority is not null)
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { authority },
                // The authorities of clusters publish no list of revoked certificates.
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
        return CreateHttpClient(
            CreateConnections(() => HttpClient.DefaultProxy, connectTimeout, tls),
            ownsConnections: true
        );
    }

    private static ProxySignIn CreateConnections(
        Func<IWebProxy> currentProxy, TimeSpan connectTimeout, SslClientAuthenticationOptions tls)
    {
        SessionProxy proxy = new(currentProxy);
        return new ProxySignIn(proxy, new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null, // no trace headers are sent
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectCallback = Loopback.ConnectAsync,
            ConnectTimeout = connectTimeout,
            EnableMultipleHttp2Connections = true,
            MaxResponseHeadersLength = 64, // KB; the default, made explicit
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            Proxy = proxy,
            SslOptions = tls,
            UseCookies = false,
        });
    }
}
