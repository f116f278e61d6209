using System.Collections.Concurrent;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Operations;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Archive;

/// <summary>
/// Saves digests before they are deleted: manifests, configurations and tags; on request the layers too. An index is
/// saved with its children, since reports differ on whether the service deletes these together with it.
/// </summary>
/// <param name="client">The API, which is asked whether what the registry does not find is really gone.</param>
/// <param name="folder">The folder of the archive.</param>
/// <param name="writer">The archive, opened when there is something to save.</param>
/// <param name="open">Opens an image of the registry for reading.</param>
/// <param name="includesLayers">Whether to save layers.</param>
internal sealed class SaveImage(
    ArtifactRegistryClient client,
    string folder,
    Lazy<ArchiveWriter> writer,
    Func<ImageName, IContentSource> open,
    bool includesLayers)
    : ISweepLimit, IDisposable
{
    private const string Unpullable =
        "The registry no longer has that content, so the image cannot be pulled either. Without -ArchivePath it can be "
            + "deleted, and there is no copy then.";

    private readonly ConcurrentDictionary<ImageName, IReadOnlyList<ArchivedImage>> _written = new();
    private volatile string? _failure;

    /// <summary>Saves digests that are about to be deleted.</summary>
    /// <param name="images">The digests, with their tags.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>The digests that do not exist any more, so that there is nothing to save.</returns>
    /// <exception cref="RegistryException">
    /// One of them cannot be saved completely, so none of them may be deleted.
    /// </exception>
    public async Task<IReadOnlyList<DockerImage>> SaveAsync(IReadOnlyList<DockerImage> images, CancellationToken stop)
    {
        List<ArchivedImage> saved = [];
        List<DockerImage> gone = [];
        foreach (DockerImage image in images)
        {
            try
            {
                IReadOnlyList<ArchivedImage> entries = await WriteAsync(open(image.Name), image.Name, stop);
                if (entries.Count == 0) gone.Add(image);
                else saved.AddRange([.. entries.SkipLast(1), entries[^1] with { Tags = image.Tags }]);
            }
            catch (RegistryException e)
            {
                throw e.WithMessage(
                    $"'{image}' was not deleted, since it cannot be archived: {e.Message}",
                    namesItsSubject: true,
                    rowReason: $"cannot be archived: {e.RowReason}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw NotWritable(image, e);
            }
        }

        try
        {
            if (saved.Count > 0) await writer.Value.CommitAsync(saved, stop);
            return gone;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(images[0], e);
        }
    }

    /// <inheritdoc/>
    string? ISweepLimit.Refuses(ImageNode node) => _failure;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (writer.IsValueCreated) writer.Value.Dispose();
    }

    /// <summary>
    /// Writes the content of a digest and of its children. The entries are remembered with it: what another digest that
    /// could not be saved kept out of index.json is in it as soon as any of them is committed.
    /// </summary>
    /// <returns>
    /// The entries, whose tags are not known; that of the digest is the last. None if it does not exist.
    /// </returns>
    private async Task<IReadOnlyList<ArchivedImage>> WriteAsync(
        IContentSource source, ImageName name, CancellationToken stop)
    {
        if (_written.TryGetValue(name, out IReadOnlyList<ArchivedImage>? before)) return before;

        Manifest? manifest = await source.FindManifestAsync(name.Digest!, stop);
        if (manifest is null)
        {
            // A host that answers 404 to everything must not make it look as if there were nothing to save.
            return !await DigestLookup.ExistsAsync(client, name, stop) ? []
                : throw new RegistryException(
                    RegistryErrorKind.UnexpectedAnswer,
                    $"the registry has no manifest {name.Digest}, which the API reports.");
        }

        List<ArchivedImage> entries = [];
        foreach (Descriptor child in manifest.Children)
            entries.AddRange(await WriteAsync(source, name.WithDigest(child.Digest), stop));
        IReadOnlyList<Descriptor> blobs =
            includesLayers ? manifest.Blobs : manifest.Config is Descriptor config ? [config] : [];
        foreach (Descriptor blob in blobs) await WriteAsync(blob, source, stop);
        await writer.Value.PutManifestAsync(manifest, stop);
        entries.Add(
            new ArchivedImage(
                name, new Descriptor(manifest.Digest, manifest.Bytes.Length, manifest.MediaType), Tags: null));
        return _written[name] = entries;
    }

    private async Task WriteAsync(Descriptor blob, IContentSource source, CancellationToken stop)
    {
        try
        {
            await writer.Value.PutBlobAsync(blob, source, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            throw e.WithMessage(
                $"the registry does not have its content {blob.Digest}.",
                Unpullable,
                rowReason: $"the registry does not have its content {Digest.Shorten(blob.Digest)}");
        }
    }

    private RegistryException NotWritable(DockerImage image, Exception e)
    {
        _failure = "the archive can no longer be written";
        return new RegistryException(
            RegistryErrorKind.ArchiveNotWritable,
            $"'{image}' was not deleted, since the archive '{folder}' cannot be written: {e.Message}",
            e)
        {
            NamesItsSubject = true,
            RowReason = $"the archive cannot be written: {e.Message.TrimEnd('.')}",
        };
    }
}
