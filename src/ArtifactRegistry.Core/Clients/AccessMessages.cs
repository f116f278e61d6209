using System.Text.Json;

namespace ArtifactRegistry.Clients;

// Resource Manager v1: https://cloud.google.com/resource-manager/reference/rest/v1/projects

internal sealed record ProjectMessage(string ProjectNumber, string? ProjectId, string? LifecycleState)
{
    public static ProjectMessage Read(JsonElement json) =>
        new(json.Needed("projectNumber"), json.Text("projectId"), json.Text("lifecycleState"));
}

// IAM Admin v1: https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts

internal sealed record ServiceAccountMessage(string Email, string? DisplayName)
{
    public static ServiceAccountMessage Read(JsonElement json) =>
        new(json.Needed("email"), json.Text("displayName"));
}

// IAM Credentials API v1.

internal sealed record GenerateAccessTokenResponse(string AccessToken, DateTimeOffset? ExpireTime)
{
    public static GenerateAccessTokenResponse Read(JsonElement json) => new(json.Needed("accessToken"), json.Time("expireTime"));

    public override string ToString() => "(hidden)";
}
