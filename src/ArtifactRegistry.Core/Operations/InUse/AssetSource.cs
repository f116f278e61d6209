using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>
/// Reads Cloud Asset Inventory, which may miss updates: one more reason to keep images, and no proof that others are
/// not in use.
/// </summary>
internal sealed class AssetSource(InUseServices services) : IInUseSource
{
    private static readonly string[] Types =
    [
        "k8s.io/Pod",
        "k8s.io/PodTemplate",
        "k8s.io/ReplicationController",
        "apps.k8s.io/Deployment",
        "apps.k8s.io/ReplicaSet",
        "apps.k8s.io/StatefulSet",
        "apps.k8s.io/DaemonSet",
        "batch.k8s.io/Job",
        "batch.k8s.io/CronJob",
        "run.googleapis.com/Service",
        "run.googleapis.com/Revision",
        "run.googleapis.com/Job",
    ];

    /// <inheritdoc/>
    public InUseSource Source => InUseSource.Asset;

    /// <inheritdoc/>
    public async Task ReadAsync(string project, InUseReading reading, CancellationToken stop)
    {
        List<IReadOnlyList<SeenImage>>? assets = await reading.TryListAsync(
            $"projects/{project}/assets",
            services.Assets.ListAssetsAsync(project, Types, Read, stop),
            stop
        );
        foreach (IReadOnlyList<SeenImage> images in assets ?? [])
            reading.Add(new InUsePlace(Source, project, null), images);
        if (assets is not null)
            reading.Finish();
    }

    private static IReadOnlyList<SeenImage> Read(JsonElement json)
    {
        Workload workload = new(json.Needed("assetType"u8).Split('/')[^1], null, json.Needed("name"u8).Split('/')[^1]);
        return json.TryGetProperty("resource"u8, out JsonElement resource)
            && resource.TryGetProperty("data"u8, out JsonElement data)
            ?
            [
                .. KubernetesKind
                    .Texts(data)
                    .SelectMany(ImageNamesInText.Find)
                    .Distinct()
                    .Select(image => new SeenImage(image, null, null, InUseRole.Template, workload)),
            ]
            : [];
    }
}
