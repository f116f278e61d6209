using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>Resource Manager's projects.get in both versions, and Artifact Registry's settings of a project.</summary>
internal static class ProjectMethods
{
    private static readonly Listing<ProjectEntry> Projects = new()
    {
        Field = "projects",
        Key = project => ("", project.Id),
        Show = project => Show(project, "v1"),
    };

    /// <summary>Lists the projects that the caller may see.</summary>
    public static JsonObject List(ApiCall call) =>
        Projects.Page(call, call.State.Projects.All.Where(
            project => call.MayDo("resourcemanager.projects.get", $"projects/{project.Id}")));

    public static JsonObject Get(ApiCall call, string id, string apiVersion) =>
        Show(Find(call, id, "resourcemanager.projects.get"), apiVersion);

    internal static JsonObject Show(ProjectEntry project, string apiVersion) =>
        apiVersion == "v3"
            ? new JsonObject
            {
                ["name"] = $"projects/{project.Number}",
                ["projectId"] = project.Id,
                ["state"] = "ACTIVE",
                ["displayName"] = project.Id,
                ["createTime"] = Json.Time(project.CreateTime),
                ["updateTime"] = Json.Time(project.CreateTime),
            }
            : new JsonObject
            {
                ["projectNumber"] = project.Number,
                ["projectId"] = project.Id,
                ["lifecycleState"] = "ACTIVE",
                ["name"] = project.Id,
                ["createTime"] = Json.Time(project.CreateTime),
            };

    public static JsonObject Settings(ApiCall call, string id)
    {
        call.Demand("artifactregistry.projectsettings.get", $"projects/{id}");
        if (call.State.FindProject(id) is null) throw ApiError.NotFound();
        return new JsonObject
        {
            ["name"] = $"projects/{id}/projectSettings",
            ["legacyRedirectionState"] = "REDIRECTION_FROM_GCR_IO_FINALIZED",
        };
    }

    /// <summary>
    /// Gets the state of a service; services that the emulator does not imitate are disabled in all projects.
    /// </summary>
    public static JsonObject Service(ApiCall call, string id, string service)
    {
        ProjectEntry project = Find(call, id, "resourcemanager.projects.get");
        bool imitated = service is "artifactregistry.googleapis.com" or "cloudresourcemanager.googleapis.com"
            or "container.googleapis.com" or "iam.googleapis.com" or "run.googleapis.com" or "appengine.googleapis.com"
            or "compute.googleapis.com" or "clouddeploy.googleapis.com" or "cloudasset.googleapis.com";
        return new JsonObject
        {
            ["name"] = $"projects/{project.Number}/services/{service}",
            ["parent"] = $"projects/{project.Number}",
            ["state"] = imitated ? "ENABLED" : "DISABLED",
        };
    }

    /// <summary>Finds a project; one that does not exist is denied, like one that the caller may not see.</summary>
    public static ProjectEntry Find(ApiCall call, string id, string permission)
    {
        call.Demand(permission, $"projects/{id}");
        return call.State.FindProject(id) ?? throw ApiError.ProjectDenied();
    }
}
