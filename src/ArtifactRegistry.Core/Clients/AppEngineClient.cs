using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>App Engine Admin API v1. See https://cloud.google.com/appengine/docs/admin-api/reference/rest.</summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class AppEngineClient(RestTransport transport, Endpoints endpoints)
    : RestClient(transport, endpoints.AppEngine)
{
    /// <summary>GET v1/apps/P/services: the ids of the services. 404 if the project has no application.</summary>
    internal IAsyncEnumerable<string> ListServicesAsync(string project, CancellationToken stop) =>
        PagesAsync(
            endpoints.AppEngine,
            $"v1/apps/{Project(project)}/services",
            "services",
            "appengine.services.list",
            json => json.Needed("id"u8),
            stop
        );

    /// <summary>GET v1/apps/P/services/S/versions?view=FULL; only this view has the deployment.</summary>
    internal IAsyncEnumerable<T> ListVersionsAsync<T>(
        string project,
        string service,
        Func<JsonElement, T> read,
        CancellationToken stop
    ) =>
        PagesAsync(
            endpoints.AppEngine,
            $"v1/apps/{Project(project)}/services/{Uri.EscapeDataString(service)}/versions?view=FULL",
            "versions",
            "appengine.versions.list",
            read,
            stop
        );
}
