using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>
/// What a project runs on Cloud Run, for seeding before a test and for changes during it. Thread-safe.
/// </summary>
public sealed class CloudRun
{
    private static readonly string[] Always = ["europe-west1", "us-central1"];
    private static readonly string[] Kinds = ["Service", "Revision", "Job", "Execution", "WorkerPool", "Instance"];

    private readonly Lock _gate;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, SortedDictionary<string, JsonObject>> _objects =
        Kinds.ToDictionary(kind => kind, _ => new SortedDictionary<string, JsonObject>(StringComparer.Ordinal));

    private int _applied;
    private IReadOnlyList<string> _unreachable = [];

    internal CloudRun(string project, Lock gate, TimeProvider clock) =>
        (Project, _gate, _clock) = (project, gate, clock);

    /// <summary>
    /// The regions that do not respond: lists of the whole project leave them out and name them in <c>unreachable</c>,
    /// and requests to them are answered with 503.
    /// </summary>
    public IReadOnlyList<string> Unreachable
    {
        get { lock (_gate) return _unreachable; }
        set { lock (_gate) _unreachable = value; }
    }

    /// <summary>
    /// Gets or sets whether version 2 has instances, which are newer than the rest; otherwise their list is 404.
    /// </summary>
    public bool HasInstances { get; set; } = true;

    internal string Project { get; }

    internal IEnumerable<string> Locations => _objects.Values.SelectMany(items => items.Keys).Select(LocationOf)
        .Concat(_unreachable).Concat(Always).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Adds objects, or replaces those of the same name.</summary>
    /// <param name="location">The region.</param>
    /// <param name="json">
    /// An object, or an array of them, as version 1 of the API shows them, for example with <c>gcloud run revisions
    /// list --format json</c>: kinds Service, Revision, Job, Execution and WorkerPool. An Instance exists in version 2
    /// only, and is given as that shows it, with <c>"kind": "Instance"</c>. The lists of version 2 show the same
    /// objects in its shape.
    /// </param>
    /// <exception cref="ArgumentException">An object has another kind, or no name.</exception>
    /// <exception cref="JsonException">The text is not valid JSON.</exception>
    public CloudRun Apply(string location, string json)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        foreach (JsonObject item in Json.Objects(json)) Apply(location, item);
        return this;
    }

    /// <summary>Adds an object, or replaces the one of the same name.</summary>
    /// <exception cref="ArgumentException">It has another kind, or no name.</exception>
    public CloudRun Apply(string location, JsonObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        string kind = item.Text("kind") ?? "";
        if (!_objects.TryGetValue(kind, out SortedDictionary<string, JsonObject>? objects))
            throw new ArgumentException(
                $"'{kind}' is not a kind of Cloud Run. Expected one of {string.Join(", ", Kinds)}."
            );
        JsonObject copy = item.DeepClone().AsObject();
        string name = (
            kind == "Instance" ? copy.Text("name")?.Split('/')[^1] : (copy["metadata"] as JsonObject)?.Text("name")
        ) ?? throw new ArgumentException($"An object of kind {kind} has no name.");
        lock (_gate)
        {
            _applied++;
            if (kind == "Instance") copy["name"] = $"projects/{Project}/locations/{location}/instances/{name}";
            else Complete(copy["metadata"]!.AsObject(), location);
            objects[$"{location}/{name}"] = copy;
        }
        return this;
    }

    /// <summary>Removes an object; returns false if it does not exist.</summary>
    /// <param name="kind">For example <c>Revision</c>.</param>
    /// <param name="location">The region.</param>
    /// <param name="name">The name.</param>
    public bool Remove(string kind, string location, string name)
    {
        lock (_gate)
            return _objects.TryGetValue(kind, out SortedDictionary<string, JsonObject>? objects)
                && objects.Remove($"{location}/{name}");
    }

    /// <summary>Gets the objects of a kind by <c>LOCATION/NAME</c>.</summary>
    internal SortedDictionary<string, JsonObject> Of(string kind) => _objects[kind];

    internal static string LocationOf(string key) => key.Split('/')[0];

    private void Complete(JsonObject metadata, string location)
    {
        JsonObject labels = metadata["labels"] as JsonObject ?? [];
        labels["cloud.googleapis.com/location"] = location;
        metadata["labels"] ??= labels;
        metadata["namespace"] ??= Project;
        metadata["uid"] ??= $"00000000-0000-4000-8000-{_applied:x12}";
        metadata["generation"] ??= 1;
        metadata["resourceVersion"] ??= $"AAY{_applied:x6}";
        metadata["creationTimestamp"] ??= Json.Time(_clock.GetUtcNow());
    }
}
