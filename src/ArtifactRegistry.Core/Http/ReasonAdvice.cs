using System.Text.RegularExpressions;

namespace ArtifactRegistry.Http;

/// <summary>
/// Gives advice about a refused request, with the command that resolves it, by the reason of its google.rpc.ErrorInfo.
/// See https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto.
/// </summary>
/// <param name="Reason">The reason, for example <c>SERVICE_DISABLED</c>; null if none is known.</param>
/// <param name="Service">The service that refused, for example <c>iam.googleapis.com</c>.</param>
/// <param name="Consumer">The id or number of the project whose quota is charged for the request.</param>
/// <param name="Email">The account of the token.</param>
internal sealed partial record ReasonAdvice(string? Reason, string? Service, string? Consumer, string? Email)
{
    private const string QuotaProject =
        "Name a project of yours as the quota project: gcloud auth application-default set-quota-project PROJECT "
            + "(which writes it to the credential file), or Connect-ArRegistry -QuotaProject PROJECT, or the variable "
            + "GOOGLE_CLOUD_QUOTA_PROJECT.";

    private const string OrganizationPolicy =
        "A policy of the organization forbids this, whatever roles an account has. Its administrator "
        + "(roles/orgpolicy.policyAdmin) finds the constraint with: gcloud org-policies list --project=PROJECT";

    // The projects of gcloud's own OAuth clients, which apply to every user who has not specified a quota project.
    private static readonly string[] ProjectsOfGcloud = ["764086051850", "32555940559"];

    /// <summary>Gets the advice; null if the reason is unknown, or says no more than the kind of the error.</summary>
    /// <param name="message">The message of the service.</param>
    public string? Advice(string message) =>
        (Reason ?? InWords(message)) switch
        {
            "SERVICE_DISABLED" or "accessNotConfigured" when IsWithoutQuotaProject(message) => QuotaProject,
            "SERVICE_DISABLED" or "accessNotConfigured" =>
                $"Somebody who administers the project (roles/serviceusage.serviceUsageAdmin) enables the API with: "
                    + $"gcloud services enable "
                    + $"{Service ?? "artifactregistry.googleapis.com"} --project={Project}. It takes effect after a "
                    + $"few minutes.",
            "USER_PROJECT_DENIED" =>
                $"The requests count against the quota project {Project}, which this account may not use. Its "
                    + $"administrator allows that with: "
                    + $"gcloud projects add-iam-policy-binding {Project} --member={Member} "
                    + $"--role=roles/serviceusage.serviceUsageConsumer. "
                    + "Or name another project with Connect-ArRegistry -QuotaProject.",
            "CONSUMER_INVALID" => $"There is no project {Project} that requests can count against. {QuotaProject}",
            "CONSUMER_SUSPENDED" or "GCP_SUSPENDED" =>
                $"Google has suspended the project {Project}. Its owner finds the reason, and can appeal, in the "
                    + $"Google Cloud console.",
            "BILLING_DISABLED" =>
                $"Billing is off for project {Project}. Who administers the billing account turns it on with: gcloud "
                    + $"billing projects link {Project} --billing-account=ACCOUNT",
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT" or "insufficientPermissions" =>
                "The token is good, but its OAuth scopes do not reach this service; no role helps. A person signs in "
                    + "again with: gcloud auth "
                    + "application-default login (without --scopes). A virtual machine needs the scope cloud-platform: "
                    + "gcloud compute instances set-service-account VM --scopes=cloud-platform, while it is stopped.",
            "ACCOUNT_STATE_INVALID" or "USER_BLOCKED_BY_ADMIN" =>
                $"The account {Email ?? "of this credential"} is disabled or deleted. Who administers its project "
                    + $"finds out with: gcloud iam service-accounts "
                    + $"describe {Account}; and mends it with: gcloud iam service-accounts enable {Account}. A deleted "
                    + $"account can be brought back for 30 days: gcloud iam service-accounts undelete UNIQUE_ID",
            "ACCESS_TOKEN_EXPIRED" =>
                "The token has expired. Take a new one, or use a credential that is renewed: Connect-ArRegistry "
                    + "-CredentialFile or -UseGcloud.",
            "CREDENTIALS_MISSING" =>
                "The request had no credentials, and this is not public. Use Connect-ArRegistry without -Anonymous, or "
                    + "Disconnect-ArRegistry to look for credentials again.",
            "SECURITY_POLICY_VIOLATED" => null, // from the perimeter, which has its own advice
            "LOCATION_ORG_POLICY_VIOLATED"
            or "LOCATION_POLICY_VIOLATED"
            or "ORG_RESTRICTION_VIOLATION"
            or "ORG_RESTRICTION_HEADER_INVALID"
            or "RESOURCE_USAGE_RESTRICTION_VIOLATION"
            or "CUSTOM_ORG_POLICY_VIOLATION" => OrganizationPolicy,
            _ => null,
        };

    private string Project => Consumer ?? "PROJECT";

    private string Account => Email ?? "ACCOUNT";

    private string Member =>
        Email is null
            ? "MEMBER"
            : (Email.EndsWith(".gserviceaccount.com", StringComparison.Ordinal) ? "serviceAccount:" : "user:") + Email;

    private bool IsWithoutQuotaProject(string message) =>
        message.Contains("requires a quota project", StringComparison.OrdinalIgnoreCase)
        || ProjectsOfGcloud.Contains(Consumer);

    /// <summary>
    /// Gets the reason from the message of services that send no ErrorInfo, such as the registry's own protocol.
    /// </summary>
    private static string? InWords(string message)
    {
        return Has("insufficient authentication scopes") ? "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
            : Has("requires a quota project") || (Has("has not been used in project") && Has("disabled"))
                ? "SERVICE_DISABLED"
            : Has("required permission to use project") ? "USER_PROJECT_DENIED"
            : Has("requires billing to be enabled") || Has("billing account for the owning project is disabled")
                ? "BILLING_DISABLED"
            : Has("unregistered callers") || Has("Unauthenticated request") ? "CREDENTIALS_MISSING"
            : OrganizationPolicies().IsMatch(message) ? "CUSTOM_ORG_POLICY_VIOLATION"
            : null;

        bool Has(string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);
    }

    // Not the constraint about members, which has its own advice.
    [GeneratedRegex(
        @"constraints/(?!iam\.allowedPolicyMemberDomains|iam\.managed\.allowedPolicyMembers)|denied by org(anization)? policy",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex OrganizationPolicies();
}
