using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>
/// Kubernetes Engine API v1: clusters with their node pools.
/// See https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.
/// </summary>
/// <param name="transport">What sends.</param>
/// <param name="endpoints">Where to.</param>
internal sealed class ContainerClient(RestTransport transport, Endpoints endpoints)
    : RestClient(transport, endpoints.Container)
{
    /// <summary>
    /// GET v1/projects/P/locations/L/clusters, with <c>-</c> for all locations. The answer has no pages; it names the
    /// zones that could not be asked.
    /// </summary>
    internal Task<ListClustersResponse> ListClustersAsync(string project, string? location, CancellationToken stop) =>
        GetAsync(
            $"projects/{Project(project)}/locations/{(location is null ? "-" : Location(location))}/clusters",
            ListClustersResponse.Read, stop, needs: "container.clusters.list");
}
