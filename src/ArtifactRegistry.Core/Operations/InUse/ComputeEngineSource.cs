using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>
/// Reads the metadata of Compute Engine's machines and templates: container declarations, and names of images in
/// scripts.
/// </summary>
internal sealed class ComputeEngineSource(InUseServices services) : IInUseSource
{
    /// <inheritdoc/>
    public InUseSource Source => InUseSource.ComputeEngine;

    /// <inheritdoc/>
    public async Task ReadAsync(string project, InUseReading reading, CancellationToken stop)
    {
        bool[] read = await Task.WhenAll(
            ReadAsync("instances", ReadInstance),
            ReadAsync("instanceTemplates", ReadTemplate)
        );
        if (read.All(complete => complete))
            reading.Finish();

        async Task<bool> ReadAsync(
            string kind,
            Func<string, JsonElement, (string Scope, IReadOnlyList<SeenImage> Images)> read
        )
        {
            List<(string Scope, IReadOnlyList<SeenImage> Images)>? machines = await reading.TryListAsync(
                $"projects/{project}/aggregated/{kind}", services.Compute.ListAsync(project, kind, read, stop), stop);
            foreach ((string scope, IReadOnlyList<SeenImage> images) in machines ?? [])
                reading.Add(new InUsePlace(Source, project, scope.Split('/')[^1]), images);
            return machines is not null;
        }
    }

    private static (string Scope, IReadOnlyList<SeenImage> Images) ReadInstance(string scope, JsonElement json) =>
        (
            scope,
            ImagesIn(
                json,
                json.Text("status"u8) is "RUNNING" or null ? InUseRole.Running : InUseRole.Template,
                new Workload("Instance", null, json.Needed("name"u8))
            )
        );

    private static (string Scope, IReadOnlyList<SeenImage> Images) ReadTemplate(string scope, JsonElement json) => (
        scope,
        json.TryGetProperty("properties"u8, out JsonElement properties)
            ? ImagesIn(properties, InUseRole.Template, new Workload("InstanceTemplate", null, json.Needed("name"u8)))
            : []);

    private static List<SeenImage> ImagesIn(JsonElement machine, InUseRole role, Workload workload) =>
        [
            .. (
                machine.TryGetProperty("metadata"u8, out JsonElement metadata)
                    ? PodSpec.Items(metadata, "items")
                    : default
            ).SelectMany(item =>
                ImageNamesInText
                    .Find(item.Text("value"u8) ?? "")
                    .Select(image => new SeenImage(image, null, item.Text("key"u8), role, workload))
            ),
        ];
}
