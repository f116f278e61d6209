using System.Security.Cryptography;
using System.Text.Json;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Archive;

/// <summary>
/// A folder in which deleted digests are kept, an OCI image layout that skopeo and others read
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md), as the source of a restoration.
/// </summary>
/// <param name="path">The folder.</param>
internal sealed class ArchiveFolder(string path) : IContentSource
{
    private const int MaxManifest = 8 * 1024 * 1024;

    /// <summary>The folder.</summary>
    public string FullName => path;

    /// <summary>The file that marks an image layout.</summary>
    public string Marker => Path.Combine(path, "oci-layout");

    /// <summary>The file with the list of manifests.</summary>
    public string Index => Path.Combine(path, "index.json");

    /// <summary>The folder of manifests, configurations and layers.</summary>
    public string Blobs => Path.Combine(path, "blobs", "sha256");

    /// <summary>Gets the path of a manifest or blob.</summary>
    public string PathOf(string digest) => Path.Combine(Blobs, digest[Digest.Prefix.Length..]);

    /// <summary>Reads which digests are archived.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.ArchiveNotReadable"/>: there is no archive, or it is damaged.
    /// </exception>
    public IReadOnlyList<ArchivedImage> ReadImages()
    {
        try
        {
            if (!File.Exists(Marker))
                throw new RegistryException(
                    RegistryErrorKind.ArchiveNotReadable,
                    $"'{path}' is not an archive: "
                        + (Directory.Exists(path) ? "it has no file named oci-layout."
                            : File.Exists(path) ? "it is a file, and an archive is a folder."
                            : "there is no such folder."));
            return ArchiveIndex.Parse(File.ReadAllBytes(Index)).Images();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new RegistryException(
                RegistryErrorKind.ArchiveNotReadable, $"The archive '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Returns whether the folder has exactly the bytes of a digest.</summary>
    public async Task<bool> IsIntactAsync(string digest, CancellationToken stop)
    {
        if (!File.Exists(PathOf(digest))) return false;
        await using FileStream file = OpenFile(digest);
        return digest == Digest.FromHash(await SHA256.HashDataAsync(file, stop));
    }

    /// <inheritdoc/>
    public async Task<Manifest?> FindManifestAsync(string reference, CancellationToken stop)
    {
        FileInfo file = new(PathOf(reference));
        if (!file.Exists) return null;
        try
        {
            if (file.Length > MaxManifest) throw new InvalidDataException("it is too large for a manifest");
            byte[] bytes = await File.ReadAllBytesAsync(file.FullName, stop);
            return Digest.Of(bytes) == reference
                ? Manifest.Parse(bytes, null)
                : throw new InvalidDataException("its content has another digest");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new RegistryException(
                RegistryErrorKind.ArchiveNotReadable, $"The file '{file.FullName}' cannot be used: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListReferrersAsync(string digest, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken stop)
    {
        FileInfo file = new(PathOf(blob.Digest));
        return Task.FromResult(file.Exists && file.Length == blob.Size);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, long from, CancellationToken stop)
    {
        try
        {
            FileStream file = OpenFile(blob.Digest);
            file.Seek(from, SeekOrigin.Begin);
            return Task.FromResult<Stream>(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RegistryException(
                RegistryErrorKind.ArchiveNotReadable,
                $"The blob {blob.Digest} cannot be read from the archive '{path}': {e.Message}",
                e);
        }
    }

    private FileStream OpenFile(string digest) =>
        new(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, useAsync: true);
}
