using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>The answers of all sources about one project.</summary>
/// <param name="Project">The project.</param>
/// <param name="Readings">What was read of each source whose API is enabled.</param>
/// <param name="Disabled">The sources whose API is disabled in the project.</param>
internal sealed record ProjectReading(
    string Project, IReadOnlyList<InUseReading> Readings, IReadOnlyList<InUseSource> Disabled)
{
    private const string ApiDisabled = "SERVICE_DISABLED";
    private const int MaxNamed = 3;

    /// <summary>Asks every source about a project at once.</summary>
    public static async Task<ProjectReading> ReadAsync(
        InUseServices services, InUseQuery query, string project, SemaphoreSlim slots, CancellationToken stop)
    {
        // Asked for once, and only if something could not be read.
        Lazy<Task<ProjectMessage>> found = new(async () =>
        {
            await slots.WaitAsync(stop);
            try
            {
                return await services.Projects.GetProjectAsync(project, stop);
            }
            finally
            {
                slots.Release();
            }
        });
        (InUseSource Source, InUseReading Reading, bool IsDisabled)[] read = await Task.WhenAll(
            services.Sources(query).Select(async source =>
            {
                InUseReading reading = new(slots);
                await source.ReadAsync(project, reading, stop);
                return (source.Source, reading, await IsApiDisabledAsync(project, found, reading));
            }));
        InUseReading[] readings = [.. read.Where(each => !each.IsDisabled).Select(each => each.Reading)];
        if (await WholeProjectFailureAsync(project, found, readings) is InUseFailure one)
        {
            readings = [new InUseReading(slots)];
            readings[0].Fail(one);
        }

        return new ProjectReading(
            project, readings, [.. read.Where(each => each.IsDisabled).Select(each => each.Source)]);
    }

    /// <summary>Gets what a user should know: the services whose API is disabled, each with its projects.</summary>
    public static IEnumerable<string> Notes(IReadOnlyList<ProjectReading> projects) =>
        from project in projects
        from source in project.Disabled
        group project.Project by source into one
        orderby one.Key
        let count = one.Count()
        let named = string.Join(", ", one.Order(StringComparer.Ordinal).Take(MaxNamed))
        select $"The API of {one.Key} is not enabled in "
            + (count == 1 ? $"project {named}" : $"{count} projects ({named}{(count > MaxNamed ? ", …" : "")})")
            + ", so nothing runs there.";

    /// <summary>Adds what was seen, and what could not be read, to the reading of all projects.</summary>
    public void AddTo(InUseReading all)
    {
        foreach (InUseReading reading in Readings) all.Add(reading);
    }

    /// <summary>
    /// Gets one failure in place of all those of a project that does not exist, or in which the caller has no permission
    /// at all; null if that is not the case.
    /// </summary>
    private static async Task<InUseFailure?> WholeProjectFailureAsync(
        string project, Lazy<Task<ProjectMessage>> found, InUseReading[] readings)
    {
        if (readings.Length == 0 || !readings.All(reading => reading.Failures.Count > 0 && !reading.SeenImages.Any()
            && reading.Failures.All(failure => IsRefusal(failure.Error))))
            return null;
        try
        {
            await found.Value;
            return null;
        }
        catch (RegistryException e) when (IsRefusal(e))
        {
            string place = $"projects/{project}";
            return new InUseFailure(place, new RegistryException(
                RegistryErrorKind.PermissionDenied,
                $"'{place}' cannot be read: there is no such project, or you may read nothing in it.",
                e));
        }
        catch (RegistryException)
        {
            return null; // unknown, so the failures stand
        }
    }

    private static bool IsRefusal(RegistryException error) => error is
    {
        Kind: RegistryErrorKind.NotFound or RegistryErrorKind.PermissionDenied or RegistryErrorKind.NotPermitted,
        Reason: not ApiDisabled,
    };

    /// <summary>
    /// Returns whether the API of a source is disabled in a project, so that nothing can be started there. The API may
    /// also be disabled in the project whose quota is charged, which says nothing about the other one.
    /// </summary>
    private static async Task<bool> IsApiDisabledAsync(
        string project, Lazy<Task<ProjectMessage>> found, InUseReading reading)
    {
        if (reading.Failures.Count == 0 || reading.SeenImages.Any()
            || !reading.Failures.All(failure => failure.Error is { Reason: ApiDisabled, Consumer.Length: > 0 }))
            return false;
        string[] consumers = [.. reading.Failures.Select(failure => failure.Error.Consumer!).Distinct()];
        if (consumers is not [string consumer]) return false;
        if (consumer == project) return true;
        try
        {
            return (await found.Value).ProjectNumber == consumer;
        }
        catch (RegistryException)
        {
            return false; // unknown, so the failure stands
        }
    }
}
