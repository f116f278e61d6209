using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>The fields of a cluster that say how its Kubernetes API is reached.</summary>
/// <param name="Status">The state, for example <c>RUNNING</c>.</param>
/// <param name="Endpoint">The IP address; the DNS name if the IP endpoints are off.</param>
/// <param name="CaCertificate">The certificate authority of the IP endpoints: PEM in Base64.</param>
/// <param name="DnsEndpoint">The DNS endpoint, whose certificate is a public one.</param>
/// <param name="IsDnsOpen">Whether the DNS endpoint accepts callers from outside.</param>
/// <param name="PublicEndpoint">The public IP address.</param>
/// <param name="PrivateEndpoint">The IP address within the VPC network.</param>
/// <param name="IsPublic">Whether there is a public IP endpoint; null if the cluster does not say.</param>
/// <param name="HasIpEndpoints">Whether there are IP endpoints; null if the cluster does not say.</param>
/// <param name="HasAuthorizedNetworks">Whether only listed networks may connect.</param>
/// <param name="Membership">The membership of a fleet:
/// <c>//gkehub.googleapis.com/projects/N/locations/L/memberships/M</c>.</param>
internal sealed record ClusterAccessMessage(
    string? Status,
    string? Endpoint,
    string? CaCertificate,
    string? DnsEndpoint,
    bool IsDnsOpen,
    string? PublicEndpoint,
    string? PrivateEndpoint,
    bool? IsPublic,
    bool? HasIpEndpoints,
    bool HasAuthorizedNetworks,
    string? Membership)
{
    /// <summary>A cluster that tells nothing.</summary>
    public static ClusterAccessMessage None { get; } =
        new(null, null, null, null, false, null, null, null, null, false, null);

    public static ClusterAccessMessage Read(JsonElement json)
    {
        JsonElement control = Part(json, "controlPlaneEndpointsConfig"u8), dns = Part(control, "dnsEndpointConfig"u8);
        JsonElement ip = Part(control, "ipEndpointsConfig"u8), isolated = Part(json, "privateClusterConfig"u8);
        return new(
            Text(json, "status"u8),
            Text(json, "endpoint"u8),
            Text(Part(json, "masterAuth"u8), "clusterCaCertificate"u8),
            Text(dns, "endpoint"u8),
            Flag(dns, "allowExternalTraffic"u8) is true,
            Text(ip, "publicEndpoint"u8) ?? Text(isolated, "publicEndpoint"u8),
            Text(ip, "privateEndpoint"u8) ?? Text(isolated, "privateEndpoint"u8),
            // Messages in proto3 leave out what is false, so the presence of the object says that it is not public.
            ip.ValueKind is JsonValueKind.Object ? Flag(ip, "enablePublicEndpoint"u8) is true
                : Flag(isolated, "enablePrivateEndpoint"u8) is true ? false : null,
            ip.ValueKind is JsonValueKind.Object ? Flag(ip, "enabled"u8) is true : null,
            Flag(Part(json, "masterAuthorizedNetworksConfig"u8), "enabled"u8) is true
                || Flag(Part(ip, "authorizedNetworksConfig"u8), "enabled"u8) is true,
            Text(Part(json, "fleet"u8), "membership"u8));
    }

    private static JsonElement Part(JsonElement json, ReadOnlySpan<byte> name) =>
        json.ValueKind is JsonValueKind.Object
        && json.TryGetProperty(name, out JsonElement part)
        && part.ValueKind is JsonValueKind.Object
            ? part
            : default;

    private static string? Text(JsonElement json, ReadOnlySpan<byte> name) =>
        json.ValueKind is JsonValueKind.Object && json.Text(name) is { Length: > 0 } text ? text : null;

    private static bool? Flag(JsonElement json, ReadOnlySpan<byte> name) =>
        json.ValueKind is JsonValueKind.Object ? json.Flag(name) : null;
}
