using ArtifactRegistry.Clients;

namespace ArtifactRegistry;

/// <summary>One digest of an image, which can be pulled by digest. The name is that of Google's API.</summary>
public class DockerImage
{
    // Not DateTime?, which takes twice the memory: a clean-up holds all digests of an image at once.
    private DateTime _uploadTime, _updateTime, _buildTime;

    private protected DockerImage(DockerImage from)
        : this(from.Name, from.Tags)
    {
        ImageKind = from.ImageKind;
        MediaType = from.MediaType;
        ArtifactType = from.ArtifactType;
        SubjectDigest = from.SubjectDigest;
        SizeBytes = from.SizeBytes;
        (_uploadTime, _updateTime, _buildTime) = (from._uploadTime, from._updateTime, from._buildTime);
        Children = from.Children;
    }

    private DockerImage(ImageName name, TagList tags)
    {
        Name = name;
        Tags = tags;
    }

    /// <summary>The name by digest, as <c>docker pull</c> accepts it.</summary>
    public string Uri => Name.ToString();

    /// <summary>The image that this is a digest of, without tag and digest.</summary>
    public string Image => Name.ToImage().ToString();

    /// <summary>The project's id.</summary>
    public string Project => Name.Project;

    /// <summary>The region or multi-region.</summary>
    public string Location => Name.Location;

    /// <summary>The repository's name within project and location.</summary>
    public string Repository => Name.Repository;

    /// <summary>The image's name within the repository; nested names have slashes.</summary>
    public string Package => Name.Package!;

    /// <summary>sha256: and 64 hexadecimal digits.</summary>
    public string Digest => Name.Digest!;

    /// <summary>All tags on this digest; empty if it is untagged.</summary>
    public TagList Tags { get; }

    /// <summary>
    /// The kind of content: the name of an <see cref="ArtifactRegistry.ImageKind"/>, as JSON and CSV write it.
    /// </summary>
    public string Kind => ImageKind.ToString();

    /// <summary>The manifest's media type.</summary>
    public string? MediaType { get; private init; }

    /// <summary>The OCI artifact type, if the manifest has one.</summary>
    public string? ArtifactType { get; private init; }

    /// <summary>
    /// The digest that this one is about (OCI <c>subject</c>), for signatures, attestations and SBOMs, if the service
    /// returns it. The public API does not have the field; null then means nothing.
    /// </summary>
    public string? SubjectDigest { get; private init; }

    /// <summary>
    /// The os/architecture[/variant] of each image in an index. Entries without a platform, or with an unknown one such
    /// as attestations, are left out.
    /// </summary>
    public TextList Platforms =>
        Children.Count == 0 ? TextList.Empty : new([.. Children.Select(Platform).OfType<string>()]);

    /// <summary>The size in bytes as the service computes it: that of the layers of this image.</summary>
    public long SizeBytes { get; private init; }

    /// <summary>The time at which it was pushed, in local time.</summary>
    public DateTime? UploadTime => OrNull(_uploadTime);

    /// <summary>The time of the last change, in local time; adding or removing a tag counts.</summary>
    public DateTime? UpdateTime => OrNull(_updateTime);

    /// <summary>The time at which it was built, in local time, if the image contains it.</summary>
    public DateTime? BuildTime => OrNull(_buildTime);

    /// <summary>The name, parsed.</summary>
    internal ImageName Name { get; }

    /// <summary>The kind of content.</summary>
    internal ImageKind ImageKind { get; private protected init; }

    /// <summary>The manifests that an index lists, if the service returns them.</summary>
    internal IReadOnlyList<ImageManifestMessage> Children { get; private init; } = [];

    /// <summary>Returns a name that can be used wherever an image is expected.</summary>
    public override string ToString() => Uri;

    /// <summary>Creates the object from a response of the service.</summary>
    /// <param name="message">The response.</param>
    /// <param name="name">The name as it was requested; the name in the response is not used.</param>
    /// <param name="allTags">The tags, if the response does not contain all of them.</param>
    /// <param name="names">The names of the listing that the response belongs to.</param>
    internal static DockerImage From(
        DockerImageMessage message, ImageName name, IReadOnlyList<string>? allTags = null, ListedNames? names = null)
    {
        IReadOnlyList<string> tags = allTags ?? message.Tags ?? [];
        return new DockerImage(name, tags.Count == 0 ? TagList.Empty : new TagList([.. tags]))
        {
            ImageKind = ImageKinds.Of(message.MediaType, message.ArtifactType, message.SubjectDigest, tags),
            MediaType = Shared(message.MediaType),
            ArtifactType = Shared(NullIfEmpty(message.ArtifactType)),
            SubjectDigest = NullIfEmpty(message.SubjectDigest),
            SizeBytes = message.ImageSizeBytes ?? 0,
            _uploadTime = Local(message.UploadTime),
            _updateTime = Local(message.UpdateTime),
            _buildTime = Local(message.BuildTime),
            Children = message.ImageManifests ?? [],
        };

        string? Shared(string? type) => names is null ? type : names.SharedType(type);
    }

    /// <summary>Returns the same digest as another kind, which the answer about it did not tell.</summary>
    internal DockerImage As(ImageKind kind) => new(this) { ImageKind = kind };

    // In Go, and so in the output of Go programs, the year 1 means no time; an age of 2000 years would be old enough
    // for any clean-up.
    private static DateTime Local(DateTimeOffset? time) =>
        time is { UtcDateTime.Year: > 1 } told ? told.LocalDateTime : default;

    private static DateTime? OrNull(DateTime time) => time == default ? null : time;

    private static string? NullIfEmpty(string? text) => text is { Length: > 0 } ? text : null;

    private static string? Platform(ImageManifestMessage child)
    {
        if (child.Os is null or "" or "unknown" && child.Architecture is null or "" or "unknown") return null;
        string variant = child.Variant is { Length: > 0 } name ? "/" + name : "";
        return $"{child.Os ?? "unknown"}/{child.Architecture ?? "unknown"}{variant}";
    }
}
