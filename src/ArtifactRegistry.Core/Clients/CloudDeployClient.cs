using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>Cloud Deploy API v1. See https://cloud.google.com/deploy/docs/api/reference/rest.</summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class CloudDeployClient(RestTransport transport, Endpoints endpoints)
    : RestClient(transport, endpoints.CloudDeploy)
{
    /// <summary>GET v1/projects/P/locations/-/deliveryPipelines/-/releases: those of all pipelines.</summary>
    internal IAsyncEnumerable<T> ListReleasesAsync<T>(
        string project,
        Func<JsonElement, T> read,
        CancellationToken stop
    ) =>
        PagesAsync(
            endpoints.CloudDeploy,
            $"v1/projects/{Project(project)}/locations/-/deliveryPipelines/-/releases",
            "releases",
            "clouddeploy.releases.list",
            read,
            stop
        );
}
