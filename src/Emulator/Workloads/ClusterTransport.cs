using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>
/// The endpoints of all clusters of a server, as a transport of Kestrel: connections that come in at any of them.
/// </summary>
/// <remarks>An endpoint is opened when the API of GKE shows it for the first time; nobody can know its port
/// before.</remarks>
internal sealed class ClusterTransport(Func<Behaviour> behaviour)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KubernetesCluster, OpenClusterEndpoints> _open = [];
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>();
    private readonly SocketConnectionContextFactory _connections = new(
        new SocketConnectionFactoryOptions(),
        NullLogger.Instance
    );
    private CertificateAuthority? _public;

    public EndPoint EndPoint { get; } = new ClusterEndPoint();

    /// <summary>The authority of the DNS endpoints.</summary>
    public CertificateAuthority Public
    {
        get { lock (_lock) return _public ??= new CertificateAuthority("Artifact Registry emulator public authority"); }
    }

    /// <summary>Gets the endpoints of a cluster, and opens them at the first call.</summary>
    public OpenClusterEndpoints For(KubernetesCluster cluster)
    {
        CertificateAuthority authority = Public;
        lock (_lock)
        {
            if (
                _open.TryGetValue(cluster, out OpenClusterEndpoints? endpoints)
                && endpoints.Endpoints == cluster.Endpoints
            )
                return endpoints;
            endpoints?.Dispose();
            _open[cluster] = endpoints = new OpenClusterEndpoints(cluster, authority);
            foreach (ClusterListener listener in endpoints.Listeners) _ = listener.AcceptAsync(Accept);
            return endpoints;
        }
    }

    /// <summary>Gets what the server of a connection says about itself.</summary>
    public SslServerAuthenticationOptions Authenticate(ConnectionContext connection)
    {
        ClusterListener listener = connection.Features.Get<ClusterListener>()!;
        OpenClusterEndpoints endpoints = For(listener.Cluster);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext =
                Faulty(listener.Cluster, ClusterFaultKind.WrongAuthority) ? endpoints.Strange.Value
                : Faulty(listener.Cluster, ClusterFaultKind.OtherName) ? endpoints.OtherName.Value
                : listener.Certificate,
        };
    }

    public bool CanBind(EndPoint endpoint) => endpoint is ClusterEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _accepted.Reader.WaitToReadAsync(cancellationToken)
        && _accepted.Reader.TryRead(out ConnectionContext? connection)
            ? connection
            : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _accepted.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _accepted.Writer.TryComplete();
        lock (_lock)
        {
            foreach (OpenClusterEndpoints endpoints in _open.Values) endpoints.Dispose();
            _open.Clear();
            _public?.Dispose();
        }
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool Accept(ClusterListener listener, Socket socket)
    {
        if (Faulty(listener.Cluster, ClusterFaultKind.Hangs)) return false;
        ConnectionContext connection = _connections.Create(socket);
        connection.Features.Set(listener);
        if (!_accepted.Writer.TryWrite(connection)) connection.Abort();
        return true;
    }

    private bool Faulty(KubernetesCluster cluster, ClusterFaultKind kind) =>
        behaviour().ClusterFaults.Any(fault => fault.Kind == kind && fault.Covers(cluster));

    // Kestrel asks for an address; the sockets have theirs.
    private sealed class ClusterEndPoint : EndPoint
    {
        public override string ToString() => "https://clusters";
    }
}
