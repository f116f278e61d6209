using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>A digest of an image, its connections, and what a clean-up decides about it.</summary>
/// <remarks>
/// All digests of an image are held at once. There may be a hundred thousand, few of which are connected to others.
/// So lists exist only where they have entries, and there are no separate tables keyed by node.
/// </remarks>
internal sealed class ImageNode(DockerImage image)
{
    private List<(ImageNode Node, ManifestEntry Entry)>? _children;
    private List<ImageNode>? _indexes, _subjects, _referrers, _tagSubjects, _tagReferrers;

    public DockerImage Image { get; } = image;

    /// <summary>The content of its manifest; null if the manifest could not be read, or did not have to be.</summary>
    public ManifestContent? Content { get; set; }

    /// <summary>The error that kept the manifest from being read; null if it was read, or did not have to be.</summary>
    public RegistryException? Unreadable { get; set; }

    /// <summary>
    /// Gets whether it cannot refer to other digests, because two listings agree on a media type that cannot.
    /// </summary>
    public bool HoldsNothing { get; init; }

    /// <summary>The time of the last update according to versions.list, for comparison with later listings.</summary>
    public DateTimeOffset? VersionUpdated { get; init; }

    /// <summary>Its quarantine; null if it has no mark, or if the clean-up does not know of quarantine.</summary>
    public QuarantineState? Quarantine { get; set; }

    /// <summary>The tags that count: all, or all but the marks of <see cref="Quarantine"/>.</summary>
    public TagList Tags => Quarantine?.OtherTags ?? Image.Tags;

    public bool IsTagged => Tags.Count > 0;

    /// <summary>The time of the last update, unless adding the mark explains it.</summary>
    public DateTime? UpdateTime =>
        Image.UpdateTime is DateTime updated && Quarantine?.Explains(updated) is true
            ? Image.UploadTime
            : Image.UpdateTime;

    /// <summary>The existing digests that this index lists.</summary>
    public IReadOnlyList<(ImageNode Node, ManifestEntry Entry)> Children =>
        _children ?? (IReadOnlyList<(ImageNode, ManifestEntry)>)[];

    /// <summary>The indexes that list this digest.</summary>
    public IReadOnlyList<ImageNode> Indexes => _indexes ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>The existing digests that this signature, attestation or SBOM is about: usually one, or none.</summary>
    public IReadOnlyList<ImageNode> Subjects => _subjects ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>The first of <see cref="Subjects"/>.</summary>
    public ImageNode? Subject => _subjects?[0];

    /// <summary>The digests that refer to this one as their subject.</summary>
    public IReadOnlyList<ImageNode> Referrers => _referrers ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>The existing digests that the tags of this one name: see <see cref="ReferrerTag"/>.</summary>
    public IReadOnlyList<ImageNode> TagSubjects => _tagSubjects ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>The digests that have a tag that names this one.</summary>
    public IReadOnlyList<ImageNode> TagReferrers => _tagReferrers ?? (IReadOnlyList<ImageNode>)[];

    /// <summary>
    /// Gets or sets whether it has tags and all of them name digests that it belongs to. With -IncludeReferrerTag it
    /// then stays or goes with those digests, including its tags.
    /// </summary>
    public bool HasOnlyReferrerTags { get; set; }

    /// <summary>
    /// Gets or sets whether <see cref="HasOnlyReferrerTags"/> counts, so that its tags do not keep it.
    /// </summary>
    public bool FollowsTagSubjects { get; set; }

    /// <summary>
    /// Gets or sets whether its tags do not keep it by themselves: if nothing else does, they go with it.
    /// </summary>
    public bool TagsMayGo { get; set; }

    /// <summary>
    /// A tag that names a digest that this image does not have, so that it is not known what this digest belongs to.
    /// </summary>
    public string? OrphanTag { get; set; }

    /// <summary>
    /// Gets or sets whether this run removed its tags, or put them back, which made it look as if somebody had changed
    /// it.
    /// </summary>
    public bool IsChangedByUs { get; set; }

    /// <summary>
    /// The tags that must be removed before this digest can be deleted: all of its tags. Empty for a digest that has no
    /// tag, or that stays.
    /// </summary>
    public IReadOnlyList<string> TagsToRemove =>
        KeepReason is null && MarkFor is null && TagsMayGo ? Image.Tags : (IReadOnlyList<string>)[];

    /// <summary>
    /// The digest that it is about, according to its manifest, its listing or its tag, whether that digest exists or
    /// not.
    /// </summary>
    public string? SubjectDigest =>
        Content is { Subjects: [string subject, ..] } ? subject
        : Image.SubjectDigest ?? (FollowsTagSubjects ? TagSubjects[0].Image.Digest : null);

    /// <summary>
    /// The reason why it is kept; null while nothing is known to keep it. If it is still null at the end, the digest is
    /// garbage.
    /// </summary>
    public string? KeepReason { get; set; }

    /// <summary>The digest that keeps it, if another digest does.</summary>
    public ImageNode? KeptBy { get; set; }

    /// <summary>Gets or sets whether somebody needs it: it is in use, or kept by a policy.</summary>
    public bool IsNeeded { get; set; }

    /// <summary>
    /// The period of the quarantine in which garbage is put first, instead of being deleted; null if it may go now, or
    /// if it stays.
    /// </summary>
    public TimeSpan? MarkFor { get; set; }

    /// <summary>The progress of its deletion, if it is to be deleted and the sweep has begun.</summary>
    public Deletion? Deletion { get; set; }

    /// <summary>
    /// The digests that are deleted before this one: the indexes that list it and the digests that refer to it, because
    /// the service requires that; and the digests that its tags name, so that no signature is lost whose image then
    /// stays.
    /// </summary>
    public IEnumerable<ImageNode> Parents => Indexes.Concat(Referrers).Concat(GoesAfterTagSubjects ? TagSubjects : []);

    /// <summary>The digests that are deleted after this one: the inverse of <see cref="Parents"/>.</summary>
    public IEnumerable<ImageNode> Held => Children.Select(child => child.Node).Concat(Subjects)
        .Concat(TagReferrers.Where(referrer => referrer.GoesAfterTagSubjects));

    /// <summary>
    /// The kind, taken from the manifest if that was read; an attestation if an index lists it with BuildKit's
    /// annotation.
    /// </summary>
    public ImageKind Kind
    {
        get
        {
            ImageKind kind = Content is null ? Image.ImageKind : ImageKinds.Of(Content, Image.MediaType, Tags);
            return kind is ImageKind.Image
                && Indexes.Any(index => index.Children.Any(child => child.Node == this && child.Entry.IsAttestation))
                ? ImageKind.Attestation
                : kind;
        }
    }

    // An index of referrers lists digests that hold the subject, so the service requires the opposite order.
    private bool GoesAfterTagSubjects => FollowsTagSubjects && Subjects.Count == 0 && Children.Count == 0;

    /// <summary>The reason why it is kept, or why it may be deleted.</summary>
    public string Reason => KeepReason is not null ? KeepReason
        : Quarantine is { } quarantine && MarkFor is null
            ? $"{GarbageReason}; in quarantine since {QuarantineState.Text(quarantine.Since)}"
        : GarbageReason;

    private string GarbageReason =>
        FollowsTagSubjects ? $"{TaggedKind.InWords()} of {TagSubjects[0]} by its tag, which is deleted too"
        : IsStaleImage ? $"nothing keeps it; its {(Tags.Count == 1 ? "tag" : "tags")} {Tags} "
            + $"{(Tags.Count == 1 ? "goes" : "go")} too"
        : Indexes.Count > 0 && Indexes[0] is { TagsMayGo: true, IsTagged: true }
            ? $"part of {Indexes[0]}, which is deleted too"
            : Indexes.Count > 0 ? $"untagged, and so is {Indexes[0]}, which lists it"
        : Subject is not null ? $"{Kind.InWords()} of {Subject}, which is deleted too"
        : "untagged, nothing refers to it";

    /// <summary>
    /// The kind as shown for the digests that its tags name: users do not know about the index of referrers.
    /// </summary>
    public ImageKind TaggedKind => Kind is ImageKind.Index or ImageKind.Image ? ImageKind.Artifact : Kind;

    /// <summary>Gets whether it is deleted although it has tags of its own.</summary>
    private bool IsStaleImage => KeepReason is null && TagsMayGo && IsTagged && !FollowsTagSubjects;

    /// <summary>Converts the decision to the object that users see.</summary>
    public DecidedImage ToDecidedImage(CleanUpRules rules)
    {
        CleanUpDecision decision = KeepReason is not null ? CleanUpDecision.Keep
            : MarkFor is not null ? CleanUpDecision.Mark
            : CleanUpDecision.Delete;
        string? relatedTo = (KeepReason is null ? Parents.FirstOrDefault() ?? Subject : KeptBy)?.Image.Digest;
        return rules.IsForTagged
            ? new StaleImage(Image, Kind, decision, Reason, relatedTo) { Rules = rules }
            : new UntaggedImage(Image, Kind, decision, Reason, relatedTo) { Rules = rules };
    }

    /// <summary>Records that this index lists a digest.</summary>
    public void List(ImageNode child, ManifestEntry entry)
    {
        (_children ??= []).Add((child, entry));
        // All references of an index are connected in one go, so a child that it lists twice already has it last.
        if (child._indexes is null || child._indexes[^1] != this) (child._indexes ??= []).Add(this);
    }

    /// <summary>Records that this digest is about another one.</summary>
    public void ReferTo(ImageNode subject)
    {
        (_subjects ??= []).Add(subject);
        (subject._referrers ??= []).Add(this);
    }

    /// <summary>Records that this digest has a tag that names another one.</summary>
    public void BelongTo(ImageNode subject)
    {
        if (_tagSubjects?.Contains(subject) is true) return;
        (_tagSubjects ??= []).Add(subject);
        (subject._tagReferrers ??= []).Add(this);
    }

    /// <summary>Returns the shortened digest with its tags, for use in reasons.</summary>
    public override string ToString() =>
        IsTagged ? $"{Digest.Shorten(Image.Digest)} ({Tags})" : Digest.Shorten(Image.Digest);
}
