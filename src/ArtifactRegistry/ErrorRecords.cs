using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>The one place that turns exceptions into error records: id, category and advice.</summary>
internal static class ErrorRecords
{
    /// <summary>The record for an item that could not be worked on.</summary>
    public static ErrorRecord For(Exception error, object item) => error switch
    {
        RegistryException e => For(e, item),
        ImageNameException => Record(error, "InvalidImageName", ErrorCategory.InvalidArgument, item),
        ConfirmationRequiredException => Record(error, "ConfirmationRequired", ErrorCategory.PermissionDenied, item),
        PSInvalidOperationException => Record(error, "InvalidOperation", ErrorCategory.InvalidOperation, item),
        _ => Record(error, "UnexpectedError", ErrorCategory.NotSpecified, item),
    };

    private static ErrorRecord For(RegistryException e, object item)
    {
        (string id, ErrorCategory category, string? advice) = e.Kind switch
        {
            RegistryErrorKind.NotFound => ("NotFound", ErrorCategory.ObjectNotFound,
                "Check the spelling of location, project, repository and image: Get-ArRepository and Get-ArImage list what is there."),
            RegistryErrorKind.PermissionDenied => ("AccessDenied", ErrorCategory.PermissionDenied, AdviceFor(e.Permission)),
            RegistryErrorKind.Unauthenticated => ("NotAuthenticated", ErrorCategory.AuthenticationError,
                e.Status is null ? null : "The token may have expired. Run: Connect-ArRegistry -AccessToken (gcloud auth print-access-token)"),
            RegistryErrorKind.InvalidArgument => ("InvalidArgument", ErrorCategory.InvalidArgument, null),
            RegistryErrorKind.AlreadyExists => ("AlreadyExists", ErrorCategory.ResourceExists, null),
            RegistryErrorKind.FailedPrecondition => ("NotAllowedByState", ErrorCategory.InvalidOperation, null),
            RegistryErrorKind.Aborted => ("ConcurrentChange", ErrorCategory.ResourceBusy,
                "Somebody else kept changing it. Run the command again."),
            RegistryErrorKind.QuotaExceeded => ("QuotaExceeded", ErrorCategory.LimitsExceeded,
                "Wait a minute and run the command again, or use a smaller -ThrottleLimit."),
            RegistryErrorKind.Unavailable => ("ServiceUnavailable", ErrorCategory.ResourceUnavailable,
                "The service failed several times. Run the command again later."),
            RegistryErrorKind.TimedOut => ("TimedOut", ErrorCategory.OperationTimeout,
                "Run the command again; Connect-ArRegistry -TimeoutSec allows more time."),
            RegistryErrorKind.Unreachable => ("Unreachable", ErrorCategory.ConnectionError,
                "Check the network, the proxy (HTTPS_PROXY) and the endpoint that Get-ArConnection shows."),
            RegistryErrorKind.UnexpectedAnswer => ("UnexpectedAnswer", ErrorCategory.InvalidResult, null),
            RegistryErrorKind.UnsafeRequest => ("UnsafeRequest", ErrorCategory.SecurityError, null),
            RegistryErrorKind.TagPointsElsewhere => ("TagExists", ErrorCategory.ResourceExists,
                "Use -Force to move it, or -ExpectedDigest to move it only from there."),
            RegistryErrorKind.TagMoved => ("TagMoved", ErrorCategory.ResourceBusy, "List the tags again and decide anew."),
            RegistryErrorKind.StillTagged => ("ImageTagged", ErrorCategory.InvalidOperation,
                "Use -DeleteTags to delete the image together with these tags."),
            RegistryErrorKind.StillReferenced => ("ImageReferenced", ErrorCategory.InvalidOperation,
                "Delete what refers to it first; Remove-ArUntaggedImage does that in the right order for what is untagged."),
            RegistryErrorKind.ClusterNotFound => ("NotFound", ErrorCategory.ObjectNotFound,
                "Get-ArNodeServiceAccount without -Cluster lists what is there."),
            RegistryErrorKind.MemberNotFound => ("MemberNotFound", ErrorCategory.ObjectNotFound,
                "Check the spelling, and that the account was not deleted. IAM may need a minute to know a new one."),
            RegistryErrorKind.MemberNotAllowed => ("MemberNotAllowed", ErrorCategory.SecurityError,
                "The organisation permits members of some customers only (constraint iam.allowedPolicyMemberDomains). Who "
                + "administers the organisation's policies can allow this member's, or name an account that is inside."),
            RegistryErrorKind.RoleNotFound => ("RoleNotFound", ErrorCategory.InvalidArgument,
                "The roles of Artifact Registry are completed after -Role; the one for pulling is roles/artifactregistry.reader."),
            RegistryErrorKind.PolicyFull => ("PolicyFull", ErrorCategory.LimitsExceeded,
                "Grant to a group and put the members into it, or revoke what is not needed any more: Get-ArReader lists it."),
            RegistryErrorKind.OutsidePerimeter => ("OutsidePerimeter", ErrorCategory.PermissionDenied,
                e.UniqueId is { Length: > 0 } uniqueId
                    ? $"VPC Service Controls refused this under the unique id {uniqueId}: give that id to who administers the perimeter."
                    : "VPC Service Controls refused this: ask who administers the perimeter."),
            RegistryErrorKind.NameNotSpecific => ("NameNotSpecific", ErrorCategory.InvalidArgument, null),
            _ => ("RegistryError", ErrorCategory.NotSpecified, null),
        };

        string message = e.Kind switch
        {
            RegistryErrorKind.NotFound => $"'{item}' was not found.",
            // These are composed by the operations and name what they are about.
            RegistryErrorKind.TagPointsElsewhere or RegistryErrorKind.TagMoved or RegistryErrorKind.StillTagged
                or RegistryErrorKind.StillReferenced or RegistryErrorKind.NameNotSpecific
                or RegistryErrorKind.Unauthenticated or RegistryErrorKind.UnsafeRequest
                or RegistryErrorKind.ClusterNotFound => e.Message,
            _ => $"'{item}': {e.Message}",
        };
        return Record(e, id, category, item, message, e.Advice ?? advice);
    }

    private static string AdviceFor(string? permission)
    {
        string? elsewhere = permission switch
        {
            "resourcemanager.projects.setIamPolicy" => "roles/resourcemanager.projectIamAdmin",
            "resourcemanager.projects.getIamPolicy" => "roles/iam.securityReviewer",
            "resourcemanager.projects.get" => "roles/browser",
            "iam.serviceAccounts.create" => "roles/iam.serviceAccountCreator",
            "container.clusters.list" => "roles/container.clusterViewer",
            _ => null,
        };
        if (elsewhere is not null)
            return $"This needs {permission}: somebody who administers the project must grant you {elsewhere} on the project. "
                + "Check its id too: the service answers the same where no such project exists.";

        string role = permission switch
        {
            null => "a role with the missing permission",
            _ when permission.Contains("IamPolicy", StringComparison.Ordinal) => "roles/artifactregistry.admin",
            _ when permission.EndsWith(".delete", StringComparison.Ordinal) => "roles/artifactregistry.repoAdmin",
            _ when permission.EndsWith(".create", StringComparison.Ordinal) || permission.EndsWith(".update", StringComparison.Ordinal)
                => "roles/artifactregistry.writer",
            _ => "roles/artifactregistry.reader",
        };
        return $"Ask for {role} on the repository, and check the name: the service answers the same where nothing of that name exists.";
    }

    private static ErrorRecord Record(
        Exception error, string id, ErrorCategory category, object item, string? message = null, string? advice = null)
    {
        string text = message ?? error.Message;
        if (!text.EndsWith('.')) text += ".";
        return new ErrorRecord(error, id, category, item)
        {
            ErrorDetails = new ErrorDetails(advice is null || ShowsAdvice ? text : $"{text} {advice}")
            {
                RecommendedAction = advice ?? "",
            },
        };
    }

    // From 7.5 on, PowerShell shows RecommendedAction below the message; before, nobody would see it.
    private static bool ShowsAdvice { get; } = typeof(PSObject).Assembly.GetName().Version >= new Version(7, 5);
}
