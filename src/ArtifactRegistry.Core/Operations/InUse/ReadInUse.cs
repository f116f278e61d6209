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
        if (query.Location is string location && reading.Failures.Count == 0 && reading.Clusters.Count == 0
            && !reading.SeenImages.Any())
            NoteNothingIn(location, query.Projects, reading);
        return reading;
    }

    /// <summary>
    /// Reports a location in which nothing was found: as an error if this module does not know it, since the name is
    /// then probably wrong and something may be running elsewhere.
    /// </summary>
    private static void NoteNothingIn(string location, IReadOnlyList<string> projects, InUseReading reading)
    {
        string text = $"Nothing was found in location {location} of {string.Join(", ", projects)}.";
        if (KnownLocations.IsRegionOrZone(location))
            reading.Note(text);
        else
            reading.Fail(
                location,
                new RegistryException(RegistryErrorKind.NotFound, text)
                {
                    NamesItsSubject = true,
                    Advice = Nearest.To(location, KnownLocations.All) is string near
                        ? $"Did you mean {near}?"
                        : "Give a region such as europe-west1, or a zone such as europe-west1-b.",
                });
    }
}
