using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>A project.</summary>
internal sealed class ProjectEntry(string id, string number, DateTimeOffset created)
{
    public string Id => id;

    public string Number => number;

    public DateTimeOffset CreateTime => created;

    public PolicyEntry Policy { get; } = new();

    /// <summary>Service accounts by e-mail.</summary>
    public SortedDictionary<string, ServiceAccountEntry> ServiceAccounts { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Clusters as the API shows them.</summary>
    public List<JsonObject> Clusters { get; } = [];

    /// <summary>Zones that the list of clusters could not ask.</summary>
    public IReadOnlyList<string> MissingZones { get; set; } = [];
}
