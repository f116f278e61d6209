using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>getIamPolicy, setIamPolicy and testIamPermissions, of repositories and of projects.</summary>
internal static partial class PolicyMethods
{
    private const int MaxMembers = 1_500;
    private const string Account = "serviceAccount:";

    // Roles of Artifact Registry; the emulator accepts any role of other services.
    private static readonly string[] Roles =
    [
        "admin", "containerRegistryMigrationAdmin", "createOnPushRepoAdmin", "createOnPushWriter", "reader",
        "repoAdmin", "serviceAgent", "writer",
    ];

    /// <summary>A GET with the version in the query.</summary>
    public static JsonObject Get(ApiCall call, RepositoryName name)
    {
        PolicyEntry policy = call.Repository(name, "repositories.getIamPolicy").Policy;
        return Read(policy, VersionAsked(call.Query("options.requestedPolicyVersion")), call.Behaviour);
    }

    public static JsonObject Set(ApiCall call, RepositoryName name) =>
        Write(call, call.Repository(name, "repositories.setIamPolicy").Policy);

    public static JsonObject Test(ApiCall call, RepositoryName name)
    {
        if (call.State.FindRepository(name) is null) throw ApiError.NotFound();
        return Held(call, name.Resource);
    }

    /// <summary>A POST with the version in the body.</summary>
    public static JsonObject GetOfProject(ApiCall call, string id)
    {
        PolicyEntry policy = ProjectMethods.Find(call, id, "resourcemanager.projects.getIamPolicy").Policy;
        string? version = call.Body()["options"]?["requestedPolicyVersion"]?.ToString();
        return Read(policy, VersionAsked(version), call.Behaviour);
    }

    public static JsonObject SetOfProject(ApiCall call, string id) =>
        Write(call, ProjectMethods.Find(call, id, "resourcemanager.projects.setIamPolicy").Policy);

    public static JsonObject TestOfProject(ApiCall call, string id)
    {
        if (call.State.FindProject(id) is not ProjectEntry project) throw ApiError.ProjectDenied();
        return Held(call, $"projects/{project.Id}");
    }

    private static int VersionAsked(string? text)
    {
        if (text is null) return 1;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version)
            && version is 0 or 1 or 3
            ? version
            : throw ApiError.Invalid("Requested policy version must be 0, 1, or 3.");
    }

    private static JsonObject Held(ApiCall call, string resource)
    {
        IEnumerable<string> asked = (call.Body()["permissions"] as JsonArray ?? []).Select(node => (string?)node ?? "");
        IEnumerable<string> held = asked.Where(
            permission => !call.Behaviour.Denials.Any(denial => denial.Covers(permission, resource)));
        return new JsonObject().AddUnlessEmpty(
            "permissions", new JsonArray([.. held.Select(permission => JsonValue.Create(permission))]));
    }

    private static JsonObject Read(PolicyEntry entry, int version, Behaviour behaviour)
    {
        JsonObject policy = entry.WithETag();
        if (version == 3 || !entry.HasConditions || behaviour.ConditionalPolicies == ConditionalPolicies.AtAnyVersion)
            return policy;

        // According to IAM's documentation, older readers get role names that indicate a condition, but not the
        // condition.
        policy["version"] = 1;
        foreach (JsonObject binding in policy["bindings"]!.AsArray().OfType<JsonObject>())
        {
            if (binding["condition"] is not JsonNode condition) continue;
            string hash = Manifests.DigestOf(Encoding.UTF8.GetBytes(condition.ToJsonString()))[7..27];
            binding["role"] = $"{binding.Text("role")}_withcond_{hash}";
            binding.Remove("condition");
        }
        return policy;
    }

    private static JsonObject Write(ApiCall call, PolicyEntry entry)
    {
        JsonObject policy = call.Body()["policy"] as JsonObject ?? throw ApiError.Invalid("policy is required");
        string? etag = policy.Text("etag");
        // Without an etag the policy is overwritten unconditionally.
        if (!string.IsNullOrEmpty(etag) && etag != entry.ETag) throw ApiError.PolicyConflict();

        JsonObject[] bindings = [.. (policy["bindings"] as JsonArray ?? []).OfType<JsonObject>()];
        HashSet<string> present = [.. entry.Bindings.SelectMany(MembersOf)];
        foreach (JsonObject binding in bindings) CheckBinding(binding, present, call);
        string[] members = [.. bindings.SelectMany(MembersOf)];
        if (call.Behaviour.InconsistentMembers
            && members.FirstOrDefault(member => member.StartsWith("deleted:", StringComparison.Ordinal)
                && members.Contains(FormerName(member))) is string dead)
        {
            throw ApiError.Invalid(
                $"Inconsistent representation of deleted member: '{dead}' and '{FormerName(dead)}'."
            );
        }
        if (members.Any(member => !present.Contains(member)
            && call.Behaviour.ForbiddenMembers.Any(pattern => new Wildcard(pattern).Matches(member))))
        {
            throw ApiError.Precondition(
                "One or more users named in the policy do not belong to a permitted customer.");
        }
        if (members.Length > MaxMembers)
        {
            throw ApiError.Invalid(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The number of members in the policy ({members.Length:N0}) is larger than the maximum allowed "
                        + $"size 1,500."
                )
            );
        }

        int version = policy["version"] is JsonNode node ? VersionAsked(node.ToString()) : 1;
        bool conditional = bindings.Any(binding => binding["condition"] is not null);
        if (version < 3 && call.Behaviour.ConditionalPolicies == ConditionalPolicies.NeedVersion3
            && (conditional || (entry.HasConditions && !string.IsNullOrEmpty(etag))))
        {
            throw ApiError.Invalid("Policy version must be 3 to change a policy that has conditions.");
        }
        JsonObject kept = policy.DeepClone().AsObject();
        kept["bindings"] = new JsonArray([.. bindings
            .Where(binding => binding["members"] is JsonArray { Count: > 0 }).Select(binding => binding.DeepClone())]);
        if (kept["bindings"]!.AsArray().Count == 0) kept.Remove("bindings");
        // Whatever version was sent, a policy without conditions is returned as version 1.
        kept["version"] =
            conditional ? 3
            : call.Behaviour.OlderShapes.HasFlag(OlderShapes.PolicyVersionAsSent) ? version
            : 1;
        entry.Replace(kept);
        return entry.WithETag();
    }

    private static void CheckBinding(JsonObject binding, HashSet<string> present, ApiCall call)
    {
        if (!RoleName().IsMatch(binding.Text("role") ?? ""))
        {
            throw ApiError.Invalid(
                "The role name must be in the form \"roles/{role}\", \"organizations/{organization_id}/roles/{role}\", "
                + "or \"projects/{project_id}/roles/{role}\".");
        }
        if (binding.Text("role") is string role && role.StartsWith("roles/artifactregistry.", StringComparison.Ordinal)
            && !Roles.Contains(role["roles/artifactregistry.".Length..]))
        {
            throw ApiError.Invalid($"Role {role} is not supported for this resource.");
        }
        foreach (string member in MembersOf(binding))
        {
            if (!MemberName().IsMatch(member))
            {
                throw ApiError.Invalid(
                    $"The member {member} is of an unknown type. Please set a valid type prefix for the member.");
            }
            if (
                call.Behaviour.MissingMembers.Contains(member, StringComparer.OrdinalIgnoreCase)
                || (
                    member.StartsWith(Account, StringComparison.Ordinal)
                    && IsUnknown(member[Account.Length..], isPresent: present.Contains(member), call)
                )
            )
            {
                string kind = member.StartsWith(Account, StringComparison.Ordinal) ? "Service account" : "User";
                throw ApiError.Invalid($"{kind} {member[(member.IndexOf(':') + 1)..]} does not exist.");
            }
        }
    }

    /// <summary>
    /// Returns whether IAM would not accept a service account. A state may be set up with a policy whose accounts are
    /// not, and those may stay; Google's own accounts, and identities of pods, belong to no project's list.
    /// </summary>
    private static bool IsUnknown(string email, bool isPresent, ApiCall call) =>
        call.State.Projects.FindServiceAccount(email) is ServiceAccountEntry account
            ? account.UnknownFor > 0 && account.UnknownFor-- > 0
            : !isPresent && !GooglesAccount().IsMatch(email);

    // Service agents, and those of https://cloud.google.com/iam/docs/service-account-types that a project has by itself.
    [GeneratedRegex(
        @"^service-\d+@|^\d+@(cloudservices|cloudbuild)\.gserviceaccount\.com$|@appspot\.gserviceaccount\.com$"
            + @"|\.svc\.id\.goog\[.+\]$",
        RegexOptions.IgnoreCase)]
    private static partial Regex GooglesAccount();

    private static string FormerName(string deleted) => deleted["deleted:".Length..].Split('?')[0];

    private static IEnumerable<string> MembersOf(JsonObject binding) =>
        (binding["members"] as JsonArray ?? []).Select(node => (string?)node ?? "");

    [GeneratedRegex(@"^((organizations|projects)/[^/]+/)?roles/[A-Za-z0-9_.]+$")]
    private static partial Regex RoleName();

    [GeneratedRegex(
        "^(allUsers|allAuthenticatedUsers|(user|serviceAccount|group|domain|principal|principalSet|deleted"
        + "|projectOwner|projectEditor|projectViewer):.+)$")]
    private static partial Regex MemberName();
}
