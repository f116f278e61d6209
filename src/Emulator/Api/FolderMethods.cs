using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>Resource Manager v3: what is directly in a folder or an organization.</summary>
/// <remarks>https://cloud.google.com/resource-manager/reference/rest/v3/projects/list and folders/list.</remarks>
internal static class FolderMethods
{
    private static readonly Listing<ProjectEntry> Projects = new()
    {
        Field = "projects",
        Key = project => ("", project.Id),
        Show = project => ProjectMethods.Show(project, "v3"),
    };

    private static readonly Listing<string> Folders = new()
    {
        Field = "folders",
        Key = folder => ("", folder),
        Show = folder => new JsonObject { ["name"] = folder, ["displayName"] = folder, ["state"] = "ACTIVE" },
    };

    /// <summary>Lists the projects that are directly in a folder or an organization.</summary>
    public static JsonObject ListProjects(ApiCall call)
    {
        string parent = Parent(call, "resourcemanager.projects.list");
        return Projects.Page(
            call,
            call.State.Projects.All.Where(project =>
                call.State.Workloads.AncestorsOf(project.Id) is [string nearest, ..] && nearest == parent
            )
        );
    }

    /// <summary>Lists the folders that are directly in a folder or an organization.</summary>
    public static JsonObject ListFolders(ApiCall call)
    {
        string parent = Parent(call, "resourcemanager.folders.list");
        return Folders.Page(call, call.State.Workloads.FoldersIn(parent).Order(StringComparer.Ordinal));
    }

    // One that does not exist is denied, like one that the caller may not see.
    private static string Parent(ApiCall call, string permission)
    {
        string parent = call.Query("parent") ?? throw ApiError.Invalid("The parent must be specified.");
        if (!parent.StartsWith("folders/", StringComparison.Ordinal)
            && !parent.StartsWith("organizations/", StringComparison.Ordinal))
            throw ApiError.Invalid($"Invalid parent: {parent}.");
        call.Demand(permission, parent);
        return call.State.Workloads.HasContainer(parent) ? parent : throw ApiError.ProjectDenied();
    }
}
