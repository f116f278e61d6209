namespace ArtifactRegistry;

/// <summary>
/// A tag and the digest that it points to; or, with an empty <see cref="Tag"/>, a digest that no tag points to.
/// </summary>
public sealed class ImageTag
{
    internal ImageTag(DockerImage image, string? tag)
    {
        Name = tag is null ? image.Name : image.Name.WithTag(tag);
        Image = image.Image;
        Tag = tag ?? "";
        Digest = image.Digest;
        Tags = image.Tags;
        Kind = image.Kind;
        SizeBytes = image.SizeBytes;
        UploadTime = image.UploadTime;
        UpdateTime = image.UpdateTime;
    }

    /// <summary>The name by tag; in the row of an untagged digest, the name by digest.</summary>
    public string Uri => Name.ToString();

    /// <summary>The image, without tag and digest.</summary>
    public string Image { get; }

    /// <summary>The project's id.</summary>
    public string Project => Name.Project;

    /// <summary>The repository's name within project and location.</summary>
    public string Repository => Name.Repository;

    /// <summary>The tag; empty in the row of an untagged digest.</summary>
    public string Tag { get; }

    /// <summary>The digest that the tag points to.</summary>
    public string Digest { get; }

    /// <summary>All tags on that digest; empty if it is untagged.</summary>
    public TagList Tags { get; internal init; }

    /// <summary>The kind of content of the digest.</summary>
    public string Kind { get; }

    /// <summary>The size of the image in bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>The time at which the digest was pushed, in local time.</summary>
    public DateTime? UploadTime { get; }

    /// <summary>The time of the last change of the digest, in local time.</summary>
    public DateTime? UpdateTime { get; }

    /// <summary>
    /// After a change: the digest that the tag pointed to before; null if it is new. The same as <see cref="Digest"/>
    /// if nothing had to change.
    /// </summary>
    public string? PreviousDigest { get; internal init; }

    /// <summary>The name, parsed.</summary>
    internal ImageName Name { get; }

    /// <summary>Returns a name that can be used wherever an image is expected.</summary>
    public override string ToString() => Uri;
}
