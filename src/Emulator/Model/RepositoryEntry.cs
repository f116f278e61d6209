using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>A repository in memory. Touched only while the state's lock is held, like everything in this folder.</summary>
internal sealed class RepositoryEntry(RepositoryName name, JsonObject settings, DateTimeOffset created)
{
    public RepositoryName Name => name;

    /// <summary>The fields of the API's Repository that are not computed.</summary>
    public JsonObject Settings { get; set; } = settings;

    public DateTimeOffset CreateTime { get; } = created;

    public DateTimeOffset UpdateTime { get; set; } = created;

    public SortedDictionary<string, PackageEntry> Packages { get; } = new(StringComparer.Ordinal);

    public PolicyEntry Policy { get; } = new();

    /// <summary>How many listings were begun, by which deleted digests know how long they still show.</summary>
    public int Listings { get; set; }

    public bool ImmutableTags => Settings["dockerConfig"]?["immutableTags"]?.GetValue<bool>() ?? false;

    public IEnumerable<VersionEntry> Versions => Packages.Values.SelectMany(package => package.Versions.Values);
}
