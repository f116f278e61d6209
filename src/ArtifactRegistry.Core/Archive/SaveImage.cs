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
/// <param name="writer">The archive.</param>
/// <param name="open">Opens an image of the registry for reading.</param>
/// <param name="includesLayers">Whether to save layers.</param>
internal sealed class SaveImage(
    ArtifactRegistryClient client, ArchiveWriter writer, Func<ImageName, IContentSource> open, bool includesLayers)
    : ISweepLimit, IDisposable
{
    private readonly ConcurrentDictionary<ImageName, Descriptor> _saved = new();
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
                if (!await SaveAsync(open(image.Name), image.Name, image.Tags, saved, stop)) gone.Add(image);
            }
            catch (RegistryException e)
            {
                throw e.WithMessage(
                    $"'{image}' was not deleted, since it cannot be archived: {e.Message}", namesItsSubject: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw NotWritable(image, e);
            }
        }

        try
        {
            await writer.CommitAsync(saved, stop);
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
    public void Dispose() => writer.Dispose();

    /// <summary>Saves a digest and its children; returns false if it does not exist.</summary>
    private async Task<bool> SaveAsync(
        IContentSource source,
        ImageName name,
        IReadOnlyList<string>? tags,
        List<ArchivedImage> saved,
        CancellationToken stop)
    {
        if (_saved.TryGetValue(name, out Descriptor? known))
        {
            saved.Add(new ArchivedImage(name, known, tags));
            return true;
        }

        Manifest? manifest = await source.FindManifestAsync(name.Digest!, stop);
        if (manifest is null)
        {
            // A host that answers 404 to everything must not make it look as if there were nothing to save.
            return !await DigestLookup.ExistsAsync(client, name, stop) ? false
                : throw new RegistryException(
                    RegistryErrorKind.UnexpectedAnswer,
                    $"the registry has no manifest {name.Digest}, which the API reports.");
        }

        foreach (Descriptor child in manifest.Children)
            await SaveAsync(source, name.WithDigest(child.Digest), null, saved, stop);
        IReadOnlyList<Descriptor> blobs =
            includesLayers ? manifest.Blobs : manifest.Config is Descriptor config ? [config] : [];
        foreach (Descriptor blob in blobs) await writer.PutBlobAsync(blob, source, stop);
        await writer.PutManifestAsync(manifest, stop);
        Descriptor descriptor = new(manifest.Digest, manifest.Bytes.Length, manifest.MediaType);
        _saved[name] = descriptor;
        saved.Add(new ArchivedImage(name, descriptor, tags));
        return true;
    }

    private RegistryException NotWritable(DockerImage image, Exception e)
    {
        _failure = "the archive cannot be written any more";
        return new RegistryException(
            RegistryErrorKind.ArchiveNotWritable,
            $"'{image}' was not deleted, since the archive '{writer.FullName}' cannot be written: {e.Message}",
            e)
        {
            NamesItsSubject = true,
        };
    }
}
