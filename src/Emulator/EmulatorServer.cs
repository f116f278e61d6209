using System.Net;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Workloads;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ArtifactRegistry.Emulator;

/// <summary>An emulator of Artifact Registry and related services, in memory, over HTTP or HTTPS on loopback.</summary>
public sealed class EmulatorServer : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping = new();
    private readonly bool _ownsState;
    private int _disposed;

    private EmulatorServer(EmulatorOptions options)
    {
        State = options.State ?? new RegistryState(options.TimeProvider);
        _ownsState = options.State is null;
        Behaviour = options.Behaviour;
        Requests = new RequestLog(options.RecordRequests);
        Clusters = new ClusterTransport(() => Behaviour);
        _application = Build(options, Clusters);
        Exchange exchange = new(this, _stopping.Token);
        ((IApplicationBuilder)_application).Run(exchange.HandleAsync);
    }

    /// <summary>The address that it listens on, for example <c>http://127.0.0.1:41233/</c>.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The state of the services.</summary>
    public RegistryState State { get; }

    /// <summary>The behavior; its properties may be changed, and the object may be replaced.</summary>
    public Behaviour Behaviour { get; set; }

    /// <summary>The log of requests.</summary>
    public RequestLog Requests { get; }

    /// <summary>
    /// The certificate, as PEM, of the authority that stands for those that every machine trusts: the DNS endpoints of
    /// clusters have certificates of it.
    /// </summary>
    public string PublicAuthority => Clusters.Public.Pem;

    internal ClusterTransport Clusters { get; }

    /// <summary>The number of requests that are being handled now.</summary>
    public int OpenRequests => Requests.Open;

    /// <summary>Starts an emulator.</summary>
    /// <exception cref="ArgumentException">
    /// The address is not loopback, or is https without a certificate or the other way round.
    /// </exception>
    public static async Task<EmulatorServer> StartAsync(EmulatorOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckAddress(options);

        EmulatorServer server = new(options);
        try
        {
            await server._application.StartAsync(stop);
            string address = server._application.Services.GetRequiredService<IServer>()
                .Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
            server.Url = new Uri(address.TrimEnd('/') + "/");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops listening, and closes the remaining connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync();
        Requests.ReleaseAll();
        using (CancellationTokenSource grace = new(Grace))
            await _application.StopAsync(grace.Token);
        await _application.DisposeAsync();
        await Clusters.DisposeAsync();
        _stopping.Dispose();
        if (_ownsState) State.Dispose();
    }

    private static void CheckAddress(EmulatorOptions options)
    {
        Uri url = options.Url;
        string scheme = options.Certificate is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        if (!url.IsAbsoluteUri || url.Scheme != scheme)
            throw new ArgumentException(
                $"'{url}' is no {scheme} address. Expected for example '{scheme}://127.0.0.1:8085'."
            );
        if (!url.IsLoopback)
        {
            throw new ArgumentException(
                $"'{url}' is not a loopback address. The emulator asks for no credentials, so it is reachable from "
                + "this machine only: use 127.0.0.1, [::1] or localhost.");
        }
    }

    private static WebApplication Build(EmulatorOptions options, ClusterTransport clusters)
    {
        Uri url = options.Url;
        // The empty builder reads neither environment variables nor files, so nothing can make it listen elsewhere.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Layers may have any size; bodies that must be small are limited where they are read.
            kestrel.Limits.MaxRequestBodySize = null;
            IPAddress address = url.HostNameType == UriHostNameType.IPv6 ? IPAddress.IPv6Loopback : AddressOf(url);
            kestrel.Listen(address, url.Port, endpoint =>
            {
                endpoint.Protocols = options.Certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (options.Certificate is not null) endpoint.UseHttps(options.Certificate);
            });
            kestrel.Listen(clusters.EndPoint, endpoint => endpoint.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = connection => ValueTask.FromResult(clusters.Authenticate(connection.Connection)),
            }));
        });
        // After Kestrel's own, which is left out where there is one already.
        builder.Services.AddSingleton<IConnectionListenerFactory>(clusters);
        return builder.Build();
    }

    private static IPAddress AddressOf(Uri url) =>
        IPAddress.TryParse(url.DnsSafeHost, out IPAddress? address) ? address : IPAddress.Loopback;
}
