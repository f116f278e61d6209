using System.Text.Json.Nodes;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>
/// Resource Manager API: projects, with their numbers and policies (v1), and what is in folders and organizations (v3).
/// See https://cloud.google.com/resource-manager/reference/rest.
/// </summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class ResourceManagerClient(RestTransport transport, Endpoints endpoints)
    : RestClient(transport, endpoints.ResourceManager)
{
    /// <summary>GET v1/projects/P.</summary>
    internal Task<ProjectMessage> GetProjectAsync(string project, CancellationToken stop) =>
        GetAsync($"projects/{Project(project)}", ProjectMessage.Read, stop, needs: "resourcemanager.projects.get");

    /// <summary>
    /// GET v1/projects: the projects that the caller may see, including those that are waiting to be deleted.
    /// </summary>
    internal IAsyncEnumerable<ProjectMessage> ListProjectsAsync(CancellationToken stop) =>
        ListAsync("projects", "projects", ProjectMessage.Read, null, stop);

    /// <summary>
    /// GET v3/projects?parent=folders/N or organizations/N: the ids of the active projects that are directly in it. This
    /// list is strongly consistent, unlike searches and lists of all projects.
    /// </summary>
    internal IAsyncEnumerable<string> ListProjectsAsync(string parent, CancellationToken stop) => PagesAsync(
        endpoints.ResourceManager,
        $"v3/projects?parent={Uri.EscapeDataString(parent)}",
        "projects",
        "resourcemanager.projects.list",
        json => json.Needed("projectId"u8),
        stop);

    /// <summary>
    /// GET v3/folders?parent=folders/N or organizations/N: the names of the active folders that are directly in it,
    /// such as <c>folders/7</c>. It is strongly consistent, too.
    /// </summary>
    internal IAsyncEnumerable<string> ListFoldersAsync(string parent, CancellationToken stop) => PagesAsync(
        endpoints.ResourceManager,
        $"v3/folders?parent={Uri.EscapeDataString(parent)}",
        "folders",
        "resourcemanager.folders.list",
        json => json.Needed("name"u8),
        stop);

    /// <summary>
    /// POST v1/projects/P:getIamPolicy, which only reads. Version 3 is requested, because older versions lose
    /// conditions.
    /// </summary>
    internal Task<JsonObject> GetIamPolicyAsync(string project, CancellationToken stop) =>
        SendAsync(
            HttpMethod.Post, $"projects/{Project(project)}:getIamPolicy",
            new JsonObject { ["options"] = new JsonObject { ["requestedPolicyVersion"] = 3 } }, Repeat.Freely,
            PolicyMessage.Read, stop, needs: "resourcemanager.projects.getIamPolicy");

    /// <summary>
    /// POST v1/projects/P:setIamPolicy. Repeated only if it was certainly not carried out: after any other failure the
    /// policy must be read again. Without an updateMask the service only writes bindings, so audit configs are
    /// unchanged.
    /// </summary>
    internal Task<JsonObject> SetIamPolicyAsync(string project, JsonObject policy, CancellationToken stop) =>
        SendAsync(
            HttpMethod.Post, $"projects/{Project(project)}:setIamPolicy",
            new JsonObject { ["policy"] = policy.DeepClone() }, Repeat.OnlyIfRefused,
            PolicyMessage.Read, stop, needs: "resourcemanager.projects.setIamPolicy");
}
