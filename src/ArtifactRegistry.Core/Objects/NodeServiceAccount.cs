using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>The service account with which the nodes of a GKE node pool pull images.</summary>
public class NodeServiceAccount
{
    internal NodeServiceAccount(string project, string email)
    {
        Project = project;
        Email = email;
    }

    /// <summary>The project of the cluster, which need not be that of the images.</summary>
    public string Project { get; }

    /// <summary>The cluster's region or zone.</summary>
    public string? Location { get; internal init; }

    /// <summary>The cluster.</summary>
    public string? Cluster { get; internal init; }

    /// <summary>The node pool; <c>(auto-provisioned)</c> for the pools that the cluster creates itself.</summary>
    public string? NodePool { get; internal init; }

    /// <summary>Gets whether Google manages the nodes.</summary>
    public bool Autopilot { get; internal init; }

    /// <summary>The account's e-mail. GKE's <c>default</c> is resolved.</summary>
    public string Email { get; }

    /// <summary>The account as IAM writes it.</summary>
    public string Member => "serviceAccount:" + Email;

    /// <summary>
    /// Gets whether this is the default account of Compute Engine, which the machines of the project share by default.
    /// </summary>
    public bool IsComputeDefault { get; internal init; }

    /// <summary>
    /// The OAuth scopes of the nodes, which limit the use of their tokens, whatever roles the account has.
    /// </summary>
    public TextList Scopes { get; internal init; } = TextList.Empty;

    /// <summary>
    /// Gets whether the scopes include Artifact Registry. Get-ArReader -Explain shows whether the account can pull.
    /// </summary>
    public bool PullScope { get; internal init; }

    /// <summary>
    /// Gets the machine type of the nodes, for example <c>t2a-standard-4</c>; null if the pool does not specify it.
    /// </summary>
    public string? MachineType { get; internal init; }

    /// <summary>Gets the pool; null for an account that no pool uses yet.</summary>
    internal NodePoolReference? Pool => Cluster is null || NodePool is null ? null
        : new NodePoolReference(Project, Location, Cluster, NodePool, PullScope);

    /// <inheritdoc/>
    public override string ToString() => Email;
}

/// <summary>A service account for nodes that was just created or found, and that no pool uses yet.</summary>
public sealed class NewNodeServiceAccount : NodeServiceAccount
{
    internal NewNodeServiceAccount(string project, string email)
        : base(project, email)
    {
    }

    /// <summary>Gets whether the account was created; false if it existed already.</summary>
    public bool Created { get; internal init; }

    /// <summary>
    /// The command that creates a node pool with it: a pool's account is fixed when the pool is created.
    /// </summary>
    public string NodePoolCommand =>
        "gcloud container node-pools create POOL --cluster=CLUSTER --location=LOCATION "
        + $"--project={Project} --service-account {Email}";
}
