namespace ArtifactRegistry.Transfer;

/// <summary>The way in which a blob came to a destination.</summary>
internal enum BlobArrival
{
    /// <summary>The destination took it from another repository of its own, without a transfer.</summary>
    Mounted,

    /// <summary>Its bytes were sent.</summary>
    Uploaded,
}

/// <summary>An image that content is written to: one in a registry, or one in a folder.</summary>
/// <remarks>
/// Tags are not set here: in a registry <see cref="Operations.AddTag"/> sets them, which moves none by accident.
/// </remarks>
internal interface IContentDestination
{
    /// <summary>The repository; its images share their blobs.</summary>
    string Repository { get; }

    /// <summary>Returns whether the destination has a blob, and can send it.</summary>
    Task<bool> HasBlobAsync(Descriptor blob, CancellationToken stop);

    /// <summary>Writes a blob; it is durable, and its digest checked, when this returns.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="source">The source, which may be one that the destination can take it from by itself.</param>
    /// <param name="moved">
    /// Called with the number of bytes sent; with a negative one if an attempt failed and they are sent again.
    /// </param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">It cannot be read or written, or has another digest.</exception>
    Task<BlobArrival> PutBlobAsync(
        Descriptor blob, IContentSource source, Action<long> moved, CancellationToken stop);

    /// <summary>Returns whether the destination has a manifest.</summary>
    Task<bool> HasManifestAsync(Manifest manifest, CancellationToken stop);

    /// <summary>Writes a manifest, with the bytes that it has, after everything that it lists.</summary>
    Task PutManifestAsync(Manifest manifest, CancellationToken stop);
}
