using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>
/// Reads the versions of App Engine's flexible environment; a stopped one is what a rollback returns to.
/// </summary>
internal sealed class AppEngineSource(InUseServices services) : IInUseSource
{
    /// <inheritdoc/>
    public InUseSource Source => InUseSource.AppEngine;

    /// <inheritdoc/>
    public async Task ReadAsync(string project, InUseReading reading, CancellationToken stop)
    {
        string place = $"projects/{project}/services";
        List<string>? apps = await reading.TryListAsync(place, ServicesAsync(), stop);
        bool[] read = await Task.WhenAll(
            (apps ?? []).Select(async service =>
            {
                List<SeenImage?>? versions = await reading.TryListAsync(
                    $"{place}/{service}/versions",
                    services.AppEngine.ListVersionsAsync(project, service, json => Read(json, service), stop),
                    stop
                );
                reading.Add(new InUsePlace(Source, project, null), (versions ?? []).OfType<SeenImage>());
                return versions is not null;
            })
        );
        if (apps is not null && read.All(complete => complete))
            reading.Finish();

        // A project without an application has no services; one that does not exist is answered the same.
        async IAsyncEnumerable<string> ServicesAsync()
        {
            await using IAsyncEnumerator<string> each = services
                .AppEngine.ListServicesAsync(project, stop)
                .GetAsyncEnumerator(stop);
            while (true)
            {
                try
                {
                    if (!await each.MoveNextAsync()) yield break;
                }
                catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
                {
                    await services.Projects.GetProjectAsync(project, stop);
                    yield break;
                }

                yield return each.Current;
            }
        }
    }

    // A version of the standard environment has no image.
    private static SeenImage? Read(JsonElement json, string service) =>
        json.Object("deployment"u8, Deployment.Read)?.Image is { Length: > 0 } image
            ? new SeenImage(
                image, null, null, json.Text("servingStatus"u8) is "STOPPED" ? InUseRole.History : InUseRole.Running,
                new Workload("Version", null, json.Needed("id"u8), service))
            : null;

    private sealed record Deployment(string? Image)
    {
        public static Deployment Read(JsonElement json) =>
            new(json.Object("container"u8, container => new Deployment(container.Text("image"u8)))?.Image);
    }
}
