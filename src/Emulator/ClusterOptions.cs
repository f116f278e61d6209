using ArtifactRegistry.Emulator.Workloads;

namespace ArtifactRegistry.Emulator;

/// <summary>The options of a GKE cluster.</summary>
public sealed record ClusterOptions
{
    /// <summary>Gets whether Google manages the nodes.</summary>
    public bool Autopilot { get; init; }

    /// <summary>The node pools.</summary>
    public IReadOnlyList<NodePoolOptions> NodePools { get; init; } = [];

    /// <summary>The account and scopes of the pools that the cluster creates itself; null if it creates none.</summary>
    public NodePoolOptions? AutoProvisioning { get; init; }

    /// <summary>The status of the cluster, for example <c>RUNNING</c> or <c>STOPPING</c>.</summary>
    public string Status { get; init; } = "RUNNING";

    /// <summary>
    /// The endpoints that lead back to the emulator; if null, the cluster has an address at which nobody answers.
    /// </summary>
    public ClusterEndpoints? Endpoints { get; init; }
}

/// <summary>A node pool.</summary>
/// <param name="Name">Its name.</param>
public sealed record NodePoolOptions(string Name)
{
    /// <summary>The scopes of a pool with an account of its own.</summary>
    public static IReadOnlyList<string> CloudPlatform { get; } =
        ["https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/userinfo.email"];

    /// <summary>The scopes that gcloud requests by default.</summary>
    public static IReadOnlyList<string> GkeDefault { get; } =
    [
        "https://www.googleapis.com/auth/devstorage.read_only",
        "https://www.googleapis.com/auth/logging.write",
        "https://www.googleapis.com/auth/monitoring",
        "https://www.googleapis.com/auth/service.management.readonly",
        "https://www.googleapis.com/auth/servicecontrol",
        "https://www.googleapis.com/auth/trace.append",
    ];

    /// <summary>
    /// The service account: an e-mail, or <c>default</c>, GKE's name for the account of Compute Engine.
    /// </summary>
    public string ServiceAccount { get; init; } = "default";

    /// <summary>The machine type of the nodes; its series determines the architecture.</summary>
    public string MachineType { get; init; } = "e2-standard-4";

    /// <summary>OAuth scopes.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = GkeDefault;
}
