namespace ArtifactRegistry.Emulator;

/// <summary>
/// How the emulated services behave where that is a matter of choice. May be changed while requests run.
/// </summary>
/// <remarks>
/// Each property from <see cref="PageSize"/> on stands for something that Google does not document, so a client has to
/// cope with every setting. The defaults are the strictest of the likely answers.
/// </remarks>
public sealed class Behaviour
{
    /// <summary>How long every request takes at least.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>How far the clock that the Date of an answer is taken from is ahead of this machine's.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>What goes wrong.</summary>
    public FaultCollection Faults { get; } = [];

    /// <summary>Called before a request is handled, for changes by somebody else in between.</summary>
    public Action<RecordedRequest>? BeforeHandling { get; set; }

    /// <summary>
    /// Whether a request answers 401 that has none of <see cref="AcceptedTokens"/>, and none that was given out to who
    /// signed in.
    /// </summary>
    public bool RequireToken { get; set; }

    /// <summary>The access tokens that are accepted while <see cref="RequireToken"/> is set.</summary>
    public IReadOnlyList<string> AcceptedTokens { get; set; } = [];

    /// <summary>The permissions that the caller does not have.</summary>
    public IReadOnlyList<Denial> Denials { get; set; } = [];

    /// <summary>
    /// Members that IAM knows nothing about, for example <c>serviceAccount:gone@p.iam.gserviceaccount.com</c>.
    /// </summary>
    public IReadOnlyList<string> MissingMembers { get; set; } = [];

    /// <summary>
    /// Gets or sets whether a policy is refused that names a deleted member and, without the mark, one of the same name.
    /// </summary>
    public bool InconsistentMembers { get; set; }

    /// <summary>
    /// Members that the organisation does not permit in a policy (domain restricted sharing); <c>*</c> stands for any
    /// text. Those that are in a policy already may stay.
    /// </summary>
    public IReadOnlyList<string> ForbiddenMembers { get; set; } = [];

    /// <summary>The permissions that a perimeter of VPC Service Controls keeps from the caller.</summary>
    public IReadOnlyList<Denial> Perimeter { get; set; } = [];

    /// <summary>How many policies that name a service account just created are refused: IAM learns of it with time.</summary>
    public int NewAccountRefusals { get; set; }

    /// <summary>How many deletions a second are allowed; more get 429. No limit if absent.</summary>
    public int? DeletesPerSecond { get; set; }

    /// <summary>How many names <c>versions:batchDelete</c> takes; 75 or 50 were seen.</summary>
    public int BatchDeleteLimit { get; set; } = 75;

    /// <summary>Page size where the request names none.</summary>
    public int PageSize { get; set; } = 50;

    /// <summary>Largest page size; a request for more gets this.</summary>
    public int MaximumPageSize { get; set; } = 1000;

    /// <summary>Pages hold no more than this, whatever was asked for.</summary>
    public int? PageSizeCap { get; set; }

    /// <summary>Whether a page's token leads to the same page again: a broken server.</summary>
    public bool RepeatPageToken { get; set; }

    /// <summary>How the deletion of a tagged version without <c>force</c> is refused.</summary>
    public TaggedDeleteRefusal TaggedDelete { get; set; }

    /// <summary>What the creation of a tag that exists says.</summary>
    public string TagConflictText { get; set; } = "Requested entity already exists";

    /// <summary>Whether PATCH of a tag that does not exist creates it; else 404.</summary>
    public bool PatchCreatesTag { get; set; }

    /// <summary>Whether <c>force</c> deletes tagged versions of a repository with immutable tags.</summary>
    public bool ForceBeatsImmutability { get; set; }

    /// <summary>The <c>Retry-After</c> header of 429 and 503 answers; none if absent.</summary>
    public string? RetryAfter { get; set; }

    /// <summary>When <c>imageManifests</c> is filled.</summary>
    public ImageManifestsField ImageManifests { get; set; }

    /// <summary>Whether <c>subjectDigest</c> is filled. The public API does not have the field.</summary>
    public bool SubjectDigest { get; set; }

    /// <summary>Whether a query parameter that the method does not have is passed over; else it is refused with 400.</summary>
    public bool IgnoresUnknownParameters { get; set; }

    /// <summary>
    /// Whether <c>/v2/</c> serves a manifest of a media type that the Accept header does not name; else it answers 404
    /// <c>MANIFEST_UNKNOWN</c>, also to <c>*/*</c>.
    /// </summary>
    public bool IgnoresAccept { get; set; }

    /// <summary>The shapes of answers that are not Google's.</summary>
    public OlderShapes OlderShapes { get; set; }

    /// <summary>
    /// Changes the bytes that <c>/v2/</c> serves as the manifest of a digest; called with the request, the digest and
    /// the manifest.
    /// </summary>
    public Func<RecordedRequest, string, byte[], byte[]>? ServedManifest { get; set; }

    /// <summary>
    /// Whether the deletion of an index also deletes the children that no tag and no other digest holds; reports differ.
    /// </summary>
    public bool ChildrenGoWithIndex { get; set; }

    /// <summary>
    /// What listings of images, versions and tags leave out; called with the request and the digest or the tag.
    /// </summary>
    public Func<RecordedRequest, string, bool>? ListingGap { get; set; }

    /// <summary>How long listings do not show a new digest or a moved tag.</summary>
    public TimeSpan ListingLag { get; set; }

    /// <summary>How many items of a page the next page shows once more.</summary>
    public int PageOverlap { get; set; }

    /// <summary>Digests that <c>dockerImages.list</c> does not have yet, though they are there.</summary>
    public Func<string, bool>? NotYetListed { get; set; }

    /// <summary>What <c>dockerImages.list</c> does with a filter.</summary>
    public FilterSupport DockerImageFilter { get; set; } = FilterSupport.Rejected;

    /// <summary>How many tags DockerImage.tags holds at most; no limit if absent.</summary>
    public int? DockerImageTagCap { get; set; }

    /// <summary>What <c>packages.delete</c> does with a package that holds an index.</summary>
    public PackageDelete PackageDelete { get; set; }

    /// <summary>What happens to policies with conditions when a caller does not speak policy version 3.</summary>
    public ConditionalPolicies ConditionalPolicies { get; set; }

    /// <summary>How many times an operation is asked for until it is done; with 0 it is done at once.</summary>
    /// <remarks>
    /// The work is done when the operation is: who does not wait for a deletion finds the image still there.
    /// </remarks>
    public int OperationPolls { get; set; } = 1;

    /// <summary>After this time an operation is done however often it was asked for.</summary>
    public TimeSpan OperationTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What becomes of the operation that a request starts.</summary>
    public Func<RecordedRequest, OperationFate>? OperationFate { get; set; }

    /// <summary>In how many further listings of a repository a deleted digest is still shown.</summary>
    public int StaleListings { get; set; }

    /// <summary>How many attempts to delete a child are still refused after its last parent has gone.</summary>
    public int SettleAttempts { get; set; }

    /// <summary>How long a child refuses deletion after its last parent has gone; some 8 s were observed.</summary>
    public TimeSpan SettleTime { get; set; }
}
