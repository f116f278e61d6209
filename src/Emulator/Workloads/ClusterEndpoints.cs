namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>The response of an address of a cluster's control plane to a client that connects.</summary>
public enum Reach
{
    /// <summary>The cluster does not have this endpoint, or does not permit its use from outside.</summary>
    Absent,

    /// <summary>The Kubernetes API answers there.</summary>
    Reachable,

    /// <summary>Connections are refused.</summary>
    Refused,

    /// <summary>Connections are accepted and never answered, as behind a firewall that drops packets.</summary>
    Silent,
}

/// <summary>
/// The endpoints of a cluster. They lead back to the emulator, each to a port of its own on loopback.
/// </summary>
/// <remarks>
/// IP endpoints are <c>127.0.0.1:PORT</c> with a certificate of the cluster's own authority. The DNS endpoint is
/// <c>localhost:PORT</c> with a certificate of <see cref="EmulatorServer.PublicAuthority"/>, which stands for the
/// authorities that every machine trusts. Names and fields:
/// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.
/// </remarks>
public sealed record ClusterEndpoints
{
    /// <summary>The public IP endpoint.</summary>
    public Reach Public { get; set; } = Reach.Reachable;

    /// <summary>The private IP endpoint.</summary>
    public Reach Private { get; set; } = Reach.Refused;

    /// <summary>
    /// The DNS endpoint; if absent, it has a name as every cluster does, and <c>allowExternalTraffic</c> is false.
    /// </summary>
    public Reach Dns { get; set; }

    /// <summary>
    /// The id of the cluster's fleet membership, by which the Connect gateway reaches it; null if it is in no fleet.
    /// </summary>
    public string? Membership { get; set; }

    /// <summary>The location of the membership.</summary>
    public string MembershipLocation { get; set; } = "global";

    /// <summary>
    /// The CIDR blocks that may connect; null if <c>masterAuthorizedNetworksConfig</c> is not enabled. They are shown
    /// and not enforced: <see cref="Public"/> determines what a client experiences.
    /// </summary>
    public IReadOnlyList<string>? AuthorizedNetworks { get; set; }
}
