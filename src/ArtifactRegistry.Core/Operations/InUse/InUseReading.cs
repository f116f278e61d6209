using System.Collections.Concurrent;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>The images in use that were seen, and the failures to read more. Safe for all threads.</summary>
/// <param name="slots">Limits the listings that are read at once.</param>
internal sealed class InUseReading(SemaphoreSlim slots)
{
    private readonly ConcurrentDictionary<(InUsePlace Place, SeenImage Seen), DateTime> _seen = [];
    private readonly ConcurrentQueue<InUseFailure> _failures = [];
    private readonly ConcurrentQueue<string> _notes = [];
    private readonly ConcurrentDictionary<string, bool> _clusters = [];
    private int _read;

    /// <summary>Gets what could not be read.</summary>
    public IReadOnlyCollection<InUseFailure> Failures => _failures;

    /// <summary>Gets the notes that a user should see although nothing failed.</summary>
    public IReadOnlyCollection<string> Notes => _notes;

    /// <summary>Gets the number of clusters and regions that were read completely.</summary>
    public int PlacesRead => _read;

    /// <summary>Gets what was seen, each once, with the time.</summary>
    public IEnumerable<(InUsePlace Place, SeenImage Seen, DateTime At)> SeenImages =>
        _seen.Select(one => (one.Key.Place, one.Key.Seen, one.Value));

    /// <summary>Records what was seen in a place.</summary>
    public void Add(InUsePlace place, IEnumerable<SeenImage> seen)
    {
        DateTime now = DateTime.Now;
        foreach (SeenImage one in seen) _seen.TryAdd((place, one), now);
    }

    /// <summary>Records that there is a cluster of a name.</summary>
    public void Found(string cluster) => _clusters.TryAdd(cluster, true);

    /// <summary>Gets the names of the clusters of all projects, read or not.</summary>
    public ICollection<string> Clusters => _clusters.Keys;

    /// <summary>Records that something could not be read.</summary>
    /// <param name="place">What could not be read, for messages and as the target of the error.</param>
    /// <param name="error">The reason.</param>
    public void Fail(string place, RegistryException error) => _failures.Enqueue(InUseFailure.Of(place, error));

    /// <summary>Records a failure.</summary>
    public void Fail(InUseFailure failure) => _failures.Enqueue(failure);

    /// <summary>Records what a user should know.</summary>
    public void Note(string text) => _notes.Enqueue(text);

    /// <summary>Counts a place that was read completely.</summary>
    public void Finish() => Interlocked.Increment(ref _read);

    /// <summary>Reads one listing when there is a free slot; a failure is recorded, and the result is null.</summary>
    public async Task<T?> TryAsync<T>(string place, Func<Task<T>> read, CancellationToken stop)
        where T : class
    {
        await slots.WaitAsync(stop);
        try
        {
            return await read();
        }
        catch (RegistryException e)
        {
            Fail(place, e);
            return null;
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>
    /// Reads a listing to its end when there is a free slot; a failure is recorded, and the result is null.
    /// </summary>
    public Task<List<T>?> TryListAsync<T>(string place, IAsyncEnumerable<T> items, CancellationToken stop) => TryAsync(
        place,
        async () =>
        {
            List<T> all = new();
            await foreach (T item in items) all.Add(item);
            return all;
        },
        stop);

    /// <summary>Adds what another reading has seen, and what it could not read.</summary>
    public void Add(InUseReading other)
    {
        foreach (((InUsePlace, SeenImage) seen, DateTime at) in other._seen) _seen.TryAdd(seen, at);
        foreach (InUseFailure failure in other._failures) _failures.Enqueue(failure);
        foreach (string note in other._notes) _notes.Enqueue(note);
        foreach (string cluster in other._clusters.Keys) Found(cluster);
        Interlocked.Add(ref _read, other._read);
    }
}

/// <summary>Something that could not be read.</summary>
/// <param name="Place">What it is, as the API names it: <c>projects/P/locations/L/clusters/C</c>.</param>
/// <param name="Error">The reason.</param>
internal sealed record InUseFailure(string Place, RegistryException Error)
{
    private const int MaxShown = 3;

    /// <summary>Says that something is missing: how many parts could not be read, and the first of them.</summary>
    public static string Summarize(IReadOnlyCollection<InUseFailure> failures)
    {
        string[] places = [.. failures.Select(failure => failure.Place).Distinct().Order(StringComparer.Ordinal)];
        return $"What runs is not known completely: {places.Length} {(places.Length == 1 ? "part" : "parts")} could "
            + $"not be read ({string.Join(", ", places.Take(MaxShown))}{(places.Length > MaxShown ? ", …" : "")})";
    }

    /// <summary>Creates a failure; for a refusal, it names the permission and a role that has it.</summary>
    public static InUseFailure Of(string place, RegistryException error)
    {
        if (error.Kind is not RegistryErrorKind.PermissionDenied) return new InUseFailure(place, error);
        string role = error.Permission?.Split('.')[0] switch
        {
            "run" => "roles/run.viewer",
            "appengine" => "roles/appengine.appViewer",
            "compute" => "roles/compute.viewer",
            "clouddeploy" => "roles/clouddeploy.viewer",
            "cloudasset" => "roles/cloudasset.viewer",
            "gkehub" => "roles/gkehub.gatewayReader",
            "resourcemanager" => "roles/browser",
            _ => "roles/container.viewer",
        };
        (string where, string group, string id) = place.Split('/') switch
        {
            ["organizations", string organization] => ("organization", "organizations", organization),
            ["folders", string folder] => ("folder", "resource-manager folders", folder),
            ["projects", string project, ..] => ("project", "projects", project),
            _ => ("project", "projects", "PROJECT"),
        };
        return new InUseFailure(
            place,
            error.WithMessage(
                $"'{place}' cannot be read{(error.Permission is null ? "" : $", which needs {error.Permission}")}: "
                    + $"{error.Message}",
                error.Advice
                    ?? $"Somebody who administers the {where} must grant you {role} on it: gcloud {group} "
                        + $"add-iam-policy-binding {id} --member=MEMBER --role={role}. MEMBER is the account that "
                        + "Get-ArConnection shows.",
                namesItsSubject: true,
                kind: RegistryErrorKind.NotPermitted
            )
        );
    }
}

/// <summary>The place of a workload.</summary>
/// <param name="Source">The service.</param>
/// <param name="Project">The project.</param>
/// <param name="Location">The region or zone.</param>
/// <param name="Cluster">The cluster; null for other services.</param>
internal sealed record InUsePlace(InUseSource Source, string Project, string? Location, string? Cluster = null);
