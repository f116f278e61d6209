using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>
/// A cluster's own authority and open endpoints in one server, and the fields of GKE's API that show them.
/// </summary>
internal sealed class OpenClusterEndpoints : IDisposable
{
    private static readonly IPAddress ElsewhereAddress = IPAddress.Parse("192.0.2.77");

    private readonly KubernetesCluster _cluster;
    private readonly CertificateAuthority _authority;
    private readonly CertificateAuthority _strange;
    private readonly List<X509Certificate2> _false = [];
    private readonly ClusterListener? _public;
    private readonly ClusterListener? _private;
    private readonly ClusterListener? _dns;

    public OpenClusterEndpoints(KubernetesCluster cluster, CertificateAuthority publicAuthority)
    {
        (_cluster, Endpoints) = (cluster, cluster.Endpoints);
        _authority = new CertificateAuthority(cluster.Name);
        // Its name is the same: only the key tells it apart.
        _strange = new CertificateAuthority(cluster.Name);
        _public = Open(ClusterEndpointKind.Public, Endpoints.Public, OfCluster);
        _private = Open(ClusterEndpointKind.Private, Endpoints.Private, OfCluster);
        _dns = Open(ClusterEndpointKind.Dns, Endpoints.Dns, () => publicAuthority.Issue("localhost", [], "localhost"));
        Strange = Lazily(() =>
            _strange.Issue("kube-apiserver", [IPAddress.Loopback], "localhost", "kubernetes.default.svc")
        );
        OtherName = Lazily(() => _authority.Issue("kube-apiserver", [ElsewhereAddress], "kubernetes.default.svc"));
    }

    /// <summary>The options for which the endpoints were opened.</summary>
    public ClusterEndpoints Endpoints { get; }

    public IEnumerable<ClusterListener> Listeners => new[] { _public, _private, _dns }.OfType<ClusterListener>();

    /// <summary>A certificate for the right address, of another authority.</summary>
    public Lazy<SslStreamCertificateContext> Strange { get; }

    /// <summary>A certificate of the cluster's authority, for another address.</summary>
    public Lazy<SslStreamCertificateContext> OtherName { get; }

    /// <summary>Adds the fields of the endpoints to a cluster as the API shows it.</summary>
    public JsonObject AddTo(JsonObject cluster, string projectNumber)
    {
        string id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_cluster.Name)))[..12];
        string dnsName = _dns?.Address ?? $"gke-{id}-{projectNumber}.{_cluster.Location}.gke.goog";
        cluster["endpoint"] = _public?.Address ?? _private?.Address ?? dnsName;
        cluster["masterAuth"] = new JsonObject
        {
            ["clientCertificateConfig"] = new JsonObject(),
            ["clusterCaCertificate"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(_authority.Pem)),
        };
        cluster["controlPlaneEndpointsConfig"] = new JsonObject
        {
            ["dnsEndpointConfig"] = Flag(
                "allowExternalTraffic",
                _dns is not null,
                new JsonObject { ["endpoint"] = dnsName }
            ),
            ["ipEndpointsConfig"] = IpEndpoints(),
        };
        if (_private is not null && (_public is null || cluster["privateClusterConfig"] is not null))
        {
            JsonObject config = new() { ["enablePrivateNodes"] = true, ["privateEndpoint"] = _private.Address };
            Flag("enablePrivateEndpoint", _public is null, config).AddUnlessEmpty("publicEndpoint", _public?.Address);
            cluster["privateClusterConfig"] = config;
        }
        cluster["masterAuthorizedNetworksConfig"] = AuthorizedNetworks();
        if (Endpoints.Membership is string membership)
        {
            cluster["fleet"] = new JsonObject
            {
                ["membership"] =
                    $"//gkehub.googleapis.com/projects/{projectNumber}/locations/{Endpoints.MembershipLocation}/memberships/{membership}",
                ["preRegistered"] = true,
                ["project"] = projectNumber,
            };
        }
        return cluster;
    }

    public void Dispose()
    {
        foreach (ClusterListener listener in Listeners) listener.Dispose();
        foreach (X509Certificate2 certificate in _false) certificate.Dispose();
        _authority.Dispose();
        _strange.Dispose();
    }

    private X509Certificate2 OfCluster() => _authority.Issue(
        "kube-apiserver", [IPAddress.Loopback], "kubernetes", "kubernetes.default", "kubernetes.default.svc");

    private ClusterListener? Open(ClusterEndpointKind kind, Reach reach, Func<X509Certificate2> issue) =>
        reach == Reach.Absent ? null : new ClusterListener(_cluster, kind, reach, issue());

    private Lazy<SslStreamCertificateContext> Lazily(Func<X509Certificate2> issue) => new(() =>
    {
        X509Certificate2 certificate = issue();
        _false.Add(certificate);
        return SslStreamCertificateContext.Create(certificate, null, offline: true);
    });

    private JsonObject IpEndpoints()
    {
        JsonObject config = new() { ["authorizedNetworksConfig"] = AuthorizedNetworks() };
        if (_public is null && _private is null) return config;
        config["enabled"] = true;
        return Flag("enablePublicEndpoint", _public is not null, config)
            .AddUnlessEmpty("publicEndpoint", _public?.Address)
            .AddUnlessEmpty("privateEndpoint", _private?.Address);
    }

    private JsonObject AuthorizedNetworks()
    {
        if (Endpoints.AuthorizedNetworks is null) return new JsonObject { ["gcpPublicCidrsAccessEnabled"] = true };
        return new JsonObject { ["enabled"] = true }.AddUnlessEmpty("cidrBlocks", new JsonArray(
            [.. Endpoints.AuthorizedNetworks.Select(block => new JsonObject { ["cidrBlock"] = block })]));
    }

    // In the recorded answers a flag that is off is absent in some messages and false in others; a client copes with
    // both.
    private static JsonObject Flag(string name, bool on, JsonObject config)
    {
        config[name] = on;
        return config;
    }
}
