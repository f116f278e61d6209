using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>
/// A digest in quarantine: a clean-up with -Quarantine has marked it with <see cref="Tag"/>, and a later one deletes it.
/// </summary>
public sealed class QuarantinedImage
{
    internal QuarantinedImage(DockerImage image, QuarantineState quarantine, string mark, DateTimeOffset now)
    {
        Name = image.Name.WithTag(mark);
        Image = image.Image;
        Tag = mark;
        Digest = image.Digest;
        Tags = quarantine.OtherTags;
        SizeBytes = image.SizeBytes;
        UploadTime = image.UploadTime;
        Since = quarantine.Since.LocalDateTime;
        // A mark that counts no longer is replaced or removed by the next clean-up.
        Due = quarantine.IsValid ? quarantine.DueAfter(TimeSpan.Zero).LocalDateTime : null;
        IsDue = quarantine.IsValid && quarantine.DueAfter(TimeSpan.Zero) <= now;
    }

    /// <summary>The name by the mark: Remove-ArImageTag ends the quarantine by it.</summary>
    public string Uri => Name.ToString();

    /// <summary>The image, without tag and digest.</summary>
    public string Image { get; }

    /// <summary>The project's id.</summary>
    public string Project => Name.Project;

    /// <summary>The repository's name within project and location.</summary>
    public string Repository => Name.Repository;

    /// <summary>The mark: the tag that a clean-up with -Quarantine has added.</summary>
    public string Tag { get; }

    /// <summary>The digest.</summary>
    public string Digest { get; }

    /// <summary>The tags of the digest besides its marks.</summary>
    public TagList Tags { get; }

    /// <summary>The size of the image in bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>The time at which the digest was pushed, in local time.</summary>
    public DateTime? UploadTime { get; }

    /// <summary>
    /// The time from which the quarantine is counted, in local time: when the digest was marked, or when it was pushed
    /// or changed after that.
    /// </summary>
    public DateTime Since { get; }

    /// <summary>
    /// The time from which a clean-up with -Quarantine may delete it, if its period is not longer than that of the
    /// mark, in local time; null if the other tags have changed since it was marked, so that the mark does not count.
    /// </summary>
    public DateTime? Due { get; }

    /// <summary>Gets whether <see cref="Due"/> has passed, by the service's clock.</summary>
    public bool IsDue { get; }

    /// <summary>The name, parsed.</summary>
    internal ImageName Name { get; }

    /// <summary>Returns a name that can be used wherever an image is expected.</summary>
    public override string ToString() => Uri;
}
