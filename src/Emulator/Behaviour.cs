using ArtifactRegistry.Emulator.Workloads;

namespace ArtifactRegistry.Emulator;

/// <summary>
/// The configurable behavior of the emulated services. May be changed while requests run.
/// </summary>
/// <remarks>
/// Each property from <see cref="PageSize"/> on is about something that Google does not document, so a client must
/// handle every setting. The defaults are the strictest likely behavior.
/// </remarks>
public sealed class Behaviour
{
    /// <summary>The minimum time that every request takes.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>The time by which the clock for the Date header of responses is ahead of this machine's.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>The faults to inject.</summary>
    public FaultCollection Faults { get; } = [];

    /// <summary>Called before a request is handled, to simulate changes by somebody else in between.</summary>
    public Action<RecordedRequest>? BeforeHandling { get; set; }

    /// <summary>
    /// Gets or sets whether a request is answered with 401 unless it has one of <see cref="AcceptedTokens"/> or a token
    /// that was issued at sign-in.
    /// </summary>
    public bool RequireToken { get; set; }

    /// <summary>The access tokens that are accepted while <see cref="RequireToken"/> is set.</summary>
    public IReadOnlyList<string> AcceptedTokens { get; set; } = [];

    /// <summary>
    /// The sign-in of <c>/v2/</c> if that is not Google's, as of a registry elsewhere that images are copied from.
    /// </summary>
    public ExternalSignIn? ExternalSignIn { get; set; }

    /// <summary>The permissions that the caller does not have.</summary>
    public IReadOnlyList<Denial> Denials { get; set; } = [];

    /// <summary>
    /// The members that IAM does not know, for example <c>user:gone@example.com</c>. It never knows a service account
    /// that no project has.
    /// </summary>
    public IReadOnlyList<string> MissingMembers { get; set; } = [];

    /// <summary>
    /// Gets or sets whether a policy is refused if it contains a deleted member and one of the same name that is not
    /// marked as deleted.
    /// </summary>
    public bool InconsistentMembers { get; set; }

    /// <summary>
    /// The members that the organization does not permit in a policy (domain restricted sharing); <c>*</c> stands for
    /// any text. Members that are in a policy already may stay.
    /// </summary>
    public IReadOnlyList<string> ForbiddenMembers { get; set; } = [];

    /// <summary>The permissions that a perimeter of VPC Service Controls keeps from the caller.</summary>
    public IReadOnlyList<Denial> Perimeter { get; set; } = [];

    /// <summary>
    /// The APIs that are disabled, as <c>PROJECT/SERVICE</c>, for example <c>games/run.googleapis.com</c>. Only Cloud
    /// Run and Kubernetes Engine look.
    /// </summary>
    public IReadOnlyList<string> DisabledApis { get; set; } = [];

    /// <summary>
    /// The project that <see cref="DisabledApis"/> are said to be disabled in, if it is another one, whose quota is
    /// charged.
    /// </summary>
    public string? DisabledApiConsumer { get; set; }

    /// <summary>
    /// The number of policies with a new service account that are refused, because IAM learns about it with a delay.
    /// </summary>
    public int NewAccountRefusals { get; set; }

    /// <summary>The faults of clusters.</summary>
    public IReadOnlyList<ClusterFault> ClusterFaults { get; set; } = [];

    /// <summary>The form in which clusters report the <c>imageID</c> of containers.</summary>
    public ImageIdForm ImageIds { get; set; }

    /// <summary>
    /// The number of requests for a further page of a Kubernetes list that are answered with 410 <c>Expired</c>, as if
    /// the list had taken too long.
    /// </summary>
    public int ExpiredContinues { get; set; }

    /// <summary>The number of deletions per second that are allowed; more get 429. No limit if null.</summary>
    public int? DeletesPerSecond { get; set; }

    /// <summary>The maximum number of names for <c>versions:batchDelete</c>; 75 and 50 were observed.</summary>
    public int BatchDeleteLimit { get; set; } = 75;

    /// <summary>The page size if the request does not specify one.</summary>
    public int PageSize { get; set; } = 50;

    /// <summary>The maximum page size; a request for more gets this.</summary>
    public int MaximumPageSize { get; set; } = 1000;

    /// <summary>The maximum number of items in a page, whatever was requested.</summary>
    public int? PageSizeCap { get; set; }

    /// <summary>
    /// The number of entries in a page of the referrers of a digest; all in one answer if null. Whether Google has
    /// pages there is not known; the specification allows them.
    /// </summary>
    public int? ReferrersPageSize { get; set; }

    /// <summary>Gets or sets whether a page token leads to the same page again, as in a broken server.</summary>
    public bool RepeatPageToken { get; set; }

    /// <summary>The way in which the deletion of a tagged version without <c>force</c> is refused.</summary>
    public TaggedDeleteRefusal TaggedDelete { get; set; }

    /// <summary>The error message for the creation of a tag that exists.</summary>
    public string TagConflictText { get; set; } = "Requested entity already exists";

    /// <summary>Gets or sets whether PATCH of a tag that does not exist creates it; otherwise it gets 404.</summary>
    public bool PatchCreatesTag { get; set; }

    /// <summary>
    /// Gets or sets whether <c>force</c> deletes tagged versions of a repository with immutable tags.
    /// </summary>
    public bool ForceBeatsImmutability { get; set; }

    /// <summary>The <c>Retry-After</c> header of 429 and 503 responses; none if null.</summary>
    public string? RetryAfter { get; set; }

    /// <summary>Defines when <c>imageManifests</c> is filled.</summary>
    public ImageManifestsField ImageManifests { get; set; }

    /// <summary>Gets or sets whether <c>subjectDigest</c> is filled. The public API does not have the field.</summary>
    public bool SubjectDigest { get; set; }

    /// <summary>
    /// Gets or sets whether a query parameter that the method does not have is ignored; otherwise it is rejected with
    /// 400.
    /// </summary>
    public bool IgnoresUnknownParameters { get; set; }

    /// <summary>
    /// Gets or sets whether <c>/v2/</c> serves a manifest of a media type that the Accept header does not name;
    /// otherwise it answers 404 <c>MANIFEST_UNKNOWN</c>, even to <c>*/*</c>.
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
    /// Changes the bytes that are served as a blob; called with the request, the digest and the blob.
    /// </summary>
    public Func<RecordedRequest, string, byte[], byte[]>? ServedBlob { get; set; }

    /// <summary>
    /// Gets or sets whether a blob is never mounted: 202, so that the client uploads it. Whether Google mounts across
    /// repositories is not known.
    /// </summary>
    public bool RefusesMounts { get; set; }

    /// <summary>
    /// Gets or sets whether a download of a blob is redirected to another host, which refuses a request with an
    /// <c>Authorization</c> header.
    /// </summary>
    public bool RedirectsBlobs { get; set; }

    /// <summary>The number of uploads whose address is no longer known when the client goes on with them.</summary>
    public int ExpiredUploads { get; set; }

    /// <summary>
    /// Gets or sets whether the deletion of an index also deletes the children that no tag and no other digest holds;
    /// reports differ.
    /// </summary>
    public bool ChildrenGoWithIndex { get; set; }

    /// <summary>
    /// Returns whether listings of images, versions and tags omit an item; called with the request and the digest or
    /// tag.
    /// </summary>
    public Func<RecordedRequest, string, bool>? ListingGap { get; set; }

    /// <summary>The time for which listings do not show a new digest or a moved tag.</summary>
    public TimeSpan ListingLag { get; set; }

    /// <summary>The number of items of a page that the next page repeats.</summary>
    public int PageOverlap { get; set; }

    /// <summary>Returns whether <c>dockerImages.list</c> does not contain a digest yet although it exists.</summary>
    public Func<string, bool>? NotYetListed { get; set; }

    /// <summary>The support of <c>dockerImages.list</c> for a filter.</summary>
    public FilterSupport DockerImageFilter { get; set; } = FilterSupport.Rejected;

    /// <summary>The maximum number of tags in DockerImage.tags; no limit if null.</summary>
    public int? DockerImageTagCap { get; set; }

    /// <summary>The behavior of <c>packages.delete</c> for a package that contains an index.</summary>
    public PackageDelete PackageDelete { get; set; }

    /// <summary>The behavior for policies with conditions if a caller does not use policy version 3.</summary>
    public ConditionalPolicies ConditionalPolicies { get; set; }

    /// <summary>The number of requests for an operation until it is done; with 0 it is done at once.</summary>
    /// <remarks>
    /// The work is done when the operation is done: a client that does not wait for a deletion finds that the image
    /// still exists.
    /// </remarks>
    public int OperationPolls { get; set; } = 1;

    /// <summary>The time after which an operation is done, no matter how often it was requested.</summary>
    public TimeSpan OperationTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Gets the outcome of the operation that a request starts.</summary>
    public Func<RecordedRequest, OperationFate>? OperationFate { get; set; }

    /// <summary>The number of further listings of a repository that still show a deleted digest.</summary>
    public int StaleListings { get; set; }

    /// <summary>
    /// The number of attempts to delete a child that are still refused after its last parent is gone.
    /// </summary>
    public int SettleAttempts { get; set; }

    /// <summary>
    /// The time for which the deletion of a child is refused after its last parent is gone; about 8 s were observed.
    /// </summary>
    public TimeSpan SettleTime { get; set; }

    /// <summary>
    /// The time for which a blob stays after the last manifest that refers to it is gone. See also <see
    /// cref="RegistryState.CollectBlobs"/>.
    /// </summary>
    public TimeSpan CollectBlobsAfter { get; set; }

    /// <summary>
    /// Gets or sets whether HEAD and the check of a pushed manifest still see a blob that was collected, as in
    /// registries that remember what they had; GET answers 404.
    /// </summary>
    public bool RemembersCollectedBlobs { get; set; }

    /// <summary>Gets the time at which an unused blob is collected; null for at once.</summary>
    internal DateTimeOffset? CollectionDue(DateTimeOffset now) =>
        CollectBlobsAfter > TimeSpan.Zero ? now + CollectBlobsAfter : null;

    /// <summary>
    /// Returns whether a page token is too old, and counts it. Call this while the state's lock is held.
    /// </summary>
    internal bool TakeExpiredContinue() => ExpiredContinues > 0 && ExpiredContinues-- > 0;

    /// <summary>Returns whether an upload has expired, and counts it, in the same way.</summary>
    internal bool TakeExpiredUpload() => ExpiredUploads > 0 && ExpiredUploads-- > 0;
}
