using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>A cluster's Kubernetes API: discovery, and reading objects.</summary>
/// <remarks>Paths: https://kubernetes.io/docs/reference/using-api/api-concepts/.</remarks>
internal static class KubernetesMethods
{
    /// <summary>Answers a request.</summary>
    /// <param name="call">The request.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="path">The segments of the path in the cluster's API.</param>
    public static Answer Handle(ApiCall call, KubernetesCluster cluster, IReadOnlyList<string> path)
    {
        if (Refusal(call) is Answer refusal) return refusal;
        if (call.Request.Method is not ("GET" or "HEAD")) return KubernetesStatus.MethodNotAllowed();
        return path.ToArray() switch
        {
            ["version"] => Json(
                new JsonObject
                {
                    ["major"] = "1",
                    ["minor"] = "33",
                    ["gitVersion"] = "v1.33.2-gke.1240000",
                }
            ),
            ["api"] => Json(KubernetesDiscovery.Versions()),
            ["apis"] => Json(KubernetesDiscovery.Groups(cluster)),
            ["api", string version] => Discovered(KubernetesDiscovery.Resources(cluster, "", version)),
            ["apis", string group] => Discovered(KubernetesDiscovery.Group(cluster, group)),
            ["apis", string group, string version] => Discovered(
                KubernetesDiscovery.Resources(cluster, group, version)
            ),
            ["api", string version, .. string[] rest] => InGroup(call, cluster, "", version, rest),
            ["apis", string group, string version, .. string[] rest] => InGroup(call, cluster, group, version, rest),
            _ => KubernetesStatus.NoSuchPath(),
        };
    }

    private static Answer InGroup(ApiCall call, KubernetesCluster cluster, string group, string version, string[] rest)
    {
        (string? ns, string plural, string? name) = rest switch
        {
            [string all] => (null, all, null),
            ["namespaces", string space, string some] => (space, some, null),
            ["namespaces", string space, string some, string one] => (space, some, one),
            _ => (null, "", (string?)null),
        };
        if (
            cluster.Find(group, version, plural)
            is not
            (KubernetesResource resource, SortedDictionary<string, byte[]> objects)
        )
            return KubernetesStatus.NoSuchPath();

        string permission = resource.Permission(name is null ? "list" : "get");
        if (!call.MayDo(permission, cluster.Resource))
            return KubernetesStatus.Forbidden(resource, ns, User(call), permission);
        return name is null ? KubernetesList.Page(call, cluster, resource, ns, objects)
            : objects.TryGetValue(KubernetesCluster.Key(ns, name), out byte[]? found)
                ? new Answer(
                    200,
                    KubernetesList.Typed(resource, KubernetesList.Shown(call, resource, found)),
                    "application/json"
                )
            : KubernetesStatus.NotFound(resource, name);
    }

    private static Answer? Refusal(ApiCall call)
    {
        if (!call.Behaviour.RequireToken) return null;
        if (call.Request.Authorization is null) return KubernetesStatus.Anonymous(call.Target.Path);
        return Identity.Accepts(call) ? null : KubernetesStatus.Unauthorized();
    }

    private static string User(ApiCall call) => Identity.Of(call) ?? "user@example.com";

    private static Answer Discovered(JsonObject? found) => found is null ? KubernetesStatus.NoSuchPath() : Json(found);

    private static Answer Json(JsonObject body) => new(200, Model.Manifests.Write(body), "application/json");
}
