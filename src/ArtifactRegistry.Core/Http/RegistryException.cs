using System.Net;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>What kept a request, or an operation made of several, from succeeding.</summary>
public enum RegistryErrorKind
{
    /// <summary>The resource does not exist, or the caller may not know whether it does.</summary>
    NotFound,

    /// <summary>The caller is known and lacks a permission.</summary>
    PermissionDenied,

    /// <summary>There is no token, or the service does not accept it.</summary>
    Unauthenticated,

    /// <summary>The service does not understand a value that was sent.</summary>
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

    /// <summary>An operation that the service began cannot be followed, so what becomes of it cannot be told.</summary>
    OperationLost,

    /// <summary>No connection could be made, or it broke.</summary>
    Unreachable,

    /// <summary>The answer is not what the API documents.</summary>
    UnexpectedAnswer,

    /// <summary>A request that this module does not send, such as a token over plain http.</summary>
    UnsafeRequest,

    /// <summary>The tag exists on another digest, and nobody said that it may move.</summary>
    TagPointsElsewhere,

    /// <summary>The tag points to another digest than the caller saw.</summary>
    TagMoved,

    /// <summary>The digest has tags that were not named, so it is not deleted.</summary>
    StillTagged,

    /// <summary>An index or an image still refers to the digest, so it is not deleted.</summary>
    StillReferenced,

    /// <summary>The project has no cluster of that name.</summary>
    ClusterNotFound,

    /// <summary>A member of a policy does not exist, as far as IAM knows.</summary>
    MemberNotFound,

    /// <summary>The organisation's policy does not permit a member.</summary>
    MemberNotAllowed,

    /// <summary>The role does not exist, or cannot be granted there.</summary>
    RoleNotFound,

    /// <summary>A policy would have more members than IAM allows.</summary>
    PolicyFull,

    /// <summary>A perimeter of VPC Service Controls keeps the caller out; no role helps.</summary>
    OutsidePerimeter,

    /// <summary>The name stands for more, or for less, than the command is about.</summary>
    NameNotSpecific,
}

/// <summary>The exception that Core throws for everything that goes wrong outside of it.</summary>
/// <remarks>Its message and those of its causes are clean: see <see cref="SafeText"/>.</remarks>
/// <param name="kind">What went wrong, for code.</param>
/// <param name="message">What went wrong, for people: the service's own words where it gave any.</param>
/// <param name="inner">The cause, if there is one.</param>
public sealed class RegistryException(RegistryErrorKind kind, string message, Exception? inner = null)
    : Exception(SafeText.Clean(message), inner is null ? null : SafeText.Clean(inner))
{
    /// <summary>What went wrong.</summary>
    public RegistryErrorKind Kind { get; } = kind;

    /// <summary>The HTTP status, if there was an answer.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>
    /// The reason from google.rpc.ErrorInfo, for example <c>IAM_PERMISSION_DENIED</c>.
    /// See https://cloud.google.com/apis/design/errors#error_info.
    /// </summary>
    public string? Reason { get; init => field = Cleaned(value); }

    /// <summary>The missing permission, where the service names it.</summary>
    public string? Permission { get; init => field = Cleaned(value); }

    /// <summary>The id under which VPC Service Controls logged a refusal.</summary>
    public string? UniqueId { get; init => field = Cleaned(value); }

    /// <summary>Method and address of the request, without query and without secrets.</summary>
    public string? Request { get; init => field = Cleaned(value); }

    /// <summary>What to do about it, where more is known than its kind tells; null if not.</summary>
    public string? Advice { get; init => field = Cleaned(value); }

    /// <summary>How long the service asked to wait before another try.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True if the message names what it is about, so that nothing has to stand before it.</summary>
    internal bool NamesItsSubject { get; init; }

    /// <summary>True if no connection came about, so that the request surely was not carried out.</summary>
    internal bool NeverSent { get; init; }

    /// <summary>
    /// True if the outcome of this try of a change, or of one before it, is not known: what was asked for may be done, and
    /// a 404 may be the answer to our own first try.
    /// </summary>
    internal bool AfterLostAnswer { get; init; }

    /// <summary>Gets whether another attempt cannot mend it.</summary>
    internal bool IsFinal { get; init; }

    /// <summary>Gets whether the answer was larger than is read; fewer items a page may help.</summary>
    internal bool IsTooLarge { get; init; }

    /// <summary>
    /// True if the request may have been carried out although no proper answer came: a broken connection,
    /// a time-out, a server error, a success that cannot be read.
    /// </summary>
    public bool OutcomeUnknown => Kind switch
    {
        RegistryErrorKind.Unavailable or RegistryErrorKind.TimedOut => true,
        RegistryErrorKind.Unreachable => !NeverSent,
        // A redirect and a refusal for a reason that we do not know are answers; 501 is one too.
        RegistryErrorKind.UnexpectedAnswer => (int?)Status is null or (>= 200 and < 300) or (>= 500 and not 501),
        _ => false,
    };

    private static string? Cleaned(string? text) => text is null ? null : SafeText.Clean(text);

    /// <summary>Gets a copy with a better message, caused by this one.</summary>
    internal RegistryException WithMessage(
        string message,
        string? advice = null,
        bool namesItsSubject = false,
        bool afterLostAnswer = false,
        RegistryErrorKind? kind = null) =>
        new(kind ?? Kind, message, this)
        {
            Status = Status,
            Reason = Reason,
            Permission = Permission,
            UniqueId = UniqueId,
            Request = Request,
            RetryAfter = RetryAfter,
            NeverSent = NeverSent,
            IsFinal = IsFinal,
            IsTooLarge = IsTooLarge,
            AfterLostAnswer = AfterLostAnswer || afterLostAnswer,
            Advice = advice ?? Advice,
            NamesItsSubject = namesItsSubject,
        };
}
