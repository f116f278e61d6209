using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>The Connect gateway, which leads to the clusters of a fleet.</summary>
/// <remarks>
/// <c>https://connectgateway.googleapis.com/v1/projects/NUMBER/locations/global/gkeMemberships/NAME</c> and the path in
/// the cluster's API; a membership in a region has the host <c>REGION-connectgateway.googleapis.com</c>.
/// </remarks>
internal static class ConnectGateway
{
    /// <summary>Answers a request; null if it is not one to the gateway.</summary>
    public static Answer? Handle(ApiCall call)
    {
        string[] path = [.. call.Target.Segments];
        // On this machine, the region of the host comes first in the path.
        if (path is [_, "v1", "projects", _, "locations", _, "gkeMemberships" or "memberships", ..])
            path = path[1..];
        if (
            path
            is not [
                "v1",
                "projects",
                string p,
                "locations",
                string l,
                "gkeMemberships"
                or "memberships",
                string m,
                .. string[] rest,
            ]
        )
            return null;

        ProjectEntry project = call.State.FindProject(p) ?? throw ApiError.Lacks("gkehub.gateway.get", $"projects/{p}");
        string resource = $"projects/{project.Id}/locations/{l}/memberships/{m}";
        call.Demand("gkehub.gateway.get", resource);
        KubernetesCluster cluster = call.State.Workloads.FindMember(project.Id, l, m)
            ?? throw new ApiError(404, "NOT_FOUND", $"Resource '{resource}' was not found");
        return KubernetesMethods.Handle(call, cluster, rest);
    }
}
