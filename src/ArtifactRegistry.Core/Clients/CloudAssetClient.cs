using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>
/// Cloud Asset API v1. See https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets/list.
/// </summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class CloudAssetClient(RestTransport transport, Endpoints endpoints)
    : RestClient(transport, endpoints.CloudAsset)
{
    /// <summary>GET v1/projects/P/assets?contentType=RESOURCE, with the types of assets that name images.</summary>
    internal IAsyncEnumerable<T> ListAssetsAsync<T>(
        string project,
        IEnumerable<string> types,
        Func<JsonElement, T> read,
        CancellationToken stop
    ) =>
        PagesAsync(
            endpoints.CloudAsset,
            $"v1/projects/{Project(project)}/assets?contentType=RESOURCE{string.Concat(types.Select(type => $"&assetTypes={Uri.EscapeDataString(type)}"))}",
            "assets",
            "cloudasset.assets.listResource",
            read,
            stop
        );
}
