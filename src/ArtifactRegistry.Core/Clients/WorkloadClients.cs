using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>App Engine Admin API v1. See https://cloud.google.com/appengine/docs/admin-api/reference/rest.</summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class AppEngineClient(RestTransport transport, Endpoints endpoints) : RestClient(transport, endpoints.AppEngine)
{
    /// <summary>GET v1/apps/P/services: the ids of the services. 404 if the project has no application.</summary>
    internal IAsyncEnumerable<string> ListServicesAsync(string project, CancellationToken stop) => PagesAsync(
        endpoints.AppEngine, $"v1/apps/{Project(project)}/services", "services", "appengine.services.list", json => json.Needed("id"u8), stop);

    /// <summary>GET v1/apps/P/services/S/versions?view=FULL; only this view has the deployment.</summary>
    internal IAsyncEnumerable<T> ListVersionsAsync<T>(string project, string service, Func<JsonElement, T> read, CancellationToken stop) => PagesAsync(
        endpoints.AppEngine, $"v1/apps/{Project(project)}/services/{Uri.EscapeDataString(service)}/versions?view=FULL", "versions",
        "appengine.versions.list", read, stop);
}

/// <summary>Compute Engine API v1. See https://cloud.google.com/compute/docs/reference/rest/v1.</summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class ComputeClient(RestTransport transport, Endpoints endpoints) : RestClient(transport, endpoints.Compute)
{
    // gcloud's variable for this service has the version in it.
    private const string Version = "compute/v1/";

    /// <summary>
    /// GET compute/v1/projects/P/aggregated/KIND, with KIND instances or instanceTemplates. Without returnPartialSuccess, a
    /// scope that does not answer is an error.
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="read">Reads an object, given its scope: <c>zones/Z</c>, <c>regions/R</c> or <c>global</c>.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    internal IAsyncEnumerable<T> ListAsync<T>(string project, string kind, Func<string, JsonElement, T> read, CancellationToken stop) => PagesAsync(
        endpoints.Compute,
        $"{(endpoints.Compute.AbsolutePath.EndsWith(Version, StringComparison.Ordinal) ? "" : Version)}projects/{Project(project)}/aggregated/{kind}",
        "maxResults", "pageToken", json => Items(json, kind, read), json => json.Verbatim("nextPageToken"u8), $"compute.{kind}.list", stop);

    private static List<T> Items<T>(JsonElement json, string kind, Func<string, JsonElement, T> read)
    {
        List<T> items = new();
        foreach ((string scope, JsonElement part) in json.Map("items"u8, part => part) ?? new Dictionary<string, JsonElement>())
        {
            // Scopes without anything have a warning too, of this code.
            if (part.Object("warning"u8, Warning.Read) is Warning warning && warning.Code != "NO_RESULTS_ON_PAGE")
                throw new RegistryException(RegistryErrorKind.LocationUnreachable, $"The list is incomplete: {scope}: {warning.Message ?? warning.Code}.");
            items.AddRange(part.List(System.Text.Encoding.UTF8.GetBytes(kind), item => read(scope, item)) ?? []);
        }

        return items;
    }

    private sealed record Warning(string? Code, string? Message)
    {
        public static Warning Read(JsonElement json) => new(json.Text("code"u8), json.Text("message"u8)?.TrimEnd('.'));
    }
}

/// <summary>Cloud Deploy API v1. See https://cloud.google.com/deploy/docs/api/reference/rest.</summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class CloudDeployClient(RestTransport transport, Endpoints endpoints) : RestClient(transport, endpoints.CloudDeploy)
{
    /// <summary>GET v1/projects/P/locations/-/deliveryPipelines/-/releases: those of all pipelines.</summary>
    internal IAsyncEnumerable<T> ListReleasesAsync<T>(string project, Func<JsonElement, T> read, CancellationToken stop) => PagesAsync(
        endpoints.CloudDeploy, $"v1/projects/{Project(project)}/locations/-/deliveryPipelines/-/releases", "releases",
        "clouddeploy.releases.list", read, stop);
}

/// <summary>Cloud Asset API v1. See https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets/list.</summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class CloudAssetClient(RestTransport transport, Endpoints endpoints) : RestClient(transport, endpoints.CloudAsset)
{
    /// <summary>GET v1/projects/P/assets?contentType=RESOURCE, with the types of assets that name images.</summary>
    internal IAsyncEnumerable<T> ListAssetsAsync<T>(
        string project, IEnumerable<string> types, Func<JsonElement, T> read, CancellationToken stop) => PagesAsync(
        endpoints.CloudAsset,
        $"v1/projects/{Project(project)}/assets?contentType=RESOURCE{string.Concat(types.Select(type => $"&assetTypes={Uri.EscapeDataString(type)}"))}",
        "assets", "cloudasset.assets.listResource", read, stop);
}
