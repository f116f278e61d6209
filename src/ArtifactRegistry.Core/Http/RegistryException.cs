using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>The kind of problem that kept a request, or an operation of several requests, from succeeding.</summary>
public enum RegistryErrorKind
{
    /// <summary>The resource does not exist, or the caller may not know whether it does.</summary>
    NotFound,

    /// <summary>The caller is authenticated but lacks a permission.</summary>
    PermissionDenied,

    /// <summary>There is no token, or the service does not accept the token.</summary>
    Unauthenticated,

    /// <summary>The service does not accept a value that was sent.</summary>
    InvalidArgument,

    /// <summary>Something of that name exists already.</summary>
    AlreadyExists,

    /// <summary>The state of the resource does not allow the change, for example an immutable tag.</summary>
    FailedPrecondition,

    /// <summary>Somebody else changed the resource at the same time.</summary>
    Aborted,

    /// <summary>A quota is used up, and waiting did not help.</summary>
    QuotaExceeded,

    /// <summary>The service failed, and trying again did not help.</summary>
    Unavailable,

    /// <summary>No answer came in time.</summary>
    TimedOut,

    /// <summary>An operation that the service began cannot be followed, so its outcome is not known.</summary>
    OperationLost,

    /// <summary>No connection could be made, or it broke.</summary>
    Unreachable,

    /// <summary>The answer is not what the API documents.</summary>
    UnexpectedAnswer,

    /// <summary>The request is not sent because it is unsafe, such as a token over plain http.</summary>
    UnsafeRequest,

    /// <summary>The tag exists on another digest, and moving it was not allowed.</summary>
    TagPointsElsewhere,

    /// <summary>The tag points to a different digest than the caller expects.</summary>
    TagMoved,

    /// <summary>The digest has tags that were not named, so it is not deleted.</summary>
    StillTagged,

    /// <summary>An index or an image still refers to the digest, so it is not deleted.</summary>
    StillReferenced,

    /// <summary>The project has no cluster of that name.</summary>
    ClusterNotFound,

    /// <summary>A member of a policy does not exist, as far as IAM knows.</summary>
    MemberNotFound,

    /// <summary>The organization's policy does not permit a member.</summary>
    MemberNotAllowed,

    /// <summary>The role does not exist, or cannot be granted there.</summary>
    RoleNotFound,

    /// <summary>A policy would have more members than IAM allows.</summary>
    PolicyFull,

    /// <summary>A VPC Service Controls perimeter keeps the caller out; no role helps.</summary>
    OutsidePerimeter,

    /// <summary>The name identifies more, or less, than the command requires.</summary>
    NameNotSpecific,

    /// <summary>No endpoint of a cluster could be reached, or its certificate is not the cluster's.</summary>
    ClusterUnreachable,

    /// <summary>A service answered for some locations only.</summary>
    LocationUnreachable,

    /// <summary>The caller may not read what runs; the permission is named.</summary>
    NotPermitted,

    /// <summary>The running images could not be read completely.</summary>
    InUseIncomplete,

    /// <summary>The archive cannot be written, so that nothing that it should keep is deleted.</summary>
    ArchiveNotWritable,

    /// <summary>There is no archive, or it is damaged.</summary>
    ArchiveNotReadable,

    /// <summary>A configuration or layer can be had from nowhere.</summary>
    ContentMissing,

    /// <summary>A rule for stale images is not valid, or cannot be applied.</summary>
    InvalidRule,
}

/// <summary>The exception for errors that occur outside this library.</summary>
/// <remarks>Its message and those of its inner exceptions are cleaned: see <see cref="SafeText"/>.</remarks>
/// <param name="kind">The kind of the error, for programs.</param>
/// <param name="message">The message, for people: that of the service, if it sent one.</param>
/// <param name="inner">The cause, if there is one.</param>
public sealed class RegistryException(RegistryErrorKind kind, string message, Exception? inner = null)
    : Exception(SafeText.Clean(message), inner is null ? null : SafeText.Clean(inner))
{
    /// <summary>The kind of the error.</summary>
    public RegistryErrorKind Kind { get; } = kind;

    /// <summary>The HTTP status, if there was a response.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>
    /// The reason from google.rpc.ErrorInfo, for example <c>IAM_PERMISSION_DENIED</c>.
    /// See https://cloud.google.com/apis/design/errors#error_info.
    /// </summary>
    public string? Reason { get; init => field = Cleaned(value); }

    /// <summary>The missing permission, if the service names it.</summary>
    public string? Permission { get; init => field = Cleaned(value); }

    /// <summary>The id or number of the project that an API is disabled in, or whose quota is charged.</summary>
    internal string? Consumer { get; init; }

    /// <summary>The id under which VPC Service Controls logged a refusal.</summary>
    public string? UniqueId { get; init => field = Cleaned(value); }

    /// <summary>The method and address of the request, without query and secrets.</summary>
    public string? Request { get; init => field = Cleaned(value); }

    /// <summary>The advice, if more is known than the kind of the error says; otherwise null.</summary>
    public string? Advice { get; init => field = Cleaned(value); }

    /// <summary>The time that the service asked to wait before another attempt.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The ways to sign in that the service offers, from its WWW-Authenticate headers (RFC 9110).</summary>
    internal IReadOnlyList<AuthenticationHeaderValue> Challenges { get; set; } = [];

    /// <summary>Gets whether the message names its subject, so that it needs no prefix.</summary>
    internal bool NamesItsSubject { get; init; }

    /// <summary>
    /// Gets the reason for the row of its subject: what happened in a few words, without the subject's name. It is the
    /// message unless there is a shorter one.
    /// </summary>
    [AllowNull]
    internal string RowReason
    {
        get => field ?? Message.TrimEnd('.');
        init => field = Cleaned(value);
    }

    /// <summary>Gets whether no connection was made, so that the request was certainly not carried out.</summary>
    internal bool NeverSent { get; init; }

    /// <summary>
    /// Gets whether the outcome of this attempt at a change, or of an earlier one, is not known: the change may have
    /// been made, and a 404 may be due to the first attempt having succeeded.
    /// </summary>
    internal bool AfterLostAnswer { get; init; }

    /// <summary>Gets whether no further attempt can resolve the error.</summary>
    internal bool IsFinal { get; init; }

    /// <summary>Gets whether the response exceeded the maximum size; fewer items per page may help.</summary>
    internal bool IsTooLarge { get; init; }

    /// <summary>
    /// Gets whether the request may have been carried out although there was no proper response: the connection broke,
    /// the time ran out, the server failed, or a successful response cannot be read.
    /// </summary>
    public bool OutcomeUnknown => Kind switch
    {
        RegistryErrorKind.Unavailable or RegistryErrorKind.TimedOut => true,
        RegistryErrorKind.Unreachable => !NeverSent,
        // A redirect, and a refusal for an unknown reason, are answers; so is 501.
        RegistryErrorKind.UnexpectedAnswer => (int?)Status is null or (>= 200 and < 300) or (>= 500 and not 501),
        _ => false,
    };

    private static string? Cleaned(string? text) => text is null ? null : SafeText.Clean(text);

    /// <summary>Gets a copy with a better message, with this one as its cause.</summary>
    internal RegistryException WithMessage(
        string message,
        string? advice = null,
        bool namesItsSubject = false,
        bool afterLostAnswer = false,
        RegistryErrorKind? kind = null,
        string? rowReason = null) =>
        new(kind ?? Kind, message, this)
        {
            Status = Status,
            Reason = Reason,
            Permission = Permission,
            Consumer = Consumer,
            UniqueId = UniqueId,
            Request = Request,
            RetryAfter = RetryAfter,
            Challenges = Challenges,
            NeverSent = NeverSent,
            IsFinal = IsFinal,
            IsTooLarge = IsTooLarge,
            AfterLostAnswer = AfterLostAnswer || afterLostAnswer,
            Advice = advice ?? Advice,
            NamesItsSubject = namesItsSubject,
            RowReason = rowReason,
        };
}
