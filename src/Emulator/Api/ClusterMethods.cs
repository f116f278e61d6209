using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>Container v1: clusters with their node pools. The list has no pages.</summary>
internal static class ClusterMethods
{
    public static JsonObject List(ApiCall call, string p, string location)
    {
        ProjectEntry project = Project(call, p, "container.clusters.list");
        return new JsonObject()
            .AddUnlessEmpty("clusters", new JsonArray([.. project.Clusters
                .Where(cluster => location == "-" || cluster.Text("location") == location)
                .Select(cluster => cluster.DeepClone())]))
            .AddUnlessEmpty("missingZones", new JsonArray([.. project.MissingZones.Select(zone => JsonValue.Create(zone))]));
    }

    public static JsonObject Get(ApiCall call, string p, string location, string name)
        => Find(call, p, location, name).DeepClone().AsObject();

    public static JsonObject NodePools(ApiCall call, string p, string location, string name)
        => new JsonObject().AddUnlessEmpty(
            "nodePools", Find(call, p, location, name)["nodePools"]?.DeepClone() as JsonArray ?? []);

    private static JsonObject Find(ApiCall call, string p, string location, string name)
        => Project(call, p, "container.clusters.get").Clusters.FirstOrDefault(
            cluster => cluster.Text("location") == location && cluster.Text("name") == name)
            ?? throw new ApiError(404, "NOT_FOUND", $"Not found: projects/{p}/{Place(location)}/clusters/{name}.");

    // A zone is a region and a letter: us-central1-a.
    private static string Place(string location)
        => location.Count(letter => letter == '-') == 2 ? $"zones/{location}" : $"locations/{location}";

    private static ProjectEntry Project(ApiCall call, string id, string permission)
    {
        call.Demand(permission, $"projects/{id}");
        return call.State.FindProject(id) ?? throw ApiError.Lacks(permission, $"projects/{id}");
    }
}
