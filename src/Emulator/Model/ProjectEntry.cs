namespace ArtifactRegistry.Emulator.Model;

/// <summary>A project.</summary>
internal sealed class ProjectEntry(string id, string number, DateTimeOffset created)
{
    public string Id => id;

    public string Number => number;

    public DateTimeOffset CreateTime => created;

    public PolicyEntry Policy { get; } = new();
}
