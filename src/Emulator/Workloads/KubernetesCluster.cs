using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>A cluster's Kubernetes objects, for seeding before a test and for changes during it. Thread-safe.</summary>
public sealed class KubernetesCluster
{
    private readonly Lock _gate;
    private readonly TimeProvider _clock;
    private readonly SortedDictionary<string, KubernetesKind> _kinds = new(StringComparer.Ordinal);

    private int _resourceVersion = 1000;

    internal KubernetesCluster(
        string project,
        string location,
        string name,
        ClusterEndpoints endpoints,
        Lock gate,
        TimeProvider clock
    )
    {
        (Project, Location, Name, Endpoints, _gate, _clock) = (project, location, name, endpoints, gate, clock);
        foreach (KubernetesResource resource in KubernetesResource.BuiltIn) Add(resource);
    }

    /// <summary>The id of the project.</summary>
    public string Project { get; }

    /// <summary>The region or zone.</summary>
    public string Location { get; }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The endpoints.</summary>
    public ClusterEndpoints Endpoints { get; internal set; }

    /// <summary>The name for permissions: <c>projects/P/locations/L/clusters/C</c>.</summary>
    internal string Resource => $"projects/{Project}/locations/{Location}/clusters/{Name}";

    internal string ResourceVersion => $"{_resourceVersion}";

    internal IEnumerable<KubernetesResource> Resources => _kinds.Values.Select(kind => kind.Resource);

    /// <summary>Adds objects, or replaces those of the same name; they are served as they are given.</summary>
    /// <param name="json">An object, an array of objects, or a list as <c>kubectl get -o json</c> prints it.</param>
    /// <exception cref="ArgumentException">An object has no <c>apiVersion</c>, <c>kind</c> or
    /// <c>metadata.name</c>.</exception>
    /// <exception cref="JsonException">The text is not valid JSON.</exception>
    public KubernetesCluster Apply(string json)
    {
        foreach (JsonObject item in Items(JsonNode.Parse(json))) Apply(item);
        return this;
    }

    /// <summary>Adds an object, or replaces the one of the same name; it is served as it is given.</summary>
    /// <exception cref="ArgumentException">It has no <c>apiVersion</c>, <c>kind</c> or
    /// <c>metadata.name</c>.</exception>
    public KubernetesCluster Apply(JsonObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        KubernetesResource resource = KubernetesResource.Of(item);
        JsonObject copy = item.DeepClone().AsObject();
        JsonObject metadata = copy["metadata"] as JsonObject ?? [];
        string name = metadata.Text("name")
            ?? throw new ArgumentException($"An object of kind {resource.Kind} has no metadata.name.");
        lock (_gate)
        {
            metadata["resourceVersion"] = $"{++_resourceVersion}";
            metadata["uid"] ??= $"00000000-0000-4000-8000-{_resourceVersion:x12}";
            metadata["creationTimestamp"] ??= Json.Time(_clock.GetUtcNow());
            // Lists of built-in types leave out what the list itself says.
            if (!resource.IsCustom)
            {
                copy.Remove("apiVersion");
                copy.Remove("kind");
            }
            Add(resource)[Key(metadata.Text("namespace"), name)] = JsonSerializer.SerializeToUtf8Bytes(copy);
        }
        return this;
    }

    /// <summary>Removes an object; returns false if it does not exist.</summary>
    /// <param name="kind">For example <c>Pod</c>.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="name">The name.</param>
    public bool Remove(string kind, string ns, string name)
    {
        lock (_gate)
        {
            bool removed = _kinds
                .Values.Where(entry => entry.Resource.Kind == kind)
                .Any(entry => entry.Objects.Remove(Key(ns, name)));
            if (removed)
                _resourceVersion++;
            return removed;
        }
    }

    /// <summary>Gets all objects with their resources and keys.</summary>
    internal IEnumerable<(KubernetesResource Resource, string Key, byte[] Item)> All => _kinds.Values.SelectMany(
        kind => kind.Objects.Select(item => (kind.Resource, item.Key, item.Value)));

    internal static string Key(string? ns, string name) => $"{ns}/{name}";

    /// <summary>Finds the objects of a resource, by namespace and name; null if there is no such resource.</summary>
    internal KubernetesKind? Find(string group, string version, string plural) =>
        _kinds.GetValueOrDefault($"{group}/{version}/{plural}");

    private SortedDictionary<string, byte[]> Add(KubernetesResource resource)
    {
        string key = $"{resource.Group}/{resource.Version}/{resource.Plural}";
        if (!_kinds.TryGetValue(key, out KubernetesKind? kind))
            _kinds.Add(
                key,
                kind = new KubernetesKind(resource, new SortedDictionary<string, byte[]>(StringComparer.Ordinal))
            );
        return kind.Objects;
    }

    private static IEnumerable<JsonObject> Items(JsonNode? json) =>
        json switch
        {
            JsonArray items => items.SelectMany(Items),
            JsonObject list
                when list.Text("kind")?.EndsWith("List", StringComparison.Ordinal) == true
                    && list["items"] is JsonArray items => items.SelectMany(item => Items(Typed(item, list))),
            JsonObject item => [item],
            _ => throw new ArgumentException("Expected a Kubernetes object, an array of them, or a list."),
        };

    // The items of a PodList have no kind of their own.
    private static JsonObject? Typed(JsonNode? item, JsonObject list)
    {
        if (item is not JsonObject copy) return null;
        copy = copy.DeepClone().AsObject();
        if (list.Text("kind") is string kind and not "List")
        {
            copy["apiVersion"] ??= list.Text("apiVersion");
            copy["kind"] ??= kind[..^"List".Length];
        }
        return copy;
    }
}

/// <summary>The objects of a resource in a cluster, by namespace and name.</summary>
internal sealed record KubernetesKind(KubernetesResource Resource, SortedDictionary<string, byte[]> Objects);
