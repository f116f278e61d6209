using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>A digest of an image, what it is connected with, and what a clean-up makes of it.</summary>
/// <remarks>
/// All digests of an image are held at once and may be a hundred thousand, few of which are connected with any other.
/// So there are lists only where there is something to list, and no tables by node beside this.
/// </remarks>
internal sealed class ImageNode(DockerImage image)
{
    private List<(ImageNode Node, ManifestEntry Entry)>? _children;
    private List<ImageNode>? _indexes, _subjects, _referrers, _tagSubjects, _tagReferrers;

    public DockerImage Image { get; } = image;

    /// <summary>What its manifest says; null if that could not be read, or did not have to be.</summary>
    public ManifestContent? Content { get; set; }

    /// <summary>Why the manifest could not be read; null if it could, or did not have to be.</summary>
    public RegistryException? Unreadable { get; set; }

    /// <summary>Whether it can refer to no other digest, for two listings agree on a type that cannot.</summary>
    public bool HoldsNothing { get; init; }

    /// <summary>When versions.list said that it was updated last, to be compared with what it says later.</summary>
    public DateTimeOffset? VersionUpdated { get; init; }

    public bool IsTagged => Image.Tags.Count > 0;

    /// <summary>What this index lists, as far as it is there.</summary>
    public IReadOnlyList<(ImageNode Node, ManifestEntry Entry)> Children => _children ?? (IReadOnlyList<(ImageNode, ManifestEntry)>)[];

    /// <summary>The indexes that list this digest.</summary>
    public IReadOnlyList<ImageNode> Indexes => _indexes ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>What this signature, attestation or SBOM is about, as far as it is there: mostly one, or none.</summary>
    public IReadOnlyList<ImageNode> Subjects => _subjects ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>The first of <see cref="Subjects"/>.</summary>
    public ImageNode? Subject => _subjects?[0];

    /// <summary>What refers to this digest.</summary>
    public IReadOnlyList<ImageNode> Referrers => _referrers ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>The digests that the tags of this one name, as far as they are there: see <see cref="ReferrerTag"/>.</summary>
    public IReadOnlyList<ImageNode> TagSubjects => _tagSubjects ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>What has a tag that names this digest.</summary>
    public IReadOnlyList<ImageNode> TagReferrers => _tagReferrers ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>
    /// Whether it has tags, all of which name digests that it belongs to. With -IncludeReferrerTag it then stays or goes with
    /// those, tags and all.
    /// </summary>
    public bool HasOnlyReferrerTags { get; set; }

    /// <summary>Whether <see cref="HasOnlyReferrerTags"/> counts, so that its tags do not keep it.</summary>
    public bool FollowsTagSubjects { get; set; }

    /// <summary>A tag that names a digest which this image does not have, so that what it belongs to is not known.</summary>
    public string? OrphanTag { get; set; }

    /// <summary>Whether this run took its tags away, which made it look as if somebody had changed it.</summary>
    public bool IsUntaggedByUs { get; set; }

    /// <summary>
    /// The tags that have to go before this digest can be deleted, all of its tags: they only name the digest that it is
    /// about (<c>sha256-HEX</c>, with <c>.sig</c>, <c>.att</c> or <c>.sbom</c>). Empty for what has no tag, and for what stays.
    /// </summary>
    public IReadOnlyList<string> ReferrerTags =>
        KeepReason is null && FollowsTagSubjects ? Image.Tags : (IReadOnlyList<string>)[];

    /// <summary>The digest that it is about, by its manifest, its listing or its tag, whether that is there or not.</summary>
    public string? SubjectDigest =>
        Content is { Subjects: [string subject, ..] } ? subject
        : Image.SubjectDigest ?? (FollowsTagSubjects ? TagSubjects[0].Image.Digest : null);

    /// <summary>Why it is kept; null while nothing is known that keeps it, and at the end: it is garbage.</summary>
    public string? KeepReason { get; set; }

    /// <summary>What keeps it, if that is another digest.</summary>
    public ImageNode? KeptBy { get; set; }

    /// <summary>How far its deletion is, if it is to be deleted and the deleting has begun.</summary>
    public Deletion? Deletion { get; set; }

    /// <summary>
    /// What is deleted before this digest: the indexes that list it and what refers to it, since the service demands it; and
    /// what its tags name, so that no signature is lost whose image then stays.
    /// </summary>
    public IEnumerable<ImageNode> Parents => Indexes.Concat(Referrers).Concat(GoesAfterTagSubjects ? TagSubjects : []);

    /// <summary>What is deleted after this digest; the other way round than <see cref="Parents"/>.</summary>
    public IEnumerable<ImageNode> Held => Children.Select(child => child.Node).Concat(Subjects)
        .Concat(TagReferrers.Where(referrer => referrer.GoesAfterTagSubjects));

    /// <summary>What it is: by its manifest if that was read, and an attestation if an index lists it with BuildKit's mark.</summary>
    public ImageKind Kind
    {
        get
        {
            ImageKind kind = Content is null ? Image.ImageKind : ImageKinds.Of(Content, Image.MediaType, Image.Tags);
            return kind is ImageKind.Image && Indexes.Any(index => index.Children.Any(child => child.Node == this && child.Entry.IsAttestation))
                ? ImageKind.Attestation
                : kind;
        }
    }

    // An index of referrers holds what holds the subject, so the service demands the opposite order.
    private bool GoesAfterTagSubjects => FollowsTagSubjects && Subjects.Count == 0 && Children.Count == 0;

    /// <summary>Why it is kept, or why it may go.</summary>
    public string Reason => KeepReason is not null ? KeepReason
        : FollowsTagSubjects ? $"{TaggedKind.InWords()} of {TagSubjects[0]} by its tag, which is deleted too"
        : Indexes.Count > 0 ? $"untagged, and so is {Indexes[0]} that lists it"
        : Subject is not null ? $"{Kind.InWords()} of {Subject}, which is deleted too"
        : "untagged, nothing refers to it";

    /// <summary>What it is to the digests that its tags name: the index of referrers is nothing that a user knows.</summary>
    public ImageKind TaggedKind => Kind is ImageKind.Index or ImageKind.Image ? ImageKind.Artifact : Kind;

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
    public void List(ImageNode child, ManifestEntry entry)
    {
        (_children ??= []).Add((child, entry));
        // An index is connected at one go, so what it lists twice has it last.
        if (child._indexes is null || child._indexes[^1] != this) (child._indexes ??= []).Add(this);
    }

    /// <summary>Notes that this is about another digest.</summary>
    public void ReferTo(ImageNode subject)
    {
        (_subjects ??= []).Add(subject);
        (subject._referrers ??= []).Add(this);
    }

    /// <summary>Notes that this has a tag that names another digest.</summary>
    public void BelongTo(ImageNode subject)
    {
        if (_tagSubjects?.Contains(subject) is true) return;
        (_tagSubjects ??= []).Add(subject);
        (subject._tagReferrers ??= []).Add(this);
    }

    /// <summary>The digest in short with its tags, for reasons.</summary>
    public override string ToString() => IsTagged ? $"{Digest.Shorten(Image.Digest)} ({Image.Tags})" : Digest.Shorten(Image.Digest);
}
