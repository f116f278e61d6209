using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Api;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>App Engine Admin v1: services and their versions. The scope of a version is its service.</summary>
/// <remarks>https://cloud.google.com/appengine/docs/admin-api/reference/rest/v1/apps.services.versions/list</remarks>
internal static class AppEngineMethods
{
    /// <summary>Answers a request; null if it is not one to this API.</summary>
    public static JsonObject? Handle(ApiCall call) => call.Target.Segments.ToArray() switch
    {
        ["v1", "apps", string p, "services"] => Services(call, p),
        ["v1", "apps", string p, "services", string s, "versions"] => Versions(call, p, s),
        _ => null,
    };

    private static JsonObject Services(ApiCall call, string p)
    {
        QueryParameters.Check(call, ["pageSize", "pageToken"]);
        ScopedObjects versions = Find(call, p, "appengine.services.list");
        Listing<string> listing = new()
        {
            Field = "services",
            Key = service => ("", service),
            Show = service => new JsonObject { ["name"] = $"apps/{p}/services/{service}", ["id"] = service },
        };
        return listing.Page(call, versions.All.Select(version => version.Scope).Distinct());
    }

    private static JsonObject Versions(ApiCall call, string p, string service)
    {
        QueryParameters.Check(call, ["pageSize", "pageToken", "view"]);
        ScopedObjects versions = Find(call, p, "appengine.versions.list");
        bool full = call.Query("view") switch
        {
            null or "BASIC" => false,
            "FULL" => true,
            string other => throw ApiError.Invalid(
                $"Invalid value at 'view' (type.googleapis.com/google.appengine.v1.VersionView), \"{other}\""
            ),
        };
        List<(string Scope, string Id, JsonObject Item)> found =
        [
            .. versions.All.Where(version => version.Scope == service),
        ];
        if (found.Count == 0)
            throw new ApiError(404, "NOT_FOUND", $"Could not find Service \"{service}\" in Application \"{p}\".");
        Listing<(string Scope, string Id, JsonObject Item)> listing = new()
        {
            Field = "versions",
            Key = version => ("", version.Id),
            Show = version => Show(version.Item, full),
        };
        return listing.Page(call, found);
    }

    // Only the full view has the deployment with the image.
    private static JsonObject Show(JsonObject version, bool full)
    {
        JsonObject shown = version.DeepClone().AsObject();
        if (!full) shown.Remove("deployment");
        return shown;
    }

    private static ScopedObjects Find(ApiCall call, string p, string permission)
    {
        ProjectEntry project = call.State.FindProject(p) ?? throw ApiError.ProjectDenied();
        if (!call.MayDo(permission, $"projects/{project.Id}"))
            throw ApiError.ServiceDenied(permission, $"apps/{p}", "appengine");
        ScopedObjects versions = call.State.Workloads.AppEngine(project.Id);
        return versions.All.Any()
            ? versions
            : throw new ApiError(404, "NOT_FOUND", $"Could not find Application \"{p}\".");
    }
}
