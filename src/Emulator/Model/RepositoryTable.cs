using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>The repositories of all projects.</summary>
internal sealed class RepositoryTable(BlobStore blobs, Journal? journal)
{
    private readonly SortedDictionary<string, RepositoryEntry> _repositories = new(StringComparer.Ordinal);

    public IEnumerable<RepositoryEntry> All => _repositories.Values;

    public RepositoryEntry? Find(RepositoryName name) => _repositories.GetValueOrDefault(name.Resource);

    public RepositoryEntry Add(RepositoryName name, JsonObject settings, DateTimeOffset created)
    {
        RepositoryEntry repository = new(name, settings, created, blobs, journal);
        _repositories.Add(name.Resource, repository);
        return repository;
    }

    /// <summary>Removes a repository with everything in it, if it exists.</summary>
    public void Remove(RepositoryName name)
    {
        if (!_repositories.Remove(name.Resource, out RepositoryEntry? repository)) return;
        repository.Blobs.Clear();
        journal?.Drop(name.Resource);
    }
}
