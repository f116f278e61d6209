namespace ArtifactRegistry.Operations.InUse;

/// <summary>Reads what runs in projects: every source, each completely or with a failure that says so.</summary>
internal static class ReadInUse
{
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
        IReadOnlyList<string> projects =
            await ProjectScope.ProjectsAsync(services.Projects, query.Projects, reading, stop);
        ProjectReading[] read = await Task.WhenAll(
            projects.Select(project => ProjectReading.ReadAsync(services, query, project, slots, stop)));
        foreach (ProjectReading project in read) project.AddTo(reading);
        foreach (string note in ProjectReading.Notes(read)) reading.Note(note);
        string[] absent = query.Sources.Contains(InUseSource.Kubernetes)
            ? [.. (query.Clusters ?? []).Except(reading.Clusters)]
            : [];
        // If clusters could not be listed, it is not known which ones there are.
        if (absent.Length > 0 && reading.Failures.Count == 0)
            reading.Fail(
                absent[0], FindNodeAccounts.NoCluster(absent, query.Projects, query.Location, reading.Clusters));
        return reading;
    }
}
