namespace ArtifactRegistry.Operations.InUse;

/// <summary>Reads what runs in projects: every source, each completely or with a failure that says so.</summary>
internal static class ReadInUse
{
    private const string Disabled = "SERVICE_DISABLED";

    /// <summary>Asks every source about every project at once.</summary>
    /// <param name="services">The clients.</param>
    /// <param name="query">What to read.</param>
    /// <param name="concurrency">The maximum number of listings that are read at once.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>What was seen. It is complete only if there is no failure.</returns>
    public static async Task<InUseReading> ReadAsync(
        InUseServices services, InUseQuery query, int concurrency, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(query);
        using SemaphoreSlim slots = new(concurrency);
        InUseReading reading = new(slots);
        await Task.WhenAll(
            from project in query.Projects
            from source in services.Sources(query)
            select ReadAsync(project, source));
        string[] absent = query.Sources.Contains(InUseSource.Kubernetes)
            ? [.. (query.Clusters ?? []).Where(cluster => !reading.HasCluster(cluster))]
            : [];
        // If clusters could not be listed, it is not known which ones there are.
        if (absent.Length > 0 && reading.Failures.Count == 0)
            reading.Fail(absent[0], new RegistryException(
                RegistryErrorKind.ClusterNotFound,
                $"There is no cluster {string.Join(", ", absent)} in project {string.Join(", ", query.Projects)}"
                + $"{(query.Location is null ? "" : $", location {query.Location}")}."));
        return reading;

        async Task ReadAsync(string project, IInUseSource source)
        {
            InUseReading own = new(slots);
            await source.ReadAsync(project, own, stop);
            if (await IsApiDisabledAsync(services, project, own, stop))
                reading.Note($"The API of {source.Source} is not enabled in project {project}, so nothing runs there.");
            else
                reading.Add(own);
        }
    }

    /// <summary>
    /// Returns whether the API of a source is disabled in a project, so that nothing can run there. The API may also be
    /// disabled in the project whose quota is charged, which says nothing about the other one.
    /// </summary>
    private static async Task<bool> IsApiDisabledAsync(
        InUseServices services,
        string project,
        InUseReading reading,
        CancellationToken stop
    )
    {
        if (reading.Failures.Count == 0 || reading.SeenImages.Any()
            || !reading.Failures.All(failure => failure.Error is { Reason: Disabled, Consumer.Length: > 0 }))
            return false;
        string[] consumers = [.. reading.Failures.Select(failure => failure.Error.Consumer!).Distinct()];
        if (consumers is not [string consumer]) return false;
        if (consumer == project) return true;
        try
        {
            return $"{(await services.Projects.GetProjectAsync(project, stop)).ProjectNumber}" == consumer;
        }
        catch (RegistryException)
        {
            return false; // unknown, so the failure stands
        }
    }
}
