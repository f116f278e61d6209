using System.Text.Json;

namespace ArtifactRegistry.Clients;

// Kubernetes Engine v1: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters

internal sealed record ListClustersResponse(IReadOnlyList<ClusterMessage>? Clusters, IReadOnlyList<string>? MissingZones)
{
    public static ListClustersResponse Read(JsonElement json) =>
        new(json.List("clusters", ClusterMessage.Read), json.Texts("missingZones"));
}

internal sealed record ClusterMessage(
    string Name,
    string? Location,
    string? Zone,
    IReadOnlyList<NodePoolMessage>? NodePools,
    AutopilotMessage? Autopilot,
    AutoscalingMessage? Autoscaling)
{
    public static ClusterMessage Read(JsonElement json) => new(
        json.Needed("name"), json.Text("location"), json.Text("zone"), json.List("nodePools", NodePoolMessage.Read),
        json.Object("autopilot", AutopilotMessage.Read), json.Object("autoscaling", AutoscalingMessage.Read));
}

internal sealed record NodePoolMessage(string Name, NodeIdentityMessage? Config)
{
    public static NodePoolMessage Read(JsonElement json) =>
        new(json.Needed("name"), json.Object("config", NodeIdentityMessage.Read));
}

/// <summary>What NodeConfig and AutoprovisioningNodePoolDefaults say alike.</summary>
internal sealed record NodeIdentityMessage(string? ServiceAccount, IReadOnlyList<string>? OauthScopes)
{
    public static NodeIdentityMessage Read(JsonElement json) => new(json.Text("serviceAccount"), json.Texts("oauthScopes"));
}

internal sealed record AutopilotMessage(bool Enabled)
{
    public static AutopilotMessage Read(JsonElement json) => new(json.Flag("enabled"));
}

internal sealed record AutoscalingMessage(bool EnableNodeAutoprovisioning, NodeIdentityMessage? AutoprovisioningNodePoolDefaults)
{
    public static AutoscalingMessage Read(JsonElement json) => new(
        json.Flag("enableNodeAutoprovisioning"), json.Object("autoprovisioningNodePoolDefaults", NodeIdentityMessage.Read));
}
