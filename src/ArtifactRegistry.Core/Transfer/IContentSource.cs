namespace ArtifactRegistry.Transfer;

/// <summary>An image that content is read from: one in a registry, or one in a folder.</summary>
internal interface IContentSource
{
    /// <summary>Reads a manifest, whose bytes have the requested digest.</summary>
    /// <param name="reference">A digest or a tag.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>Null if it does not exist.</returns>
    /// <exception cref="RegistryException">It cannot be read, or is not what was asked for.</exception>
    Task<Manifest?> FindManifestAsync(string reference, CancellationToken stop);

    /// <summary>
    /// Lists the digests of the manifests whose subject is a digest, as far as the source lists them. Referrer tags
    /// (<see cref="ReferrerTag"/>) are not looked up.
    /// </summary>
    Task<IReadOnlyList<string>> ListReferrersAsync(string digest, CancellationToken stop);

    /// <summary>Returns whether the source has a blob. Its content is not checked.</summary>
    Task<bool> HasBlobAsync(Descriptor blob, CancellationToken stop);

    /// <summary>
    /// Opens a blob. The bytes are not checked: <see cref="BlobReader"/> does that, and goes on after a break.
    /// </summary>
    /// <param name="blob">The blob.</param>
    /// <param name="from">The first byte to read.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">It does not exist, or cannot be read.</exception>
    Task<Stream> OpenBlobAsync(Descriptor blob, long from, CancellationToken stop);
}
