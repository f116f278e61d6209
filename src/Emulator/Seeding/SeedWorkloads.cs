using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Workloads;

namespace ArtifactRegistry.Emulator.Seeding;

/// <summary>A cluster of a <see cref="SeedProject"/> with its endpoints and Kubernetes objects.</summary>
public sealed record SeedKubernetes
{
    /// <summary>The name of the cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>Its region or zone.</summary>
    public required string Location { get; init; }

    /// <summary>Its endpoints.</summary>
    public ClusterEndpoints Endpoints { get; set; } = new();

    /// <summary>Its objects, as <c>kubectl get -o json</c> prints them.</summary>
    public IReadOnlyList<JsonObject> Objects { get; set; } = [];
}

/// <summary>The objects of a service in one region, zone or other scope.</summary>
public sealed record SeedScope
{
    /// <summary>The region, or the scope as the service names it.</summary>
    public required string Scope { get; init; }

    /// <summary>The objects, as the service's API shows them.</summary>
    public IReadOnlyList<JsonObject> Objects { get; set; } = [];
}

/// <summary>Adds to a state what the projects of a seed run.</summary>
internal static class SeedWorkloads
{
    /// <exception cref="FormatException">An object has no name or no kind.</exception>
    public static void Add(SeedProject project, RegistryState state)
    {
        try
        {
            foreach (SeedKubernetes cluster in project.Kubernetes) Add(project.Id, cluster, state);
            CloudRun run = state.Workloads.CloudRun(project.Id);
            run.Unreachable = project.Unreachable;
            foreach (SeedScope region in project.CloudRun)
                foreach (JsonObject item in region.Objects) run.Apply(region.Scope, item);
            Add(state.Workloads.AppEngine(project.Id), project.AppEngine);
            Add(state.Workloads.ComputeEngine(project.Id).Instances, project.Instances);
            Add(state.Workloads.ComputeEngine(project.Id).InstanceTemplates, project.InstanceTemplates);
            Add(state.Workloads.CloudDeploy(project.Id), project.CloudDeploy);
            state.Workloads.SetAncestors(project.Id, [.. project.Ancestors]);
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static void Add(string project, SeedKubernetes seed, RegistryState state)
    {
        if (!state.HasCluster(project, seed.Location, seed.Cluster))
            state.AddCluster(project, seed.Location, seed.Cluster);
        KubernetesCluster cluster = state.Workloads.Serve(project, seed.Location, seed.Cluster, seed.Endpoints);
        foreach (JsonObject item in seed.Objects) cluster.Apply(item);
    }

    private static void Add(ScopedObjects objects, IEnumerable<SeedScope> scopes)
    {
        foreach (SeedScope scope in scopes)
            foreach (JsonObject item in scope.Objects) objects.Apply(scope.Scope, item);
    }
}
