using System.Text.Json.Nodes;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>
/// Resource Manager API v1: projects, with their numbers and policies.
/// See https://cloud.google.com/resource-manager/reference/rest/v1/projects.
/// </summary>
/// <param name="transport">What sends.</param>
/// <param name="endpoints">Where to.</param>
internal sealed class ResourceManagerClient(RestTransport transport, Endpoints endpoints)
    : RestClient(transport, endpoints.ResourceManager)
{
    /// <summary>GET v1/projects/P.</summary>
    internal Task<ProjectMessage> GetProjectAsync(string project, CancellationToken stop) =>
        GetAsync($"projects/{Project(project)}", ProjectMessage.Read, stop, needs: "resourcemanager.projects.get");

    /// <summary>GET v1/projects: the projects that the caller may see, also those that wait for their deletion.</summary>
    internal IAsyncEnumerable<ProjectMessage> ListProjectsAsync(CancellationToken stop) =>
        ListAsync("projects", "projects", ProjectMessage.Read, null, stop);

    /// <summary>
    /// POST v1/projects/P:getIamPolicy, which only reads. Version 3 is asked for, since conditions are lost in an older one.
    /// </summary>
    internal Task<JsonObject> GetIamPolicyAsync(string project, CancellationToken stop) =>
        SendAsync(
            HttpMethod.Post, $"projects/{Project(project)}:getIamPolicy",
            new JsonObject { ["options"] = new JsonObject { ["requestedPolicyVersion"] = 3 } }, Repeat.Freely,
            PolicyMessage.Read, stop, needs: "resourcemanager.projects.getIamPolicy");

    /// <summary>
    /// POST v1/projects/P:setIamPolicy. Repeated only if it was surely not carried out: after any other failure the policy
    /// must be read again. Without an updateMask the service writes bindings alone, so audit configs stay as they are.
    /// </summary>
    internal Task<JsonObject> SetIamPolicyAsync(string project, JsonObject policy, CancellationToken stop) =>
        SendAsync(
            HttpMethod.Post, $"projects/{Project(project)}:setIamPolicy",
            new JsonObject { ["policy"] = policy.DeepClone() }, Repeat.OnlyIfRefused,
            PolicyMessage.Read, stop, needs: "resourcemanager.projects.setIamPolicy");
}
