using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>Reads the releases of Cloud Deploy, whose promotion pulls their images.</summary>
internal sealed class CloudDeploySource(InUseServices services) : IInUseSource
{
    /// <inheritdoc/>
    public InUseSource Source => InUseSource.CloudDeploy;

    /// <inheritdoc/>
    public async Task ReadAsync(string project, InUseReading reading, CancellationToken stop)
    {
        List<(string Location, IReadOnlyList<SeenImage> Images)>? releases = await reading.TryListAsync(
            $"projects/{project}/locations/-/deliveryPipelines/-/releases",
            services.Deploy.ListReleasesAsync(project, Read, stop),
            stop
        );
        foreach ((string location, IReadOnlyList<SeenImage> images) in releases ?? [])
            reading.Add(new InUsePlace(Source, project, location), images);
        if (releases is not null)
            reading.Finish();
    }

    // projects/P/locations/L/deliveryPipelines/D/releases/R
    private static (string Location, IReadOnlyList<SeenImage> Images) Read(JsonElement json)
    {
        string[] name = json.Needed("name"u8).Split('/');
        if (
            name
            is not [
                "projects",
                _,
                "locations",
                string location,
                "deliveryPipelines",
                string pipeline,
                "releases",
                string release,
            ]
        )
            throw new JsonException("The name of a release is not as documented.");
        Workload workload = new("Release", null, release, pipeline);
        InUseRole role = json.Flag("abandoned"u8) ? InUseRole.History : InUseRole.Template;
        return (
            location,
            [
                .. PodSpec
                    .Items(json, "buildArtifacts")
                    .Select(artifact => artifact.Text("tag"u8))
                    .Where(image => image is { Length: > 0 })
                    .Select(image => new SeenImage(image!, null, null, role, workload)),
            ]
        );
    }
}
