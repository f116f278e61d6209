namespace ArtifactRegistry;

/// <summary>What became of a digest that was to be deleted.</summary>
public enum RemovalStatus
{
    /// <summary>The service confirms that it is deleted.</summary>
    Removed,

    /// <summary>It is still there, on purpose; the reason says why.</summary>
    Kept,

    /// <summary>It was gone before this command deleted it.</summary>
    AlreadyGone,

    /// <summary>The deletion failed; an error record says more.</summary>
    Failed,

    /// <summary>With -WhatIf: it would be deleted.</summary>
    WouldRemove,

    /// <summary>It was planned, and the run ended before its turn came.</summary>
    NotReached,
}

/// <summary>A digest that a command was asked to delete, and what became of it.</summary>
public sealed class RemovedImage
{
    internal RemovedImage(DockerImage image, RemovalStatus status, string reason)
        : this(image.Name, image.Tags, image.SizeBytes, status, reason)
    {
    }

    internal RemovedImage(ImageName digest, TagList tags, long sizeBytes, RemovalStatus status, string reason)
    {
        Name = digest.WithDigest(digest.Digest!);
        Tags = tags;
        SizeBytes = sizeBytes;
        RemovalStatus = status;
        Reason = reason;
    }

    /// <summary>The name by digest.</summary>
    public string Uri => Name.ToString();

    /// <summary>The image, without digest.</summary>
    public string Image => Name.ToImage().ToString();

    /// <summary>The digest.</summary>
    public string Digest => Name.Digest!;

    /// <summary>The tags that it had when the command looked.</summary>
    public TagList Tags { get; }

    /// <summary>Size in bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>What became of it: the name of a <see cref="ArtifactRegistry.RemovalStatus"/>, as JSON and CSV write it.</summary>
    public string Status => RemovalStatus.ToString();

    /// <summary>Why, in a sentence.</summary>
    public string Reason { get; }

    /// <summary>Why the deletion failed, for the error record.</summary>
    internal RegistryException? Error { get; init; }

    /// <summary>True if the service refused although there is no tag: something refers to it, or did a moment ago.</summary>
    internal bool Refused { get; init; }

    /// <summary>True if a deletion was asked for, and what became of it could not be seen: the digest may still go.</summary>
    internal bool MayStillHappen { get; init; }

    /// <summary>The name, parsed.</summary>
    internal ImageName Name { get; }

    /// <summary>What became of it.</summary>
    internal RemovalStatus RemovalStatus { get; }

    /// <summary>The name by digest.</summary>
    public override string ToString() => Uri;
}
