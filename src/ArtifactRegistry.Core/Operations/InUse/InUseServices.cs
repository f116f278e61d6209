using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>The clients of the services that run images.</summary>
/// <param name="Clusters">Kubernetes Engine.</param>
/// <param name="Run">Cloud Run.</param>
/// <param name="AppEngine">App Engine.</param>
/// <param name="Compute">Compute Engine.</param>
/// <param name="Deploy">Cloud Deploy.</param>
/// <param name="Assets">Cloud Asset Inventory.</param>
/// <param name="Projects">Resource Manager, for the numbers of projects.</param>
/// <param name="Registry">Artifact Registry, for the digests of tags.</param>
/// <param name="EndpointsOf">Gets the endpoints of a cluster in the order in which they are tried.</param>
/// <param name="Connect">Opens the Kubernetes API at an endpoint, with connections of its own.</param>
internal sealed record InUseServices(
    ContainerClient Clusters,
    RunClient Run,
    AppEngineClient AppEngine,
    ComputeClient Compute,
    CloudDeployClient Deploy,
    CloudAssetClient Assets,
    ResourceManagerClient Projects,
    ArtifactRegistryClient Registry,
    Func<ClusterMessage, IReadOnlyList<ClusterEndpoint>> EndpointsOf,
    Func<ClusterEndpoint, ClusterConnection> Connect)
{
    /// <summary>Creates the sources; a new one is registered here.</summary>
    public IEnumerable<IInUseSource> Sources(InUseQuery query) =>
        new IInUseSource[]
        {
            new KubernetesSource(this, query),
            new CloudRunSource(this, query),
            new AppEngineSource(this),
            new ComputeEngineSource(this),
            new CloudDeploySource(this),
            new AssetSource(this),
        }.Where(source => query.Sources.Contains(source.Source));
}
