using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Finds the service accounts with which the nodes of a project's GKE clusters pull.</summary>
internal static class FindNodeAccounts
{
    private const string AutoProvisioned = "(auto-provisioned)";
    private const string ScopePrefix = "https://www.googleapis.com/auth/";

    // https://cloud.google.com/artifact-registry/docs/integrate-gke: read access to storage is enough for pulling.
    private static readonly string[] PullingScopes =
    [
        "cloud-platform", "cloud-platform.read-only", "devstorage.read_only", "devstorage.read_write",
        "devstorage.full_control",
    ];

    /// <summary>Gets one account per node pool, and one for the pools that a cluster creates itself.</summary>
    /// <param name="clusters">Kubernetes Engine.</param>
    /// <param name="projects">Resource Manager, for the number in the name of the default account.</param>
    /// <param name="project">The project of the clusters.</param>
    /// <param name="location">A region or zone; null for all.</param>
    /// <param name="names">The names of the clusters; null for all.</param>
    /// <param name="warn">Receives what makes the result incomplete.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async Task<IReadOnlyList<NodeServiceAccount>> FindAsync(
        ContainerClient clusters,
        ResourceManagerClient projects,
        string project,
        string? location,
        IReadOnlyCollection<string>? names,
        Action<string> warn,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        ArgumentNullException.ThrowIfNull(projects);
        ArgumentNullException.ThrowIfNull(warn);
        ListClustersResponse answer = await clusters.ListClustersAsync(project, location, stop);
        if (answer.MissingZones is { Count: > 0 } missing)
            warn(
                $"The list of clusters of project {project} is incomplete: GKE could not ask "
                    + $"{string.Join(", ", missing)}."
            );

        ClusterMessage[] wanted =
            [.. (answer.Clusters ?? []).Where(cluster => names is null || names.Contains(cluster.Name))];
        string[] absent = [.. (names ?? []).Where(name => !wanted.Any(cluster => cluster.Name == name))];
        if (absent.Length > 0)
            throw NoCluster(absent, [project], location, (answer.Clusters ?? []).Select(cluster => cluster.Name));

        if (wanted.Length == 0 && answer.MissingZones is not { Count: > 0 })
        {
            if (location is not null) throw await NothingInAsync(clusters, project, location, stop);
            warn($"Project {project} has no clusters.");
        }

        string? computeDefault = null;
        List<NodeServiceAccount> accounts = [];
        foreach (ClusterMessage cluster in wanted)
        {
            foreach (NodePoolMessage pool in cluster.NodePools ?? [])
                accounts.Add(await AccountAsync(cluster, pool.Name, pool.Config));
            if (MakesPools(cluster))
                accounts.Add(await AccountAsync(
                    cluster, AutoProvisioned, cluster.Autoscaling?.AutoprovisioningNodePoolDefaults));
        }

        return accounts;

        async Task<NodeServiceAccount> AccountAsync(ClusterMessage cluster, string pool, NodeIdentityMessage? identity)
        {
            bool isDefault = identity?.ServiceAccount is null or "" or "default";
            if (isDefault && computeDefault is null)
            {
                ProjectMessage found = await projects.GetProjectAsync(project, stop);
                computeDefault = $"{found.ProjectNumber}-compute@developer.gserviceaccount.com";
            }
            IReadOnlyList<string> scopes = identity?.OauthScopes ?? [];
            return new NodeServiceAccount(project, isDefault ? computeDefault! : identity!.ServiceAccount!)
            {
                Location = cluster.Location ?? cluster.Zone,
                Cluster = cluster.Name,
                NodePool = pool,
                Autopilot = cluster.Autopilot?.Enabled ?? false,
                IsComputeDefault = isDefault || MemberName.IsComputeDefault(identity!.ServiceAccount!),
                Scopes = new TextList([.. scopes]),
                MachineType = identity?.MachineType is { Length: > 0 } type ? type : null,
                // Future pools for which no scopes are configured get GKE's default scopes, which include reading from
                // storage.
                PullScope = (pool == AutoProvisioned && scopes.Count == 0) || scopes.Any(Pulls),
            };
        }
    }

    /// <summary>Creates the error for a location without clusters, with the locations that have some.</summary>
    private static async Task<RegistryException> NothingInAsync(
        ContainerClient clusters, string project, string location, CancellationToken stop)
    {
        ListClustersResponse everywhere = await clusters.ListClustersAsync(project, location: null, stop);
        string[] places =
        [
            .. (everywhere.Clusters ?? []).Select(cluster => cluster.Location ?? cluster.Zone).OfType<string>()
                .Distinct().Order(StringComparer.Ordinal),
        ];
        string meant = Nearest.To(location, places) is string near ? $"Did you mean {near}? " : "";
        return new RegistryException(
            RegistryErrorKind.ClusterNotFound, $"Project {project} has no cluster in location {location}.")
        {
            Advice = places.Length == 0
                ? "It has none anywhere else: check -Project."
                : $"{meant}The clusters of the project are in {string.Join(", ", places)}.",
        };
    }

    /// <summary>Creates the error for clusters that do not exist, with what was probably meant.</summary>
    /// <param name="absent">The names of the clusters.</param>
    /// <param name="projects">The projects that were listed.</param>
    /// <param name="location">The region or zone that was listed; null for all.</param>
    /// <param name="known">The clusters that exist there.</param>
    public static RegistryException NoCluster(
        IReadOnlyList<string> absent, IReadOnlyList<string> projects, string? location, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(absent);
        ArgumentNullException.ThrowIfNull(projects);
        string meant = Nearest.To(absent[0], known) is string near ? $"Did you mean {near}? " : "";
        // Several projects, or all of an organization, have no one command.
        string project = projects is [string only] && !only.Contains('/', StringComparison.Ordinal) ? only : "PROJECT";
        return new RegistryException(
            RegistryErrorKind.ClusterNotFound,
            $"There is no cluster {string.Join(", ", absent)} in project {string.Join(", ", projects)}"
                + $"{(location is null ? "" : $", location {location}")}.")
        {
            Advice = $"{meant}Get-ArNodeServiceAccount {project} lists the clusters.",
        };
    }

    private static bool MakesPools(ClusterMessage cluster) =>
        cluster.Autopilot?.Enabled is true || cluster.Autoscaling?.EnableNodeAutoprovisioning is true;

    private static bool Pulls(string scope) =>
        PullingScopes.Contains(
            scope.StartsWith(ScopePrefix, StringComparison.Ordinal) ? scope[ScopePrefix.Length..] : scope
        );
}
