using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

// Kubernetes Engine v1: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters

internal sealed record ListClustersResponse(
    IReadOnlyList<ClusterMessage>? Clusters,
    IReadOnlyList<string>? MissingZones
)
{
    public static ListClustersResponse Read(JsonElement json) =>
        new(json.List("clusters"u8, ClusterMessage.Read), json.Texts("missingZones"u8));
}

internal sealed record ClusterMessage(
    string Name,
    string? Location,
    string? Zone,
    IReadOnlyList<NodePoolMessage>? NodePools,
    AutopilotMessage? Autopilot,
    AutoscalingMessage? Autoscaling)
{
    /// <summary>The endpoints and what they need.</summary>
    public ClusterAccessMessage Access { get; private init; } = ClusterAccessMessage.None;

    public static ClusterMessage Read(JsonElement json) =>
        new(
            json.Needed("name"u8),
            json.Text("location"u8),
            json.Text("zone"u8),
            json.List("nodePools"u8, NodePoolMessage.Read),
            json.Object("autopilot"u8, AutopilotMessage.Read),
            json.Object("autoscaling"u8, AutoscalingMessage.Read)
        )
        {
            Access = ClusterAccessMessage.Read(json),
        };
}

internal sealed record NodePoolMessage(string Name, NodeIdentityMessage? Config)
{
    public static NodePoolMessage Read(JsonElement json) =>
        new(json.Needed("name"u8), json.Object("config"u8, NodeIdentityMessage.Read));
}

/// <summary>The fields that NodeConfig and AutoprovisioningNodePoolDefaults have in common.</summary>
internal sealed record NodeIdentityMessage(
    string? ServiceAccount,
    IReadOnlyList<string>? OauthScopes,
    string? MachineType
)
{
    public static NodeIdentityMessage Read(JsonElement json) =>
        new(json.Text("serviceAccount"u8), json.Texts("oauthScopes"u8), json.Text("machineType"u8));
}

internal sealed record AutopilotMessage(bool Enabled)
{
    public static AutopilotMessage Read(JsonElement json) => new(json.Flag("enabled"u8));
}

internal sealed record AutoscalingMessage(
    bool EnableNodeAutoprovisioning,
    NodeIdentityMessage? AutoprovisioningNodePoolDefaults
)
{
    public static AutoscalingMessage Read(JsonElement json) =>
        new(
            json.Flag("enableNodeAutoprovisioning"u8),
            json.Object("autoprovisioningNodePoolDefaults"u8, NodeIdentityMessage.Read)
        );
}
