using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>One kind of error as users meet it.</summary>
/// <param name="Id">The first part of FullyQualifiedErrorId. Scripts depend on it, so it never changes.</param>
/// <param name="Category">The category.</param>
/// <param name="Meaning">What happened, for the table in about_ArtifactRegistry.</param>
/// <param name="Advice">What to do where nothing better is known: RecommendedAction.</param>
internal sealed record ErrorEntry(string Id, ErrorCategory Category, string Meaning, string Advice);

/// <summary>Every error that this module writes. The table in about_ArtifactRegistry lists them.</summary>
internal static class ErrorCatalog
{
    private static readonly Dictionary<RegistryErrorKind, ErrorEntry> ByKind = new()
    {
        [RegistryErrorKind.NotFound] = new(
            "NotFound", ErrorCategory.ObjectNotFound, "what was named does not exist; the message says which part of the name",
            "Check the spelling of location, project, repository and image: Get-ArRepository and Get-ArImage list what is there."),
        [RegistryErrorKind.PermissionDenied] = new(
            "AccessDenied", ErrorCategory.PermissionDenied, "a permission is missing; the message names it and a role that has it",
            "Ask for a role that has the permission, and check the name: the service answers the same where nothing of that name exists."),
        [RegistryErrorKind.Unauthenticated] = new(
            "NotAuthenticated", ErrorCategory.AuthenticationError, "there are no credentials, or the service does not accept them",
            "A person runs: gcloud auth application-default login. A scheduled script begins with: Connect-ArRegistry -CredentialFile KEY.json"),
        [RegistryErrorKind.InvalidArgument] = new(
            "InvalidArgument", ErrorCategory.InvalidArgument, "a value is not one that the service, or the parameter, takes",
            "Get-Help about_ArtifactRegistry tells how names and values are written."),
        [RegistryErrorKind.AlreadyExists] = new(
            "AlreadyExists", ErrorCategory.ResourceExists, "something of that name exists already",
            "Use what is there, or choose another name."),
        [RegistryErrorKind.FailedPrecondition] = new(
            "NotAllowedByState", ErrorCategory.InvalidOperation,
            "the state of the resource forbids the change, for example a tag that is immutable",
            "See the settings of the repository: Get-ArRepository | Format-List Uri, Mode, ImmutableTags"),
        [RegistryErrorKind.Aborted] = new(
            "ConcurrentChange", ErrorCategory.ResourceBusy, "somebody else changed it at the same time",
            "Look at what is there now, and run the command again."),
        [RegistryErrorKind.QuotaExceeded] = new(
            "QuotaExceeded", ErrorCategory.LimitsExceeded, "the quota of requests is used up, and waiting did not help",
            "Wait a minute and run the command again, or use a smaller -ThrottleLimit."),
        [RegistryErrorKind.Unavailable] = new(
            "ServiceUnavailable", ErrorCategory.ResourceUnavailable, "the service failed, and so did several further tries",
            "The service failed several times. Run the command again later."),
        [RegistryErrorKind.TimedOut] = new(
            "TimedOut", ErrorCategory.OperationTimeout, "no answer came in time; what was asked for may have been done",
            "Run the command again; Connect-ArRegistry -TimeoutSec allows more time for a request, -OperationTimeoutSec for a deletion."),
        [RegistryErrorKind.OperationLost] = new(
            "OperationLost", ErrorCategory.ResourceUnavailable, "the service lost the deletion that it had begun; it is still there",
            "Run the command again."),
        [RegistryErrorKind.Unreachable] = new(
            "Unreachable", ErrorCategory.ConnectionError, "no connection could be made, or it broke",
            "Check the network, the proxy (HTTPS_PROXY) and the endpoint that Get-ArConnection shows."),
        [RegistryErrorKind.UnexpectedAnswer] = new(
            "UnexpectedAnswer", ErrorCategory.InvalidResult, "the answer is not what Google documents, for example that of a proxy",
            "Check the endpoint that Get-ArConnection shows, and what stands between; -Debug shows the answers."),
        [RegistryErrorKind.UnsafeRequest] = new(
            "UnsafeRequest", ErrorCategory.SecurityError, "a token would have travelled unprotected, so nothing was sent",
            "Use https; plain http is for an emulator on this machine alone."),
        [RegistryErrorKind.TagPointsElsewhere] = new(
            "TagExists", ErrorCategory.ResourceExists, "the tag is on another digest, and nobody said that it may move",
            "Use -Force to move it, or -ExpectedDigest to move it only from there."),
        [RegistryErrorKind.TagMoved] = new(
            "TagMoved", ErrorCategory.ResourceBusy, "the tag is by now on another digest than the one that was seen",
            "List the tags again and decide anew."),
        [RegistryErrorKind.StillTagged] = new(
            "ImageTagged", ErrorCategory.InvalidOperation, "the image has tags that were not named, so it was not deleted",
            "Use -DeleteTags to delete the image together with these tags."),
        [RegistryErrorKind.StillReferenced] = new(
            "ImageReferenced", ErrorCategory.InvalidOperation, "an index or another image refers to it, so it was not deleted",
            "Delete what refers to it first; Remove-ArUntaggedImage does that in the right order for what is untagged."),
        [RegistryErrorKind.ClusterNotFound] = new(
            "NotFound", ErrorCategory.ObjectNotFound, "", "Get-ArNodeServiceAccount without -Cluster lists what is there."),
        [RegistryErrorKind.MemberNotFound] = new(
            "MemberNotFound", ErrorCategory.ObjectNotFound, "IAM knows no such member",
            "Check the spelling, and that the account was not deleted. IAM may need a minute to know a new one."),
        [RegistryErrorKind.MemberNotAllowed] = new(
            "MemberNotAllowed", ErrorCategory.SecurityError, "the policy of the organisation does not permit the member",
            "The organisation permits members of some customers only (constraint iam.allowedPolicyMemberDomains). Who "
            + "administers the organisation's policies can allow this member's, or name an account that is inside."),
        [RegistryErrorKind.RoleNotFound] = new(
            "RoleNotFound", ErrorCategory.InvalidArgument, "there is no such role, or it cannot be granted there",
            "The roles of Artifact Registry are completed after -Role; the one for pulling is roles/artifactregistry.reader."),
        [RegistryErrorKind.PolicyFull] = new(
            "PolicyFull", ErrorCategory.LimitsExceeded, "the policy would have more members than IAM allows",
            "Grant to a group and put the members into it, or revoke what is not needed any more: Get-ArReader lists it."),
        [RegistryErrorKind.OutsidePerimeter] = new(
            "OutsidePerimeter", ErrorCategory.PermissionDenied, "VPC Service Controls keep the caller out; no role helps",
            "VPC Service Controls refused this: ask who administers the perimeter."),
        [RegistryErrorKind.NameNotSpecific] = new(
            "NameNotSpecific", ErrorCategory.InvalidArgument,
            "the name stands for more, or for something else, than the command is about",
            "Get-ArImage and Get-ArImageTag list names that can be pasted or piped; Get-Help about_ArtifactRegistry tells what a name may be."),
    };

    private static readonly ErrorEntry[] Others =
    [
        new("InvalidImageName", ErrorCategory.InvalidArgument, "the text is no name of an image in Artifact Registry",
            "Get-ArRepository and Get-ArImage list names that can be pasted or piped, and the Tab key completes them."),
        new("ConfirmationRequired", ErrorCategory.PermissionDenied, "a question is due and nobody can answer it; nothing was changed",
            "In a script say -Confirm:$false if that is what you mean; -WhatIf shows what would be done."),
        new("InvalidAge", ErrorCategory.InvalidArgument, "-OlderThan is no age and no time in the past",
            "Say for example -OlderThan 30d, or 0s for no limit; (Get-Date).AddDays(-30), with a minus, is thirty days ago."),
        new("InUseEmpty", ErrorCategory.InvalidArgument, "-InUse names nothing, so that everything would look unused",
            "Look at what the command that should say what runs has brought; use -AllowEmptyInUse if nothing really runs."),
        new("InvalidThreshold", ErrorCategory.InvalidArgument, "-AbortAbove is neither a count nor a percentage",
            "Say for example -AbortAbove 500 or -AbortAbove '50%'."),
        new("InvalidTimeLimit", ErrorCategory.InvalidArgument, "-TimeLimit is no time with a unit",
            "Say for example -TimeLimit 30m or -TimeLimit 2h."),
        new("TooManyToDelete", ErrorCategory.LimitsExceeded, "more would be deleted than -AbortAbove allows; nothing was",
            "Look at Get-ArUntaggedImage, and raise the limit if this is right."),
        new("JournalNotWritable", ErrorCategory.WriteError, "the file of -JournalPath cannot be written; nothing is deleted that it cannot note",
            "Give a path in a folder that exists and that you may write to."),
        new("UnexpectedError", ErrorCategory.NotSpecified, "a defect of this module, or of what it runs on",
            "This should not happen. Get-Error shows what a report needs."),
    ];

    /// <summary>All entries, one an id.</summary>
    public static IReadOnlyList<ErrorEntry> All { get; } = [.. ByKind.Values.Concat(Others).DistinctBy(entry => entry.Id)];

    /// <summary>The entry of a kind.</summary>
    public static ErrorEntry Of(RegistryErrorKind kind) => ByKind[kind];

    /// <summary>The entry of an id.</summary>
    public static ErrorEntry Of(string id) => Others.Single(entry => entry.Id == id);
}
