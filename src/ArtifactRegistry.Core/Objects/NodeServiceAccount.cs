namespace ArtifactRegistry;

/// <summary>The service account as which the nodes of a GKE node pool pull images.</summary>
public class NodeServiceAccount
{
    internal NodeServiceAccount(string project, string email)
    {
        Project = project;
        Email = email;
    }

    /// <summary>The project of the cluster, which is not the one of the images.</summary>
    public string Project { get; }

    /// <summary>The cluster's region or zone.</summary>
    public string? Location { get; internal init; }

    /// <summary>The cluster.</summary>
    public string? Cluster { get; internal init; }

    /// <summary>The node pool; <c>(auto-provisioned)</c> for the pools that the cluster makes itself.</summary>
    public string? NodePool { get; internal init; }

    /// <summary>True if Google manages the nodes.</summary>
    public bool Autopilot { get; internal init; }

    /// <summary>The account's e-mail. What GKE calls <c>default</c> is resolved.</summary>
    public string Email { get; }

    /// <summary>The account as IAM writes it.</summary>
    public string Member => "serviceAccount:" + Email;

    /// <summary>True for the account of Compute Engine, which all machines of the project share unless told otherwise.</summary>
    public bool IsComputeDefault { get; internal init; }

    /// <summary>OAuth scopes of the nodes: what their tokens can be used for, whatever roles the account has.</summary>
    public TextList Scopes { get; internal init; } = TextList.Empty;

    /// <summary>Gets a value that is true if the scopes reach Artifact Registry. Get-ArReader -Explain tells whether the account can pull.</summary>
    public bool PullScope { get; internal init; }

    /// <summary>Gets the machine type of the nodes, for example <c>t2a-standard-4</c>; null where the pool does not tell.</summary>
    public string? MachineType { get; internal init; }

    /// <summary>Gets what is wrong with the scopes; null if nothing is.</summary>
    internal string? ScopesProblem => PullScope ? null : DescribeScopes(NodePool, Cluster);

    /// <inheritdoc/>
    public override string ToString() => Email;

    /// <summary>Says that the scopes of a pool's nodes do not reach Artifact Registry, and what helps.</summary>
    internal static string DescribeScopes(string? pool, string? cluster) =>
        $"The nodes of pool {pool} in cluster {cluster} have OAuth scopes that do not reach Artifact Registry, whatever is granted. "
        + "Scopes are fixed when a pool is created: make a new one with --scopes=cloud-platform or with an account of its own.";
}

/// <summary>A service account for nodes, made or found a moment ago, which no pool uses yet.</summary>
public sealed class NewNodeServiceAccount : NodeServiceAccount
{
    internal NewNodeServiceAccount(string project, string email)
        : base(project, email)
    {
    }

    /// <summary>True if the account was not there before.</summary>
    public bool Created { get; internal init; }

    /// <summary>The command that makes a node pool with it: a pool's account is fixed when it is created.</summary>
    public string NodePoolCommand =>
        "gcloud container node-pools create POOL --cluster=CLUSTER --location=LOCATION "
        + $"--project={Project} --service-account={Email}";
}
