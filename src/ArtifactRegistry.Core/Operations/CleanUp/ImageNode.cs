namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>A digest of an image, what it is connected with, and what a clean-up makes of it.</summary>
/// <remarks>
/// All digests of an image are held at once and may be a hundred thousand, few of which are connected with any other.
/// So there are lists only where there is something to list, and no tables by node beside this.
/// </remarks>
internal sealed class ImageNode(DockerImage image)
{
    private List<(ImageNode Node, string Platform)>? _children;
    private List<ImageNode>? _indexes, _referrers;

    public DockerImage Image { get; } = image;

    public bool IsTagged => Image.Tags.Count > 0;

    /// <summary>
    /// The tags that have to go before this digest can be deleted, all of its tags: they only name the digest that it is
    /// about (<c>sha256-HEX</c>, with <c>.sig</c>, <c>.att</c> or <c>.sbom</c>). Empty for what has no tag, and for what stays.
    /// </summary>
    public IReadOnlyList<string> ReferrerTags { get; set; } = [];

    /// <summary>What this index lists, as far as it is there.</summary>
    public IReadOnlyList<(ImageNode Node, string Platform)> Children => _children ?? (IReadOnlyList<(ImageNode, string)>)[];

    /// <summary>The indexes that list this digest.</summary>
    public IReadOnlyList<ImageNode> Indexes => _indexes ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>What this signature, attestation or SBOM is about, if that is there.</summary>
    public ImageNode? Subject { get; private set; }

    /// <summary>The digest that it is about, whether that is there or not.</summary>
    public string? SubjectDigest { get; set; }

    /// <summary>What refers to this digest.</summary>
    public IReadOnlyList<ImageNode> Referrers => _referrers ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>Why the manifest could not be read; null if it could, or needed no reading.</summary>
    public RegistryException? Unreadable { get; set; }

    /// <summary>Why it is kept; null while nothing is known that keeps it, and at the end: it is garbage.</summary>
    public string? KeepReason { get; set; }

    /// <summary>What keeps it, if that is another digest.</summary>
    public ImageNode? KeptBy { get; set; }

    /// <summary>How far its deletion is, if it is to be deleted and the deleting has begun.</summary>
    public Deletion? Deletion { get; set; }

    /// <summary>
    /// What is deleted before this digest: the indexes that list it and what refers to it, since the service demands it.
    /// </summary>
    public IEnumerable<ImageNode> Parents => Indexes.Concat(Referrers);

    /// <summary>What this digest holds; the other way round than <see cref="Parents"/>.</summary>
    public IEnumerable<ImageNode> Held => Subject is null ? Children.Select(child => child.Node) : Children.Select(child => child.Node).Append(Subject);

    /// <summary>What it is: an entry for unknown/unknown in an index is an attestation, though its manifest does not say so.</summary>
    public ImageKind Kind => Image.ImageKind is ImageKind.Image && _indexes is not null
        && _indexes.Exists(index => index._children!.Exists(child => child.Node == this && child.Platform == ImageGraph.AttestationPlatform))
            ? ImageKind.Attestation
            : Image.ImageKind;

    /// <summary>True for an index, and for a type that we do not know: it may list anything.</summary>
    public bool MayBeIndex => Image.ImageKind is ImageKind.Index || Image.MediaType is not
        ("application/vnd.oci.image.manifest.v1+json" or "application/vnd.docker.distribution.manifest.v2+json"
            or "application/vnd.docker.distribution.manifest.v1+json" or "application/vnd.docker.distribution.manifest.v1+prettyjws");

    /// <summary>Why it is kept, or why it may go.</summary>
    public string Reason => KeepReason is not null ? KeepReason
        : Indexes.Count > 0 ? $"untagged, and so is {Indexes[0]} that lists it"
        : Subject is not null ? $"{Kind.InWords()} of {Subject}, which is deleted too"
        : "untagged, nothing refers to it";

    /// <summary>The decision as users see it.</summary>
    public UntaggedImage ToUntaggedImage(CleanUpRules rules) => new(
        Image,
        Kind,
        KeepReason is null ? CleanUpDecision.Delete : CleanUpDecision.Keep,
        Reason,
        (KeepReason is null ? Parents.FirstOrDefault() ?? Subject : KeptBy)?.Image.Digest)
    {
        Rules = rules,
    };

    /// <summary>Notes that this index lists a digest.</summary>
    public void List(ImageNode child, string platform)
    {
        (_children ??= []).Add((child, platform));
        (child._indexes ??= []).Add(this);
    }

    /// <summary>Notes that this is about another digest.</summary>
    public void ReferTo(ImageNode subject)
    {
        Subject = subject;
        (subject._referrers ??= []).Add(this);
    }

    /// <summary>The digest in short with its tags, for reasons.</summary>
    public override string ToString() => IsTagged ? $"{Digest.Shorten(Image.Digest)} ({Image.Tags})" : Digest.Shorten(Image.Digest);
}
