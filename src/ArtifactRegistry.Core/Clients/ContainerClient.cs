using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>
/// Kubernetes Engine API v1: clusters with their node pools.
/// See https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.
/// </summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class ContainerClient(RestTransport transport, Endpoints endpoints)
    : RestClient(transport, endpoints.Container)
{
    /// <summary>
    /// GET v1/projects/P/locations/L/clusters, with <c>-</c> for all locations. The response has no pages; it names the
    /// zones that could not be reached.
    /// </summary>
    internal Task<ListClustersResponse> ListClustersAsync(string project, string? location, CancellationToken stop) =>
        GetAsync(
            $"projects/{Project(project)}/locations/{(location is null ? "-" : Location(location))}/clusters",
            ListClustersResponse.Read, stop, needs: "container.clusters.list");
}
