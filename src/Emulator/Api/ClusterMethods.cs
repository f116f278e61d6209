using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;
using ArtifactRegistry.Emulator.Workloads;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>Container v1: clusters with their node pools. The list has no pages.</summary>
internal static class ClusterMethods
{
    public static JsonObject List(ApiCall call, string p, string location)
    {
        ProjectEntry project = Project(call, p, "container.clusters.list");
        return new JsonObject()
            .AddUnlessEmpty(
                "clusters",
                new JsonArray([
                    .. project
                        .Clusters.Where(cluster => location == "-" || cluster.Text("location") == location)
                        .Select(cluster => Show(call, project, cluster)),
                ])
            )
            .AddUnlessEmpty(
                "missingZones",
                new JsonArray([.. project.MissingZones.Select(zone => JsonValue.Create(zone))])
            );
    }

    public static JsonObject Get(ApiCall call, string p, string location, string name)
    {
        (ProjectEntry project, JsonObject cluster) = Find(call, p, location, name);
        return Show(call, project, cluster);
    }

    public static JsonObject NodePools(ApiCall call, string p, string location, string name) =>
        new JsonObject().AddUnlessEmpty(
            "nodePools", Find(call, p, location, name).Cluster["nodePools"]?.DeepClone() as JsonArray ?? []);

    // The endpoints are those of this server, so they are not kept with the cluster.
    private static JsonObject Show(ApiCall call, ProjectEntry project, JsonObject cluster)
    {
        JsonObject shown = cluster.DeepClone().AsObject();
        KubernetesCluster? served = call.State.Workloads.Find(
            project.Id,
            cluster.Text("location")!,
            cluster.Text("name")!
        );
        return served is null ? shown : call.Clusters.For(served).AddTo(shown, project.Number);
    }

    private static (ProjectEntry Project, JsonObject Cluster) Find(ApiCall call, string p, string location, string name)
    {
        ProjectEntry project = Project(call, p, "container.clusters.get");
        JsonObject cluster = project.Clusters.Find(known =>
            known.Text("location") == location && known.Text("name") == name
        ) ?? throw new ApiError(404, "NOT_FOUND", $"Not found: projects/{p}/{Place(location)}/clusters/{name}.");
        return (project, cluster);
    }

    // A zone is a region and a letter: us-central1-a.
    private static string Place(string location) =>
        location.Count(letter => letter == '-') == 2 ? $"zones/{location}" : $"locations/{location}";

    private static ProjectEntry Project(ApiCall call, string id, string permission)
    {
        call.Demand(permission, $"projects/{id}");
        ProjectEntry project = call.State.FindProject(id) ?? throw ApiError.Lacks(permission, $"projects/{id}");
        call.DemandApi("container.googleapis.com", project);
        return project;
    }
}
