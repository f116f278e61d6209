namespace ArtifactRegistry;

/// <summary>The outcome for a digest that was to be copied.</summary>
public enum CopyStatus
{
    /// <summary>It was copied, or the part of it that was missing.</summary>
    Copied,

    /// <summary>Everything was there already.</summary>
    AlreadyThere,
}

/// <summary>An image that a command copied, and what that took.</summary>
public sealed class CopiedImage
{
    internal CopiedImage(string source, ImageName destination)
    {
        Source = source;
        Name = destination;
    }

    /// <summary>The name of the copy, by digest.</summary>
    public string Uri => Name.ToString();

    /// <summary>The name of what was copied, by digest; it may be in another registry.</summary>
    public string Source { get; }

    /// <summary>The image that it was copied to, without digest.</summary>
    public string Destination => Name.ToImage().ToString();

    /// <summary>The digest, which is the same in both places.</summary>
    public string Digest => Name.Digest!;

    /// <summary>The tags that the copy has of this command; those that could not be set are not among them.</summary>
    public TagList Tags { get; internal init; } = TagList.Empty;

    /// <summary>The number of manifests written: the image, its platforms, and what refers to them.</summary>
    public int Manifests { get; internal init; }

    /// <summary>The number of blobs that the registry took from the source without a transfer.</summary>
    public int BlobsMounted { get; internal init; }

    /// <summary>The number of blobs that were sent.</summary>
    public int BlobsUploaded { get; internal init; }

    /// <summary>The size of the blobs that were sent, in bytes.</summary>
    public long BytesUploaded { get; internal init; }

    /// <summary>The number of signatures, attestations, SBOMs and other manifests that belong to the image.</summary>
    public int Referrers { get; internal init; }

    /// <summary>
    /// The outcome: the name of a <see cref="ArtifactRegistry.CopyStatus"/>, as JSON and CSV write it.
    /// </summary>
    public string Status => CopyStatus.ToString();

    /// <summary>The outcome.</summary>
    internal CopyStatus CopyStatus { get; init; }

    /// <summary>The name of the copy, parsed.</summary>
    internal ImageName Name { get; }

    /// <summary>The name of the copy, by digest.</summary>
    public override string ToString() => Uri;
}
