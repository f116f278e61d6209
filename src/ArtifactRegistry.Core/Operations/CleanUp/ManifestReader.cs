using System.Collections.Concurrent;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// A cache of manifests by digest. The content of a digest never changes, so it is read once, and cached after it was
/// checked.
/// </summary>
internal sealed class ManifestCache
{
    private const int MaxManifests = 500_000;

    private readonly ConcurrentDictionary<string, ManifestContent> _manifests = new(StringComparer.Ordinal);

    internal bool TryGet(string digest, out ManifestContent? content) => _manifests.TryGetValue(digest, out content);

    internal void Add(string digest, ManifestContent content)
    {
        // In a session that cleans up for days, starting over costs less than tracking what was used last.
        if (_manifests.Count >= MaxManifests) _manifests.Clear();
        _manifests[digest] = content;
    }

    /// <summary>Removes the manifest of a digest that is gone and will not be needed again.</summary>
    internal void Forget(string digest) => _manifests.TryRemove(digest, out _);
}

/// <summary>Reads the manifests of an image.</summary>
/// <param name="client">The API.</param>
/// <param name="registry">The registry's own protocol.</param>
/// <param name="cache">The manifests that were read before.</param>
internal sealed class ManifestReader(ArtifactRegistryClient client, OciRegistryClient registry, ManifestCache cache)
{
    /// <summary>Gets whether a manifest was read before, so that reading it again takes no request.</summary>
    public bool Knows(string digest) => cache.TryGet(digest, out _);

    /// <summary>Reads a manifest.</summary>
    /// <returns>Null if the digest is gone by now.</returns>
    /// <exception cref="RegistryException">It exists but cannot be read.</exception>
    public async Task<ManifestContent?> ReadAsync(DockerImage image, CancellationToken stop)
    {
        if (cache.TryGet(image.Digest, out ManifestContent? known)) return known;
        ManifestContent content;
        try
        {
            content = await registry.GetManifestAsync(image.Name, image.MediaType, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            // According to the listing it exists. It counts as gone only if the API confirms that; a host that answers
            // 404 to everything must not make every index look empty.
            if (await FindAsync(image.Name, stop) is null) return null;
            throw;
        }

        cache.Add(image.Digest, content);
        return content;
    }

    /// <summary>Gets what the API reports for a digest now; null if it does not exist.</summary>
    public Task<DockerImageMessage?> FindAsync(ImageName digest, CancellationToken stop) =>
        DigestLookup.FindAsync(client, digest, stop);
}
