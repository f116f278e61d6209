using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>A resource of the Kubernetes API, for example <c>deployments</c> in <c>apps/v1</c>.</summary>
internal sealed record KubernetesResource(string Group, string Version, string Plural, string Kind)
{
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Gets whether it is a custom resource.</summary>
    public bool IsCustom { get; init; }

    /// <summary>The resources that exist in every cluster.</summary>
    public static IReadOnlyList<KubernetesResource> BuiltIn { get; } =
    [
        new("", "v1", "pods", "Pod") { ShortNames = ["po"] },
        new("", "v1", "podtemplates", "PodTemplate"),
        new("", "v1", "replicationcontrollers", "ReplicationController") { ShortNames = ["rc"] },
        new("apps", "v1", "controllerrevisions", "ControllerRevision"),
        new("apps", "v1", "daemonsets", "DaemonSet") { ShortNames = ["ds"] },
        new("apps", "v1", "deployments", "Deployment") { ShortNames = ["deploy"] },
        new("apps", "v1", "replicasets", "ReplicaSet") { ShortNames = ["rs"] },
        new("apps", "v1", "statefulsets", "StatefulSet") { ShortNames = ["sts"] },
        new("batch", "v1", "cronjobs", "CronJob") { ShortNames = ["cj"] },
        new("batch", "v1", "jobs", "Job"),
    ];

    public string GroupVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The name as in messages: <c>pods</c>, <c>deployments.apps</c>.</summary>
    public string FullName => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>
    /// Gets the IAM permission for a verb, for example <c>container.daemonSets.list</c>; custom resources share that of
    /// third-party objects.
    /// </summary>
    public string Permission(string verb) =>
        $"container.{(IsCustom ? "thirdPartyObjects" : char.ToLowerInvariant(Kind[0]) + Kind[1..] + Plural[Kind.Length..])}.{verb}";

    /// <summary>Gets the resource that an object is of.</summary>
    /// <exception cref="ArgumentException">The object has no <c>apiVersion</c> or <c>kind</c>.</exception>
    public static KubernetesResource Of(JsonObject item)
    {
        string apiVersion = item.Text("apiVersion") ?? throw new ArgumentException("An object has no apiVersion.");
        string kind = item.Text("kind") ?? throw new ArgumentException("An object has no kind.");
        string[] parts = apiVersion.Split('/');
        (string group, string version) = parts.Length == 1 ? ("", parts[0]) : (parts[0], parts[1]);
        return BuiltIn.FirstOrDefault(known => (known.Group, known.Version, known.Kind) == (group, version, kind))
            ?? new KubernetesResource(group, version, PluralOf(kind), kind) { IsCustom = true };
    }

    private static string PluralOf(string kind)
    {
        string name = kind.ToLowerInvariant();
        return name[^1] switch
        {
            's' or 'x' => name + "es",
            'y' => name[..^1] + "ies",
            _ => name + "s",
        };
    }
}
