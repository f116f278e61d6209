using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Workloads;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>Clusters and Cloud Run beside the repository of a <see cref="Shop"/>.</summary>
internal static class Fleet
{
    /// <summary>Adds a cluster whose endpoints lead back to the emulator.</summary>
    public static KubernetesCluster AddCluster(
        this Shop shop, string name = "arena", string project = "games", ClusterEndpoints? endpoints = null)
    {
        shop.State.AddCluster(
            project,
            "europe-west1",
            name,
            new ClusterOptions { Endpoints = endpoints ?? new ClusterEndpoints() }
        );
        return shop.State.Workloads.Cluster(project, name);
    }

    public static CloudRun CloudRun(this Shop shop, string project = "games")
    {
        shop.State.AddProject(project);
        return shop.State.Workloads.CloudRun(project);
    }

    public static KubernetesCluster Add(this KubernetesCluster cluster, params JsonObject[] items)
    {
        foreach (JsonObject item in items) cluster.Apply(item);
        return cluster;
    }

    public static CloudRun Add(this CloudRun run, string location, params JsonObject[] items)
    {
        foreach (JsonObject item in items) run.Apply(location, item);
        return run;
    }

    /// <summary>Adds an untagged digest, and returns its name by digest.</summary>
    public static string AddUntagged(this Shop shop) => $"{Shop.App}@{shop.Add()}";

    /// <summary>The digests of the shop's image that are still there.</summary>
    public static IReadOnlyList<string> Names(this Shop shop) =>
        [.. shop.State.Digests(shop.Repository, "web").Select(digest => $"{Shop.App}@{digest}")];
}
