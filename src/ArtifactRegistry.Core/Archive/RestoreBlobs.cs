using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Archive;

/// <summary>
/// The destination of a restoration. Most blobs are still there, so they are read at once, without asking first.
/// </summary>
/// <param name="archive">The archive.</param>
/// <param name="other">Another image of a registry that may have the blobs; null for none.</param>
/// <param name="registry">The image that is restored.</param>
internal sealed class RestoreBlobs(IContentSource archive, RegistryImage? other, RegistryImage registry)
    : IContentDestination
{
    /// <summary>Finds where a blob can be had: nowhere (null), or in the registry already, or in a source.</summary>
    public async Task<IContentSource?> FindAsync(Descriptor blob, CancellationToken stop) =>
        await registry.IsReadableAsync(blob, stop) ? registry : await FindElsewhereAsync(blob, stop);

    /// <inheritdoc/>
    public string Repository => registry.Repository;

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken stop) => registry.HasBlobAsync(blob, stop);

    /// <inheritdoc/>
    public async Task<BlobArrival> PutBlobAsync(
        Descriptor blob, IContentSource source, Action<long> moved, CancellationToken stop) =>
        await registry.PutBlobAsync(blob, await FindElsewhereAsync(blob, stop) ?? source, moved, stop);

    /// <inheritdoc/>
    public Task<bool> HasManifestAsync(Manifest manifest, CancellationToken stop) =>
        registry.HasManifestAsync(manifest, stop);

    /// <inheritdoc/>
    public Task PutManifestAsync(Manifest manifest, CancellationToken stop) =>
        registry.PutManifestAsync(manifest, stop);

    /// <summary>Returns whether a blob can be read now; one that cannot is uploaded again if possible.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="completely">Whether to read all of it and check its digest, and not only one byte.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public async Task<bool> MendAsync(Descriptor blob, bool completely, CancellationToken stop)
    {
        if (await IsSoundAsync(blob, completely, stop)) return true;
        if (await FindElsewhereAsync(blob, stop) is not IContentSource source) return false;
        await registry.PutBlobAsync(blob, source, _ => { }, stop);
        return await IsSoundAsync(blob, completely, stop);
    }

    private async Task<IContentSource?> FindElsewhereAsync(Descriptor blob, CancellationToken stop) =>
        await archive.HasBlobAsync(blob, stop) ? archive
        : other is not null && await other.IsReadableAsync(blob, stop) ? other
        : null;

    private async Task<bool> IsSoundAsync(Descriptor blob, bool completely, CancellationToken stop)
    {
        if (!completely) return await registry.IsReadableAsync(blob, stop);
        try
        {
            await using BlobReader reader = new(registry, blob);
            await reader.CopyToAsync(_ => ValueTask.CompletedTask, stop);
            return true;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound || e.IsFinal)
        {
            return false;
        }
    }
}
