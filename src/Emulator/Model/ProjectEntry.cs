using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>A project.</summary>
internal sealed class ProjectEntry(string id, string number, DateTimeOffset created, Journal? journal)
{
    private PolicyEntry? _policy;

    public string Id => id;

    public string Number => number;

    public DateTimeOffset CreateTime => created;

    public PolicyEntry Policy => _policy ??= new PolicyEntry(Record);

    /// <summary>Gets the account that Compute Engine creates, which listings here omit.</summary>
    public ServiceAccountEntry ComputeDefault => field ??= new(this, "", number)
    {
        Email = $"{number}-compute@developer.gserviceaccount.com",
        DisplayName = "Compute Engine default service account",
    };

    /// <summary>Service accounts by e-mail.</summary>
    public SortedDictionary<string, ServiceAccountEntry> ServiceAccounts { get; } =
        new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Clusters as the API shows them.</summary>
    public List<JsonObject> Clusters { get; } = [];

    /// <summary>The zones that the list of clusters could not reach.</summary>
    public IReadOnlyList<string> MissingZones { get; set; } = [];

    /// <summary>Records the entry. Call this when something in it changes.</summary>
    public void Record() => journal?.Put($"projects/{id}", () => new JsonObject
    {
        ["number"] = number,
        ["created"] = Json.Time(created),
        ["policy"] = Policy.ToRecord(),
        ["accounts"] = new JsonArray([.. ServiceAccounts.Values.Select(account => account.ToRecord())]),
        ["clusters"] = new JsonArray([.. Clusters.Select(cluster => cluster.DeepClone())]),
        ["missingZones"] = new JsonArray([.. MissingZones.Select(zone => JsonValue.Create(zone))]),
    });
}
