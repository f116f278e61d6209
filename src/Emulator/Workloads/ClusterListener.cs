using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>The kinds of endpoint of a cluster that have an address of their own.</summary>
internal enum ClusterEndpointKind
{
    Public,
    Private,
    Dns,
}

/// <summary>An endpoint of a cluster: its socket and its certificate.</summary>
internal sealed class ClusterListener : IDisposable
{
    private readonly Socket _socket;
    private readonly X509Certificate2 _certificate;
    private readonly List<Socket> _silent = [];
    private bool _disposed;

    /// <summary>Binds the endpoint to a free port, and listens there unless connections are to be refused.</summary>
    public ClusterListener(
        KubernetesCluster cluster,
        ClusterEndpointKind kind,
        Reach reach,
        X509Certificate2 certificate
    )
    {
        (Cluster, Kind, Reach, _certificate) = (cluster, kind, reach, certificate);
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        // A port that is bound and not listened to refuses connections, and nobody else gets it meanwhile.
        if (reach != Reach.Refused) _socket.Listen(512);
    }

    public KubernetesCluster Cluster { get; }

    public ClusterEndpointKind Kind { get; }

    public Reach Reach { get; }

    public string Address =>
        $"{(Kind == ClusterEndpointKind.Dns ? "localhost" : "127.0.0.1")}:{((IPEndPoint)_socket.LocalEndPoint!).Port}";

    public SslStreamCertificateContext Certificate =>
        SslStreamCertificateContext.Create(_certificate, null, offline: true);

    /// <summary>Accepts connections until the listener is disposed.</summary>
    /// <param name="accepted">Takes a connection; returns false if it is to stay silent.</param>
    public async Task AcceptAsync(Func<ClusterListener, Socket, bool> accepted)
    {
        if (Reach == Reach.Refused) return;
        try
        {
            while (true)
            {
                Socket socket = await _socket.AcceptAsync();
                socket.NoDelay = true;
                if (Reach == Reach.Silent || !accepted(this, socket)) Keep(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    /// <summary>Answers a request. Call this while the state's lock is held.</summary>
    public Answer Handle(ApiCall call)
    {
        ClusterFault? redirect = call.Behaviour.ClusterFaults.FirstOrDefault(fault =>
            fault.Kind == ClusterFaultKind.Redirects && fault.Covers(Cluster)
        );
        if (redirect is not null)
        {
            return new Answer(307, [])
            {
                Headers = { ["Location"] = new Uri(redirect.RedirectTo, call.Request.PathAndQuery).AbsoluteUri },
            };
        }
        return Kind == ClusterEndpointKind.Dns && !call.MayDo("container.clusters.connect", Cluster.Resource)
            ? KubernetesStatus.MayNotConnect(Cluster)
            : KubernetesMethods.Handle(call, Cluster, call.Target.Segments);
    }

    public void Dispose()
    {
        _socket.Dispose();
        lock (_silent)
        {
            _disposed = true;
            foreach (Socket socket in _silent) socket.Dispose();
        }
        _certificate.Dispose();
    }

    private void Keep(Socket socket)
    {
        lock (_silent)
        {
            if (_disposed) socket.Dispose();
            else _silent.Add(socket);
        }
    }
}
