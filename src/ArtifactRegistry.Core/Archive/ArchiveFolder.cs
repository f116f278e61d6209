using System.Security.Cryptography;

namespace ArtifactRegistry.Archive;

/// <summary>
/// A folder in which deleted digests are kept, an OCI image layout that skopeo and others read
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md).
/// </summary>
/// <param name="path">The folder.</param>
internal sealed class ArchiveFolder(string path)
{
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

    /// <summary>Returns whether the folder has exactly the bytes of a digest.</summary>
    public async Task<bool> IsIntactAsync(string digest, CancellationToken stop)
    {
        if (!File.Exists(PathOf(digest))) return false;
        await using FileStream file = OpenFile(digest);
        byte[] hash = await SHA256.HashDataAsync(file, stop);
        return digest == Digest.Prefix + Convert.ToHexString(hash).ToLowerInvariant();
    }

    private FileStream OpenFile(string digest) =>
        new(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, useAsync: true);
}
