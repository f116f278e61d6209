using System.Collections.Concurrent;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>To which other digests a manifest refers.</summary>
/// <param name="Children">For an index: what it lists.</param>
/// <param name="Subject">The digest that it is about, if any.</param>
public sealed record ManifestLinks(IReadOnlyList<ManifestChild> Children, string? Subject)
{
    /// <summary>Refers to nothing.</summary>
    public static ManifestLinks None { get; } = new([], null);
}

/// <summary>An entry of an index.</summary>
/// <param name="Digest">The digest.</param>
/// <param name="Platform">os/architecture[/variant]; unknown/unknown is how BuildKit marks an attestation.</param>
public sealed record ManifestChild(string Digest, string Platform);

/// <summary>What manifests refer to, by digest: a digest never changes its content, so it is read once.</summary>
public sealed class ManifestCache
{
    private const int Most = 500_000;

    private readonly ConcurrentDictionary<string, ManifestLinks> _links = new(StringComparer.Ordinal);

    internal bool TryGet(string digest, out ManifestLinks? links) => _links.TryGetValue(digest, out links);

    internal void Add(string digest, ManifestLinks links)
    {
        // In a session that cleans for days, starting over costs less than a bookkeeping of what was used last.
        if (_links.Count >= Most) _links.Clear();
        _links[digest] = links;
    }

    /// <summary>To be called when a digest is gone, which nobody will ask about again.</summary>
    internal void Forget(string digest) => _links.TryRemove(digest, out _);
}

/// <summary>Finds to what a digest refers: as the API tells, and from the manifest itself where it may not tell all.</summary>
/// <param name="client">The API.</param>
/// <param name="registry">The registry's own protocol.</param>
/// <param name="cache">What was read before.</param>
internal sealed class ManifestReader(ArtifactRegistryClient client, OciRegistryClient registry, ManifestCache cache)
{
    /// <summary>
    /// What the listing tells, if that is all that there is to know: a manifest's subject, or a type that has none
    /// (Docker's). Not an index: the service may leave attestations and nested indexes out of imageManifests.
    /// </summary>
    public static ManifestLinks? Listed(DockerImage image) =>
        image.ImageKind is ImageKind.Index ? null
        : image.SubjectDigest is string subject ? new ManifestLinks([], subject)
        : image.MediaType == "application/vnd.docker.distribution.manifest.v2+json" ? ManifestLinks.None
        : null;

    /// <summary>Reads the manifest.</summary>
    /// <returns>Null if the digest is gone by now.</returns>
    /// <exception cref="RegistryException">It is there and cannot be read.</exception>
    public async Task<ManifestLinks?> ReadAsync(DockerImage image, CancellationToken stop)
    {
        if (cache.TryGet(image.Digest, out ManifestLinks? known)) return known;
        ManifestMessage manifest;
        try
        {
            manifest = await registry.GetManifestAsync(image.Name, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            // The listing said that it exists. Only if the API agrees that it does not any more, it is gone; a host that
            // answers 404 to everything must not make every index look empty.
            if (!await DeleteDigest.ExistsAsync(client, image.Name, stop)) return null;
            throw;
        }

        if (image.ImageKind is ImageKind.Index && manifest.Manifests is null)
            throw new RegistryException(RegistryErrorKind.UnexpectedAnswer, "its manifest lists no manifests, so it is not an index");
        var links = new ManifestLinks(
            [.. (manifest.Manifests ?? []).OfType<DescriptorMessage>().Where(entry => entry.Digest is not null).Select(entry => Child(
                entry.Digest!, entry.Platform?.Os, entry.Platform?.Architecture, entry.Platform?.Variant))],
            manifest.Subject?.Digest ?? image.SubjectDigest);
        if (links is { Children.Count: 0, Subject: null }) links = ManifestLinks.None;
        cache.Add(image.Digest, links);
        return links;
    }

    private static ManifestChild Child(string digest, string? os, string? architecture, string? variant) =>
        new(digest, $"{os ?? "unknown"}/{architecture ?? "unknown"}{(variant is { Length: > 0 } ? "/" + variant : "")}");
}
