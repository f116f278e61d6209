using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>
/// The discovery of a Kubernetes API, in the form without aggregation, which every client falls back on.
/// </summary>
internal static class KubernetesDiscovery
{
    public static JsonObject Versions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    public static JsonObject Groups(KubernetesCluster cluster) =>
        new()
        {
            ["kind"] = "APIGroupList",
            ["apiVersion"] = "v1",
            ["groups"] = new JsonArray([
                .. cluster
                    .Resources.Select(resource => resource.Group)
                    .Where(group => group.Length > 0)
                    .Distinct()
                    .Select(group => Describe(cluster, group)),
            ]),
        };

    /// <summary>Describes a group; null if the cluster does not have it.</summary>
    public static JsonObject? Group(KubernetesCluster cluster, string group)
    {
        if (group.Length == 0 || cluster.Resources.All(resource => resource.Group != group)) return null;
        JsonObject description = Describe(cluster, group);
        description["kind"] = "APIGroup";
        description["apiVersion"] = "v1";
        return description;
    }

    /// <summary>Lists the resources of a group and version; null if the cluster does not have it.</summary>
    public static JsonObject? Resources(KubernetesCluster cluster, string group, string version)
    {
        KubernetesResource[] resources =
            [.. cluster.Resources.Where(resource => (resource.Group, resource.Version) == (group, version))];
        return resources.Length == 0 ? null : new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = resources[0].GroupVersion,
            ["resources"] = new JsonArray([.. resources.Select(Describe)]),
        };
    }

    private static JsonObject Describe(KubernetesCluster cluster, string group)
    {
        JsonObject[] versions =
        [
            .. cluster
                .Resources.Where(resource => resource.Group == group)
                .Select(resource => resource.Version)
                .Distinct()
                .Select(version => new JsonObject { ["groupVersion"] = $"{group}/{version}", ["version"] = version }),
        ];
        return new JsonObject
        {
            ["name"] = group,
            ["versions"] = new JsonArray([.. versions]),
            ["preferredVersion"] = versions[0].DeepClone(),
        };
    }

    private static JsonObject Describe(KubernetesResource resource) => new JsonObject
    {
        ["name"] = resource.Plural,
        ["singularName"] = resource.Kind.ToLowerInvariant(),
        ["namespaced"] = true,
        ["kind"] = resource.Kind,
        ["verbs"] = new JsonArray("get", "list"),
    }.AddUnlessEmpty("shortNames", new JsonArray([.. resource.ShortNames.Select(name => JsonValue.Create(name))]));
}
