using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Api;
using ArtifactRegistry.Emulator.Http;
using Microsoft.Extensions.Primitives;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>Cloud Asset v1: the list of assets, made of what the emulated services have.</summary>
/// <remarks>https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets/list</remarks>
internal static class AssetMethods
{
    /// <summary>Answers a request; null if it is not one to this API.</summary>
    public static JsonObject? Handle(ApiCall call) =>
        call.Target.Segments.ToArray() switch
        {
            ["v1", "organizations" or "folders" or "projects", string id, "assets"] => List(
                call,
                $"{call.Target.Segments[1]}/{id}"
            ),
            _ => null,
        };

    private static JsonObject List(ApiCall call, string scope)
    {
        const string Permission = "cloudasset.assets.listResource";
        QueryParameters.Check(
            call,
            ["assetTypes", "contentType", "pageSize", "pageToken", "readTime", "relationshipTypes"]
        );
        string[] types = call.Target.Query.TryGetValue("assetTypes", out StringValues given)
            ? [.. given.OfType<string>()]
            : [];
        if (types.FirstOrDefault(type => !Assets.Types.Contains(type)) is string unknown)
            throw ApiError.Invalid($"Invalid asset type: {unknown}.");
        if (call.Query("contentType") is string content and not "RESOURCE")
            throw ApiError.Unsupported($"contentType {content}");
        bool withData = call.Query("contentType") is not null;
        DateTimeOffset readTime = ReadTime(call);
        // What does not exist is denied, like what the caller may not see.
        bool exists = scope.StartsWith("projects/", StringComparison.Ordinal)
            ? call.State.FindProject(scope.Split('/')[1]) is not null
            : call.State.Workloads.HasContainer(scope);
        if (!exists || !call.MayDo(Permission, scope)) throw ApiError.ServiceDenied(Permission, scope, "cloudasset");

        Listing<(string Name, string Type, JsonObject Data)> listing = new()
        {
            Field = "assets",
            Key = asset => (asset.Type, asset.Name),
            Show = asset => Show(asset, withData),
            DefaultSize = 100,
            MaximumSize = 1000,
        };
        JsonObject answer = listing.Page(call, Assets.In(call.State, scope)
            .Where(asset => types.Length == 0 || types.Contains(asset.Type))
            .OrderBy(asset => asset.Type, StringComparer.Ordinal).ThenBy(asset => asset.Name, StringComparer.Ordinal));
        answer["readTime"] = Json.Time(readTime);
        return answer;
    }

    private static DateTimeOffset ReadTime(ApiCall call)
    {
        DateTimeOffset now = call.State.Now;
        if (call.Query("readTime") is not string text) return now;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out DateTimeOffset time))
            throw ApiError.Invalid(
                $"Invalid value at 'read_time' (type.googleapis.com/google.protobuf.Timestamp), \"{text}\""
            );
        return time <= now && time >= now.AddDays(-35)
            ? time
            : throw ApiError.Invalid("read_time must be within the last 35 days.");
    }

    private static JsonObject Show((string Name, string Type, JsonObject Data) asset, bool withData)
    {
        JsonObject shown = new() { ["name"] = asset.Name, ["assetType"] = asset.Type };
        if (withData) shown["resource"] = new JsonObject { ["version"] = "v1", ["data"] = asset.Data.DeepClone() };
        return shown;
    }
}
