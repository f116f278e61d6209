namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>
/// Everything that runs images: clusters, Cloud Run and the others. Kept in memory only. Thread-safe.
/// </summary>
public sealed class WorkloadState
{
    private readonly Lock _gate;
    private readonly TimeProvider _clock;
    private readonly List<KubernetesCluster> _clusters = [];
    private readonly Dictionary<string, CloudRun> _run = [];
    private readonly Dictionary<string, ScopedObjects> _appEngine = [];
    private readonly Dictionary<string, ComputeEngine> _compute = [];
    private readonly Dictionary<string, ScopedObjects> _deploy = [];
    private readonly Dictionary<string, string[]> _ancestors = [];

    internal WorkloadState(Lock gate, TimeProvider clock) => (_gate, _clock) = (gate, clock);

    /// <summary>Gets a cluster that has endpoints.</summary>
    /// <exception cref="ArgumentException">There is no such cluster, or its endpoints are not emulated.</exception>
    public KubernetesCluster Cluster(string project, string name)
    {
        lock (_gate)
        {
            return _clusters.Find(cluster => cluster.Project == project && cluster.Name == name)
                ?? throw new ArgumentException($"Project '{project}' has no cluster '{name}' with endpoints.");
        }
    }

    /// <summary>Gives a cluster endpoints that lead back to the emulator, or changes them.</summary>
    public KubernetesCluster Serve(string project, string location, string name, ClusterEndpoints endpoints)
    {
        lock (_gate)
        {
            KubernetesCluster? cluster = Find(project, location, name);
            if (cluster is null)
                _clusters.Add(cluster = new KubernetesCluster(project, location, name, endpoints, _gate, _clock));
            cluster.Endpoints = endpoints;
            return cluster;
        }
    }

    /// <summary>Gets what runs in a project on Cloud Run.</summary>
    public CloudRun CloudRun(string project) => Of(_run, project, () => new(project, _gate, _clock));

    /// <summary>Gets the versions of a project's App Engine application; their scope is their service.</summary>
    public ScopedObjects AppEngine(string project) => Of(_appEngine, project, () => new(_gate, "id"));

    /// <summary>Gets a project's virtual machines.</summary>
    public ComputeEngine ComputeEngine(string project) => Of(_compute, project, () => new(_gate));

    /// <summary>Gets a project's releases of Cloud Deploy; their scope is <c>LOCATION/PIPELINE</c>.</summary>
    public ScopedObjects CloudDeploy(string project) => Of(_deploy, project, () => new(_gate, "name"));

    /// <summary>
    /// Puts a project into folders and an organization, for example <c>folders/7</c> and <c>organizations/123</c>, the
    /// nearest first.
    /// </summary>
    public void SetAncestors(string project, params string[] ancestors)
    {
        lock (_gate) _ancestors[project] = ancestors;
    }

    internal IReadOnlyList<string> AncestorsOf(string project) => _ancestors.GetValueOrDefault(project) ?? [];

    /// <summary>Returns whether there is a folder or an organization of a name.</summary>
    internal bool HasContainer(string name) => _ancestors.Values.Any(ancestors => ancestors.Contains(name));

    /// <summary>Gets the folders directly in a folder or an organization.</summary>
    internal IEnumerable<string> FoldersIn(string parent) =>
        _ancestors.Values
            .SelectMany(ancestors => ancestors.Zip(ancestors.Skip(1)))
            .Where(pair => pair.Second == parent)
            .Select(pair => pair.First)
            .Distinct();

    /// <summary>Gets the regions in which a project has something on Cloud Run.</summary>
    internal IEnumerable<string> RunLocations(string project) =>
        _run.TryGetValue(project, out CloudRun? run) ? run.Locations : [];

    internal KubernetesCluster? Find(string project, string location, string name) =>
        _clusters.Find(cluster => (cluster.Project, cluster.Location, cluster.Name) == (project, location, name));

    private T Of<T>(Dictionary<string, T> table, string project, Func<T> create)
    {
        lock (_gate)
        {
            if (!table.TryGetValue(project, out T? found)) table.Add(project, found = create());
            return found;
        }
    }

    /// <summary>Finds the cluster of a fleet membership.</summary>
    internal KubernetesCluster? FindMember(string project, string location, string membership) =>
        _clusters.Find(cluster => cluster.Project == project && cluster.Endpoints.Membership == membership
            && cluster.Endpoints.MembershipLocation == location);
}
