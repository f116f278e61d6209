namespace ArtifactRegistry.Operations;

/// <summary>A node pool whose nodes pull with an account.</summary>
/// <param name="Project">The project of the cluster; null if it is not known.</param>
/// <param name="Location">The cluster's region or zone; null if it is not known.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="Name">The pool.</param>
/// <param name="HasPullScope">Whether the OAuth scopes of the nodes include Artifact Registry.</param>
internal sealed record NodePoolReference(
    string? Project, string? Location, string Cluster, string Name, bool HasPullScope)
{
    /// <summary>Gets the problem with the scopes of the nodes; null if there is none.</summary>
    public string? ScopesProblem => HasPullScope ? null
        : $"The nodes of pool {Name} in cluster {Cluster} have OAuth scopes that do not reach Artifact Registry, "
            + "whatever is granted. Scopes are fixed when a pool is created: make a new one with "
            + "--scopes=cloud-platform or with an account of its own.";

    /// <summary>Gets the command that creates a pool with the same account whose nodes can pull.</summary>
    /// <param name="email">The account.</param>
    public string NewPoolCommand(string email) =>
        $"gcloud container node-pools create {Name}-2 --cluster={Cluster} --location={Location ?? "LOCATION"} "
        + $"--project={Project ?? "PROJECT"} --scopes=cloud-platform --service-account {email}";

    /// <inheritdoc/>
    public override string ToString() => $"{Cluster}/{Name}";
}
