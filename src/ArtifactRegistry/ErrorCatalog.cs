using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>One kind of error as users see it.</summary>
/// <param name="Id">The first part of FullyQualifiedErrorId. Scripts depend on it, so it never changes.</param>
/// <param name="Category">The category.</param>
/// <param name="Meaning">
/// What happened, as a sentence for the table in about_ArtifactRegistry, which the build creates from this.
/// </param>
/// <param name="Advice">The RecommendedAction if nothing more specific is known.</param>
internal sealed record ErrorEntry(string Id, ErrorCategory Category, string Meaning, string Advice);

/// <summary>Every error that this module writes. The table in about_ArtifactRegistry lists them.</summary>
internal static class ErrorCatalog
{
    private static readonly Dictionary<RegistryErrorKind, ErrorEntry> ByKind = new()
    {
        [RegistryErrorKind.NotFound] = new(
            "NotFound",
            ErrorCategory.ObjectNotFound,
            "It does not exist, or you are not allowed to see it.",
            "Check the spelling of location, project, repository and image: Get-ArRepository and Get-ArImage list what "
                + "is there."
        ),
        [RegistryErrorKind.PermissionDenied] = new(
            "AccessDenied",
            ErrorCategory.PermissionDenied,
            "A permission is missing; the advice names a role.",
            "Ask for a role that has the permission, and check the name: the service answers the same where nothing of "
                + "that name exists."
        ),
        [RegistryErrorKind.Unauthenticated] = new(
            "NotAuthenticated",
            ErrorCategory.AuthenticationError,
            "There are no credentials, or they were refused.",
            "A person runs: gcloud auth application-default login. A scheduled script begins with: Connect-ArRegistry "
                + "-CredentialFile KEY.json"
        ),
        [RegistryErrorKind.InvalidArgument] = new(
            "InvalidArgument", ErrorCategory.InvalidArgument, "The service rejected the request as invalid.",
            "Get-Help about_ArtifactRegistry says how names and values are written."),
        [RegistryErrorKind.AlreadyExists] = new(
            "AlreadyExists", ErrorCategory.ResourceExists, "Something of that name exists already.",
            "Use the existing one, or choose another name."),
        [RegistryErrorKind.FailedPrecondition] = new(
            "NotAllowedByState", ErrorCategory.InvalidOperation,
            "The repository's settings forbid it, for example tags that cannot be changed.",
            "See the settings of the repository: Get-ArRepository | Format-List Uri, Mode, ImmutableTags"),
        [RegistryErrorKind.Aborted] = new(
            "ConcurrentChange", ErrorCategory.ResourceBusy, "Somebody else changed it at the same time.",
            "Look at what is there now, and run the command again."),
        [RegistryErrorKind.QuotaExceeded] = new(
            "QuotaExceeded", ErrorCategory.LimitsExceeded, "The service's quota is used up.",
            "Wait a minute and run the command again, or use a smaller -ThrottleLimit."),
        [RegistryErrorKind.Unavailable] = new(
            "ServiceUnavailable", ErrorCategory.ResourceUnavailable, "The service failed, several times.",
            "The service failed several times. Run the command again later."),
        [RegistryErrorKind.TimedOut] = new(
            "TimedOut", ErrorCategory.OperationTimeout, "The service did not answer in time.",
            "Run the command again; Connect-ArRegistry -TimeoutSec allows more time for a request."),
        [RegistryErrorKind.OperationLost] = new(
            "OperationLost",
            ErrorCategory.ResourceUnavailable,
            "A deletion was started, and its result is unknown.",
            "List what is there before you run the command again; Connect-ArRegistry -OperationTimeoutSec allows more "
                + "time for a deletion."
        ),
        [RegistryErrorKind.Unreachable] = new(
            "Unreachable", ErrorCategory.ConnectionError, "The service cannot be reached.",
            "Check the network, the proxy (HTTPS_PROXY) and the endpoint that Get-ArConnection shows."),
        [RegistryErrorKind.UnexpectedAnswer] = new(
            "UnexpectedAnswer", ErrorCategory.InvalidResult, "The service's answer does not make sense.",
            "Check the endpoint that Get-ArConnection shows, and any proxy in between; -Debug shows the answers."),
        [RegistryErrorKind.UnsafeRequest] = new(
            "UnsafeRequest", ErrorCategory.SecurityError, "Credentials would go where they must not.",
            "Use https; plain http is for an emulator on this machine alone."),
        [RegistryErrorKind.TagPointsElsewhere] = new(
            "TagExists", ErrorCategory.ResourceExists, "The tag is on another digest; -Force moves it.",
            "Use -Force to move it, or -ExpectedDigest to move it only from there."),
        [RegistryErrorKind.TagMoved] = new(
            "TagMoved", ErrorCategory.ResourceBusy, "The tag is no longer on the digest that was expected.",
            "List the tags again and decide again."),
        [RegistryErrorKind.StillTagged] = new(
            "ImageTagged", ErrorCategory.InvalidOperation, "The digest has tags that were not named.",
            "Use -DeleteTags to delete the image together with these tags."),
        [RegistryErrorKind.StillReferenced] = new(
            "ImageReferenced",
            ErrorCategory.InvalidOperation,
            "Something that is kept refers to the digest.",
            "Delete what refers to it first; Remove-ArUntaggedImage does that in the right order for what is untagged."
        ),
        [RegistryErrorKind.ClusterNotFound] = new(
            "NotFound",
            ErrorCategory.ObjectNotFound,
            "",
            "Get-ArNodeServiceAccount PROJECT lists what is there."
        ),
        [RegistryErrorKind.MemberNotFound] = new(
            "MemberNotFound", ErrorCategory.ObjectNotFound, "IAM does not know the member.",
            "Check the spelling, and that the account was not deleted. IAM may need a minute to know a new one."),
        [RegistryErrorKind.MemberNotAllowed] = new(
            "MemberNotAllowed", ErrorCategory.SecurityError, "The organization's policy forbids the member.",
            "The organization permits members of some customers only (constraint iam.allowedPolicyMemberDomains). Who "
            + "administers the organization's policies can allow this member's, or name an account that is inside."),
        [RegistryErrorKind.RoleNotFound] = new(
            "RoleNotFound",
            ErrorCategory.InvalidArgument,
            "There is no such role.",
            "The roles of Artifact Registry are completed after -Role; the one for pulling is "
                + "roles/artifactregistry.reader."
        ),
        [RegistryErrorKind.PolicyFull] = new(
            "PolicyFull",
            ErrorCategory.LimitsExceeded,
            "The policy has no room for more members.",
            "Grant to a group and put the members into it, or revoke access that is no longer needed: Get-ArReader "
                + "lists it."
        ),
        [RegistryErrorKind.OutsidePerimeter] = new(
            "OutsidePerimeter", ErrorCategory.PermissionDenied, "VPC Service Controls refused it.",
            "VPC Service Controls refused this: ask the administrator of the perimeter."),
        [RegistryErrorKind.NameNotSpecific] = new(
            "NameNotSpecific", ErrorCategory.InvalidArgument,
            "A digest, a tag or a project is missing in a name.",
            "Get-ArImage and Get-ArImageTag list names that can be pasted or piped; Get-Help about_ArtifactRegistry "
                + "says how names are written."
        ),
        [RegistryErrorKind.ClusterUnreachable] = new(
            "ClusterUnreachable",
            ErrorCategory.ConnectionError,
            "No endpoint of a cluster can be read from here.",
            "Run the command where the cluster can be reached, or open its DNS endpoint: gcloud container clusters "
                + "update CLUSTER --enable-dns-access"
        ),
        [RegistryErrorKind.LocationUnreachable] = new(
            "LocationUnreachable",
            ErrorCategory.ResourceUnavailable,
            "A service answered without some of its locations.",
            "Run the command again later; -Location limits it to one location."
        ),
        [RegistryErrorKind.NotPermitted] = new(
            "NotPermitted",
            ErrorCategory.PermissionDenied,
            "You may not read what runs; the message names the permission.",
            "Ask for roles/container.viewer and roles/run.viewer on the project."
        ),
        [RegistryErrorKind.InUseIncomplete] = new(
            "InUseIncomplete", ErrorCategory.InvalidResult, "The running images could not be read completely.",
            "Resolve the errors above; an image that could not be read may be running."),
        [RegistryErrorKind.ArchiveNotWritable] = new(
            "ArchiveNotWritable",
            ErrorCategory.WriteError,
            "-ArchivePath cannot be written, so the digest stays.",
            "Give an empty folder, or one that holds an archive, that you may write to and that has room."
        ),
        [RegistryErrorKind.ArchiveNotReadable] = new(
            "ArchiveNotReadable",
            ErrorCategory.ReadError,
            "There is no archive, or it is damaged.",
            "Give the folder that was -ArchivePath when the images were deleted."
        ),
        [RegistryErrorKind.ContentMissing] = new(
            "ContentMissing",
            ErrorCategory.ObjectNotFound,
            "A layer is neither in the registry nor in the archive.",
            "Run it again with -LayerFrom and a repository or image that still has these layers, or push the image "
                + "again from where it still is. Next time, delete with -IncludeLayer, which saves the layers too."
        ),
        [RegistryErrorKind.InvalidRule] = new(
            "InvalidRule",
            ErrorCategory.InvalidArgument,
            "A rule for stale images is not valid, or cannot be applied.",
            "A tag or a pattern is written as it is, for example 'pr-*', and a regular expression between slashes, for "
                + "example '/^pr-[0-9]+$/'."
        ),
    };

    private static readonly ErrorEntry[] Others =
    [
        new(
            "InvalidImageName",
            ErrorCategory.InvalidArgument,
            "The name is not valid; the message says why.",
            "Get-ArRepository and Get-ArImage list names that can be pasted or piped, and the Tab key completes them."
        ),
        new(
            "ConfirmationRequired",
            ErrorCategory.PermissionDenied,
            "Confirmation is required, and nobody can be asked.",
            "In a script, use -Confirm:$false if that is what you want; -WhatIf shows what would be done."
        ),
        new(
            "InvalidAge",
            ErrorCategory.InvalidArgument,
            "-OlderThan is not an age, or is in the future.",
            "Use for example -OlderThan 30d, or 0s for no limit; (Get-Date).AddDays(-30), with a minus, is thirty days "
                + "ago."
        ),
        new(
            "InUseEmpty",
            ErrorCategory.InvalidArgument,
            "-InUse has no entry that names an image.",
            "Check the output of the command that lists what runs, or name projects in -InUseFrom to have it read; use "
                + "-AllowEmptyInUse if nothing runs."
        ),
        new(
            "InUseMissing",
            ErrorCategory.InvalidArgument,
            "Neither -InUseFrom nor -InUse says what runs.",
            "Name the projects whose clusters and Cloud Run are read, -InUseFrom PROJECT, or give a list: "
                + "-InUse (Get-ArImageInUse PROJECT)."
        ),
        new(
            "OlderThanMissing",
            ErrorCategory.InvalidArgument,
            "Neither -OlderThan nor -RulePath says which images are stale.",
            "Give an age, for example -OlderThan 90d, or a file of rules: -RulePath rules.psd1."
        ),
        new(
            "InUseMatchesNothing",
            ErrorCategory.InvalidArgument,
            "No entry of -InUse matches an examined image.",
            "Check the projects of -InUseFrom, or the command that lists what runs; use -AllowUnmatchedInUse if "
                + "nothing of "
                + "these images runs."
        ),
        new(
            "InvalidThreshold",
            ErrorCategory.InvalidArgument,
            "-AbortAbove is neither a count nor a percentage.",
            "Use for example -AbortAbove 500 or -AbortAbove '50%'."
        ),
        new(
            "InvalidTimeLimit",
            ErrorCategory.InvalidArgument,
            "-TimeLimit is not a time with a unit.",
            "Use for example -TimeLimit 30m or -TimeLimit 2h."
        ),
        new(
            "TooManyToDelete",
            ErrorCategory.LimitsExceeded,
            "More digests of an image than -AbortAbove allows.",
            "Look at Get-ArUntaggedImage, and raise the limit if this is right."
        ),
        new(
            "JournalNotWritable",
            ErrorCategory.WriteError,
            "-JournalPath cannot be written; no more is deleted.",
            "Give a path in a folder that exists and that you may write to."
        ),
        new(
            "JournalInUse",
            ErrorCategory.ResourceBusy,
            "Another run is writing to -JournalPath.",
            "Wait until the other run has ended, or give each run a journal of its own."
        ),
        new(
            "ArchiveInUse",
            ErrorCategory.ResourceBusy,
            "Another run is writing to -ArchivePath.",
            "Wait until the other run has ended, or give each run a folder of its own."
        ),
        new(
            "RegistryDiffers",
            ErrorCategory.InvalidResult,
            "The registry does not match a row of the output.",
            "List the image again; somebody else may push or delete there at the same time."
        ),
        new(
            "UnexpectedError",
            ErrorCategory.NotSpecified,
            "A defect of this module. Please report it.",
            "This should not happen. Get-Error shows what a report needs."
        ),
    ];

    /// <summary>Gets all entries, one per id.</summary>
    public static IReadOnlyList<ErrorEntry> All { get; } =
    [.. ByKind.Values.Concat(Others).DistinctBy(entry => entry.Id)];

    /// <summary>Gets the entry of a kind.</summary>
    public static ErrorEntry Of(RegistryErrorKind kind) => ByKind[kind];

    /// <summary>Gets the entry of an id.</summary>
    public static ErrorEntry Of(string id) => Others.Single(entry => entry.Id == id);
}
