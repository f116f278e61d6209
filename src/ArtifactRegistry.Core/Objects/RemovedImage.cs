namespace ArtifactRegistry;

/// <summary>The outcome for a digest that was to be deleted.</summary>
public enum RemovalStatus
{
    /// <summary>The service confirms that it is deleted.</summary>
    Removed,

    /// <summary>It still exists, intentionally; the reason says why.</summary>
    Kept,

    /// <summary>It was gone before this command deleted it.</summary>
    AlreadyGone,

    /// <summary>The deletion failed; an error record says more.</summary>
    Failed,

    /// <summary>With -WhatIf: it would be deleted.</summary>
    WouldRemove,

    /// <summary>It was planned, but the run ended before its deletion began.</summary>
    NotReached,

    /// <summary>It still exists, and was marked: after its quarantine a later run may delete it.</summary>
    Quarantined,

    /// <summary>With -WhatIf: it would be marked.</summary>
    WouldMark,
}

/// <summary>A digest that a command was asked to delete, and the outcome.</summary>
public sealed class RemovedImage
{
    /// <summary>The reason of a digest that stays because the answer was No.</summary>
    internal const string Declined = "the question was answered with No";

    internal RemovedImage(DockerImage image, RemovalStatus status, string reason)
        : this(image.Name, image.Tags, image.SizeBytes, status, reason)
    {
        UploadTime = image.UploadTime;
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

    /// <summary>The tags that it had when the command read it.</summary>
    public TagList Tags { get; }

    /// <summary>Size in bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>Time of the upload; null if the digest was not listed any more.</summary>
    public DateTime? UploadTime { get; }

    /// <summary>
    /// The outcome: the name of a <see cref="ArtifactRegistry.RemovalStatus"/>, as JSON and CSV write it.
    /// </summary>
    public string Status => RemovalStatus.ToString();

    /// <summary>The reason, as a sentence.</summary>
    public string Reason { get; }

    /// <summary>The error of a failed deletion, for the error record.</summary>
    internal RegistryException? Error { get; init; }

    /// <summary>
    /// Gets whether the service refused although there is no tag: something refers to it, or did a moment ago.
    /// </summary>
    internal bool Refused { get; init; }

    /// <summary>
    /// Gets whether a deletion was requested but its outcome could not be determined: the digest may still be deleted.
    /// </summary>
    internal bool MayStillHappen { get; init; }

    /// <summary>Gets whether tags that it had were removed, and are missing although it may stay.</summary>
    internal bool LacksTags { get; init; }

    /// <summary>The name, parsed.</summary>
    internal ImageName Name { get; }

    /// <summary>The outcome.</summary>
    internal RemovalStatus RemovalStatus { get; }

    /// <summary>Returns the row of a digest that stays because the answer was No.</summary>
    internal RemovedImage AsDeclined() => new(this);

    private RemovedImage(RemovedImage other)
        : this(other.Name, other.Tags, other.SizeBytes, RemovalStatus.NotReached, Declined)
    {
        UploadTime = other.UploadTime;
    }

    /// <summary>The name by digest.</summary>
    public override string ToString() => Uri;
}
