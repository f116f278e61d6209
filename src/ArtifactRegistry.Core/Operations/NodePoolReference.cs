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
    private const string NewAccount = "gke-nodes";

    /// <summary>Gets the problem with the scopes of the nodes; null if there is none.</summary>
    public string? ScopesProblem => HasPullScope ? null
        : $"The nodes of pool {Name} in cluster {Cluster} have OAuth scopes that do not reach Artifact Registry, "
            + "whatever is granted. Scopes are fixed when a pool is created: create another pool, move the pods there, "
            + "and delete this one.";

    /// <summary>
    /// Gets the commands, one per line, that create a pool whose nodes can pull. It has the same account, except that
    /// one with the default account of Compute Engine, which all machines share, is replaced by one with an account of
    /// its own. Returns null for pools that the cluster creates itself.
    /// </summary>
    /// <param name="email">The account.</param>
    /// <param name="repository">The repository, for the grant to a new account.</param>
    public string? NewPoolCommands(string email, string repository)
    {
        if (Name.StartsWith('(')) return null;
        string project = Project ?? "PROJECT";
        string own = MemberName.IsComputeDefault(email) ? $"{NewAccount}@{project}.iam.gserviceaccount.com" : email;
        string pool = $"gcloud container node-pools create {Name}-2 --cluster={Cluster} "
            + $"--location={Location ?? "LOCATION"} --project={project} --scopes=cloud-platform "
            + $"--service-account {own}";
        return own == email ? pool
            : $"New-ArNodeServiceAccount -Project {project} -Name {NewAccount}\n"
                + $"Grant-ArReader {repository} -Member {own}\n{pool}";
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Cluster}/{Name}";
}
