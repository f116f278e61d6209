using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>IAM Admin v1: a project's service accounts.</summary>
internal static partial class ServiceAccountMethods
{
    private static readonly Listing<ServiceAccountEntry> Accounts = new()
    {
        Field = "accounts",
        Key = account => ("", account.Email),
        Show = account => account.ToJson(),
        DefaultSize = 20,
        MaximumSize = 100,
    };

    public static JsonObject List(ApiCall call, string p) =>
        Accounts.Page(call, Project(call, p, "iam.serviceAccounts.list").ServiceAccounts.Values);

    public static JsonObject Get(ApiCall call, string p, string account)
    {
        const string Permission = "iam.serviceAccounts.get";
        // Any project: the response then does not say that there is no such account.
        if (p == "-")
        {
            ServiceAccountEntry? found = call.State.Projects.FindServiceAccount(account);
            if (found is not null) call.Demand(Permission, found.ToJson().Text("name")!);
            return found?.ToJson() ?? throw ApiError.Lacks(Permission, "projects/-");
        }

        ProjectEntry project = Project(call, p, Permission);
        return (ProjectTable.FindServiceAccount(project, account)
            ?? project.ServiceAccounts.Values.FirstOrDefault(entry => entry.UniqueId == account))?.ToJson()
            ?? throw new ApiError(404, "NOT_FOUND", "Unknown service account");
    }

    public static JsonObject Create(ApiCall call, string p)
    {
        ProjectEntry project = Project(call, p, "iam.serviceAccounts.create");
        JsonObject body = call.Body();
        string id = body.Text("accountId") ?? "";
        if (id.Length is < 6 or > 30)
            throw ApiError.Invalid($"The account ID \"{id}\" does not have a length between 6 and 30.");
        if (!AccountId().IsMatch(id)) throw ApiError.Invalid($"The account ID \"{id}\" is not well formed.");
        if (project.ServiceAccounts.Values.Any(account => account.AccountId == id))
            throw ApiError.AlreadyExists($"Service account {id} already exists within project projects/{p}.");

        JsonObject? fields = body["serviceAccount"] as JsonObject;
        ServiceAccountEntry added = call.State.Projects.AddServiceAccount(
            project, id, fields?.Text("displayName"), fields?.Text("description"));
        added.UnknownFor = call.Behaviour.NewAccountRefusals;
        return added.ToJson();
    }

    /// <summary>Finds a project; one that does not exist is denied, like one that the caller may not see.</summary>
    private static ProjectEntry Project(ApiCall call, string id, string permission)
    {
        call.Demand(permission, $"projects/{id}");
        return call.State.FindProject(id) ?? throw ApiError.Lacks(permission, $"projects/{id}");
    }

    [GeneratedRegex("^[a-z]([-a-z0-9]*[a-z0-9])\\z")]
    internal static partial Regex AccountId();
}
