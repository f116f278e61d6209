using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>
/// Reads Cloud Run: the services and jobs of all regions, and, region by region, revisions, executions and instances.
/// </summary>
internal sealed class CloudRunSource(InUseServices services, InUseQuery query) : IInUseSource
{
    /// <inheritdoc/>
    public InUseSource Source => InUseSource.CloudRun;

    /// <inheritdoc/>
    public async Task ReadAsync(string project, InUseReading reading, CancellationToken stop)
    {
        string place = $"projects/{project}";
        RunClient run = services.Run;
        Task<List<RunLocation>?> locating = List($"{place}/locations", run.ListLocationsAsync(project, stop));
        Task<List<CloudRunResource>?> listingServices = List(
            $"{place}/services",
            run.ListServicesAsync(project, CloudRunResource.ReadService, stop)
        );
        Task<List<CloudRunResource>?> listingJobs = List(
            $"{place}/jobs",
            run.ListJobsAsync(project, CloudRunResource.ReadJob, stop)
        );
        await Task.WhenAll(locating, listingServices, listingJobs);
        Add(await listingServices);
        Add(await listingJobs);
        if (await locating is not { } locations) return;

        // Without the services it is not known which revisions get requests, so all of them count.
        HashSet<string>? serving = (await listingServices)
            ?.SelectMany(service => service.Serving)
            .ToHashSet(StringComparer.Ordinal);
        bool[] read = await Task.WhenAll(
            locations
                .Where(location => location.IsRegion && IsWanted(location.Id))
                .Select(location => ReadAsync(location.Id))
        );
        if (read.All(complete => complete))
            reading.Finish();
        if (new UnknownSidecarDigests(reading).Note(project) is string note)
            reading.Note(note);

        async Task<bool> ReadAsync(string region)
        {
            string within = $"{place}/locations/{region}";
            List<CloudRunResource>?[] lists = await Task.WhenAll(
                List(
                    $"{within}/revisions",
                    run.ListRevisionsAsync(project, region, CloudRunResource.ReadRevision, stop)
                ),
                List(
                    $"{within}/workerPools/-/revisions",
                    run.ListWorkerPoolRevisionsAsync(project, region, CloudRunResource.ReadWorkerPoolRevision, stop)
                ),
                List(
                    $"{within}/executions",
                    run.ListExecutionsAsync(project, region, CloudRunResource.ReadExecution, stop)
                ),
                List(
                    $"{within}/instances",
                    run.ListInstancesAsync(project, region, CloudRunResource.ReadInstance, stop)
                )
            );
            foreach (List<CloudRunResource>? list in lists)
                Add(list, region, serving);
            return lists.All(list => list is not null);
        }

        void Add(List<CloudRunResource>? items, string? region = null, HashSet<string>? serving = null)
        {
            foreach (CloudRunResource item in items ?? [])
            {
                if (region is null && !IsWanted(item.Location)) continue;
                bool isServing = serving is null || item.Service is null || serving.Contains(item.Workload.Name);
                if (item.IsRevision && !isServing && query.ServingRevisionsOnly) continue;
                reading.Add(
                    new InUsePlace(Source, project, region ?? item.Location),
                    item.IsRevision
                        ? item.Images.Select(seen =>
                            seen with
                            {
                                Role = isServing ? InUseRole.Running : InUseRole.History,
                            }
                        )
                        : item.Images
                );
            }
        }

        Task<List<T>?> List<T>(string what, IAsyncEnumerable<T> items) => reading.TryListAsync(what, items, stop);
    }

    private bool IsWanted(string? location) => query.Location is null || location is null || location == query.Location;
}
