using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>A service account of a project.</summary>
internal sealed class ServiceAccountEntry(ProjectEntry project, string accountId, string uniqueId)
{
    public string AccountId => accountId;

    /// <summary>The unique id, which no later account of the same name has.</summary>
    public string UniqueId => uniqueId;

    public string Email { get; init; } = $"{accountId}@{DomainOf(project.Id)}.iam.gserviceaccount.com";

    public string? DisplayName { get; init; }

    public string? Description { get; init; }

    /// <summary>Gets or sets whether the account can neither sign in nor be used.</summary>
    public bool Disabled { get; set; }

    /// <summary>
    /// The number of policies naming it that are still refused, because IAM does not know it everywhere yet.
    /// </summary>
    public int UnknownFor { get; set; }

    public JsonObject ToRecord() => new JsonObject { ["accountId"] = accountId, ["uniqueId"] = uniqueId }
        .AddUnlessEmpty("displayName", DisplayName).AddUnlessEmpty("description", Description);

    public JsonObject ToJson()
    {
        JsonObject json = new JsonObject
        {
            ["name"] = $"projects/{project.Id}/serviceAccounts/{Email}",
            ["projectId"] = project.Id,
            ["uniqueId"] = uniqueId,
            ["email"] = Email,
            ["etag"] = "MDEwMjE5MjA=",
            ["oauth2ClientId"] = uniqueId,
        }.AddUnlessEmpty("displayName", DisplayName).AddUnlessEmpty("description", Description);
        if (Disabled) json["disabled"] = true;
        return json;
    }

    // example.com:shop becomes shop.example.com.
    private static string DomainOf(string id) =>
        id.Split(':', 2) is [string domain, string name] ? $"{name}.{domain}" : id;
}
