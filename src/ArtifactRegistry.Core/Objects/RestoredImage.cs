namespace ArtifactRegistry;

/// <summary>The outcome for an image that was to be restored.</summary>
public enum RestoreStatus
{
    /// <summary>It could not be restored; an error record says why.</summary>
    Failed,

    /// <summary>It was restored, or the part of it that was missing.</summary>
    Restored,

    /// <summary>Everything was there already.</summary>
    AlreadyThere,

    /// <summary>With -WhatIf: it would be restored.</summary>
    WouldRestore,
}

/// <summary>An image that a command restored from an archive, and what that took.</summary>
public sealed record RestoredImage
{
    internal RestoredImage(ImageName name) => Name = name;

    /// <summary>The name by digest.</summary>
    public string Uri => Name.ToString();

    /// <summary>The image, without digest.</summary>
    public string Image => Name.ToImage().ToString();

    /// <summary>The digest, which is the one that was deleted.</summary>
    public string Digest => Name.Digest!;

    /// <summary>The tags that it has again.</summary>
    public TagList Tags { get; internal init; } = TagList.Empty;

    /// <summary>The number of manifests written: the image, its platforms, and what refers to them.</summary>
    public int Manifests { get; internal init; }

    /// <summary>The number of configurations and layers that the registry still had.</summary>
    public int BlobsFound { get; internal init; }

    /// <summary>The number of configurations and layers that were sent, or taken from another repository.</summary>
    public int BlobsUploaded { get; internal init; }

    /// <summary>The size of those that were sent, in bytes.</summary>
    public long BytesUploaded { get; internal init; }

    /// <summary>The digests of the configurations and layers that cannot be had.</summary>
    public TextList BlobsMissing { get; internal init; } = new([]);

    /// <summary>
    /// The outcome: the name of a <see cref="ArtifactRegistry.RestoreStatus"/>, as JSON and CSV write it.
    /// </summary>
    public string Status => RestoreStatus.ToString();

    /// <summary>Gets a note about it; empty if there is nothing to say.</summary>
    public string Reason { get; internal init; } = "";

    /// <summary>The error of a failed restoration, for the error record.</summary>
    internal RegistryException? Error { get; init => (field, Reason) = (value, value?.Message ?? ""); }

    /// <summary>Gets whether nothing was written, because blobs cannot be had.</summary>
    internal bool LacksBlobs { get; init; }

    /// <summary>The outcome.</summary>
    internal RestoreStatus RestoreStatus { get; init; }

    /// <summary>The name, parsed.</summary>
    internal ImageName Name { get; }

    /// <summary>The name by digest.</summary>
    public override string ToString() => Uri;
}
