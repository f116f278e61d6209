using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator;

/// <summary>The GKE clusters of a <see cref="RegistryState"/>.</summary>
public static class ClusterExtensions
{
    /// <summary>Adds a GKE cluster, and its project if that is new.</summary>
    public static RegistryState AddCluster(
        this RegistryState state, string project, string location, string name, ClusterOptions? options = null)
    {
        options ??= new ClusterOptions();
        JsonObject cluster = new()
        {
            ["name"] = name,
            ["location"] = location,
            ["zone"] = location,
            ["status"] = options.Status,
            ["endpoint"] = "192.0.2.10",
            ["currentMasterVersion"] = "1.33.2-gke.1240000",
            ["currentNodeVersion"] = "1.33.2-gke.1240000",
            ["currentNodeCount"] = options.NodePools.Count,
            ["nodePools"] = new JsonArray([.. options.NodePools.Select(pool => new JsonObject
            {
                ["name"] = pool.Name,
                ["status"] = "RUNNING",
                ["version"] = "1.33.2-gke.1240000",
                ["config"] = Identity(pool),
            })]),
        };
        if (options.Autopilot) cluster["autopilot"] = new JsonObject { ["enabled"] = true };
        if (options.AutoProvisioning is not null)
        {
            cluster["autoscaling"] = new JsonObject
            {
                ["enableNodeAutoprovisioning"] = true,
                ["autoprovisioningNodePoolDefaults"] = Identity(options.AutoProvisioning),
            };
        }
        if (options.Endpoints is not null) state.Workloads.Serve(project, location, name, options.Endpoints);
        return state.AddCluster(project, cluster);
    }

    /// <summary>Adds a GKE cluster as the API shows it; it needs a name and a location.</summary>
    public static RegistryState AddCluster(this RegistryState state, string project, JsonObject cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        if (string.IsNullOrEmpty(cluster.Text("name")) || string.IsNullOrEmpty(cluster.Text("location")))
            throw new ArgumentException("A cluster needs a name and a location.");
        lock (state.Gate)
        {
            ProjectEntry entry = state.AddProject(project).ExistingProject(project);
            entry.Clusters.Add(cluster.DeepClone().AsObject());
            entry.Record();
        }
        return state;
    }

    internal static bool HasCluster(this RegistryState state, string project, string location, string name)
    {
        lock (state.Gate)
        {
            return state.FindProject(project)?.Clusters.Exists(
                cluster => cluster.Text("location") == location && cluster.Text("name") == name) == true;
        }
    }

    /// <summary>Makes the list of clusters report that it could not reach these zones.</summary>
    public static void SetMissingZones(this RegistryState state, string project, params string[] zones)
    {
        lock (state.Gate)
        {
            ProjectEntry entry = state.ExistingProject(project);
            entry.MissingZones = zones;
            entry.Record();
        }
    }

    private static JsonObject Identity(NodePoolOptions pool) =>
        new JsonObject { ["serviceAccount"] = pool.ServiceAccount, ["machineType"] = pool.MachineType }
            .AddUnlessEmpty("oauthScopes", new JsonArray([.. pool.Scopes.Select(scope => JsonValue.Create(scope))]));
}
