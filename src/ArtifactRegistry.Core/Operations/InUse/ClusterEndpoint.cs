using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>One way to the Kubernetes API of a cluster.</summary>
/// <param name="What">What it is, for messages: "public endpoint 203.0.113.7".</param>
/// <param name="Address">The address; ends in a slash.</param>
/// <param name="Authority">
/// The cluster's own authority, which must have issued the certificate; null for a host of Google's with a public one.
/// </param>
/// <param name="Problem">The reason not to connect; null if there is none.</param>
internal sealed record ClusterEndpoint(string What, Uri? Address, X509Certificate2? Authority, string? Problem = null)
{
    private const string DnsDomain = ".gke.goog";

    /// <summary>
    /// Gets the endpoints of a cluster in the order in which they are tried: the DNS endpoint, the public IP address,
    /// Connect gateway, the private IP address.
    /// </summary>
    /// <remarks>
    /// The host alone decides which certificate is expected: an address needs one from the cluster's own authority, a
    /// name has to be Google's. New clusters fill in their authority even if they have no IP endpoints.
    /// </remarks>
    public static IReadOnlyList<ClusterEndpoint> Of(ClusterMessage cluster, Endpoints services)
    {
        ClusterAccessMessage access = cluster.Access;
        List<ClusterEndpoint> found = new();
        if (access is { IsDnsOpen: true, DnsEndpoint: string dns }) Add("DNS endpoint", dns);
        if (access.HasIpEndpoints is not false)
        {
            if (access.IsPublic is not false) Add("public endpoint", access.PublicEndpoint ?? access.Endpoint);
            AddGateway();
            Add("private endpoint", access.PrivateEndpoint ?? (access.IsPublic is false ? access.Endpoint : null));
        }
        else
        {
            AddGateway();
        }

        return found;

        void Add(string what, string? host)
        {
            if (host is null || found.Any(other => other.Address?.Authority == host)) return;
            found.Add(Create($"{what} {host}", host, access, services));
        }

        void AddGateway()
        {
            if (
                access.Membership?.Split('/')
                is ["", "", _, "projects", string project, "locations", string location, "memberships", string name]
            )
                found.Add(new ClusterEndpoint("Connect gateway", Gateway(services, project, location, name), null));
        }
    }

    /// <inheritdoc/>
    public override string ToString() => What;

    private static ClusterEndpoint Create(string what, string host, ClusterAccessMessage access, Endpoints services)
    {
        // An IPv6 address has colons and no brackets.
        bool isAddress = IPAddress.TryParse(host, out IPAddress? ip);
        string written =
            isAddress && ip!.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{ip}]" : host;
        if (
            !Uri.TryCreate($"https://{written}/", UriKind.Absolute, out Uri? address)
            || address.PathAndQuery != "/"
            || address.UserInfo.Length > 0
            || address.Fragment.Length > 0
        )
            return new ClusterEndpoint(what, null, null, "this is not a host");
        bool isLocal = Loopback.Is(address);
        if (Loopback.Is(services.ArtifactRegistry) && !isLocal)
            return new ClusterEndpoint(
                what,
                null,
                null,
                "nothing leaves this machine while Artifact Registry is an emulator on it"
            );
        if (address.HostNameType is UriHostNameType.Dns)
            return isLocal
                || (
                    address.IsDefaultPort
                    && (
                        address.Host.EndsWith(DnsDomain, StringComparison.OrdinalIgnoreCase)
                        || address.Host.EndsWith($".{services.Universe}", StringComparison.OrdinalIgnoreCase)
                    )
                )
                ? new ClusterEndpoint(what, address, null)
                : new ClusterEndpoint(what, null, null, "this is not a host of Google, so it gets no token");
        try
        {
            return access.CaCertificate is string ca
                ? new ClusterEndpoint(what, address, Read(ca))
                : new ClusterEndpoint(
                    what,
                    null,
                    null,
                    "the cluster names no certificate authority, so its certificate cannot be checked"
                );
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return new ClusterEndpoint(
                what,
                null,
                null,
                $"the cluster's certificate authority cannot be read: {e.Message}"
            );
        }
    }

    private static X509Certificate2 Read(string ca) =>
        X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(ca)));

    // https://cloud.google.com/kubernetes-engine/enterprise/multicluster-management/gateway
    private static Uri Gateway(Endpoints services, string project, string location, string membership)
    {
        Uri service =
            location == "global"
                ? services.ConnectGateway
                : Endpoints.InRegion(services.ConnectGateway, Uri.EscapeDataString(location));
        return new Uri(
            service,
            $"v1/projects/{Uri.EscapeDataString(project)}/locations/{Uri.EscapeDataString(location)}/gkeMemberships/{Uri.EscapeDataString(membership)}/"
        );
    }
}
