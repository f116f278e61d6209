using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

// Resource Manager v1: https://cloud.google.com/resource-manager/reference/rest/v1/projects

internal sealed record ProjectMessage(string ProjectNumber, string? ProjectId, string? LifecycleState)
{
    public static ProjectMessage Read(JsonElement json) =>
        new(json.Needed("projectNumber"u8), json.Text("projectId"u8), json.Text("lifecycleState"u8));
}

// IAM Admin v1: https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts

internal sealed record ServiceAccountMessage(string Email, string? DisplayName, bool Disabled = false)
{
    public static ServiceAccountMessage Read(JsonElement json) =>
        new(json.Needed("email"u8), json.Text("displayName"u8), json.Flag("disabled"u8));
}

// IAM Credentials API v1.

internal sealed record GenerateAccessTokenResponse(string AccessToken, DateTimeOffset? ExpireTime)
{
    public static GenerateAccessTokenResponse Read(JsonElement json) =>
        new(
            json.Verbatim("accessToken"u8) ?? throw new JsonException("'accessToken' is missing."),
            json.Time("expireTime"u8)
        );

    public override string ToString() => "(hidden)";
}
