using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>A kind of Kubernetes object that names images.</summary>
/// <param name="Path">The path of its list.</param>
/// <param name="Permission">The permission to list it.</param>
/// <param name="Read">Gets the images of one object.</param>
internal sealed record KubernetesKind(string Path, string Permission, Func<JsonElement, IEnumerable<SeenImage>> Read)
{
    /// <summary>Pods, which are read first.</summary>
    public static KubernetesKind Pods { get; } = new("api/v1/pods", "container.pods.list", PodImages);

    /// <summary>
    /// The kinds besides pods. The history of stateful and daemon sets is in controller revisions, that of deployments
    /// in replica sets.
    /// </summary>
    public static IReadOnlyList<KubernetesKind> Others { get; } =
    [
        Template("apis/apps/v1/deployments", "deployments", "Deployment", "spec", "template"),
        Template("apis/apps/v1/replicasets", "replicaSets", "ReplicaSet", "spec", "template"),
        Template("apis/apps/v1/statefulsets", "statefulSets", "StatefulSet", "spec", "template"),
        Template("apis/apps/v1/daemonsets", "daemonSets", "DaemonSet", "spec", "template"),
        new("apis/apps/v1/controllerrevisions", "container.controllerRevisions.list", RevisionImages),
        Template("apis/batch/v1/jobs", "jobs", "Job", "spec", "template"),
        Template("apis/batch/v1/cronjobs", "cronJobs", "CronJob", "spec", "jobTemplate", "spec", "template"),
        Template(
            "api/v1/replicationcontrollers",
            "replicationControllers",
            "ReplicationController",
            "spec",
            "template"
        ),
        Template("api/v1/podtemplates", "podTemplates", "PodTemplate", "template"),
    ];

    /// <summary>Creates the kind of a custom resource, whose objects are searched for texts that name images.</summary>
    /// <param name="resource">The group, version and plural name: <c>argoproj.io/v1alpha1/rollouts</c>.</param>
    public static KubernetesKind Custom(string resource)
    {
        string[] parts = resource.Split('/');
        return new(
            parts is ["core" or "", string version, string plural] ? $"api/{version}/{plural}" : $"apis/{resource}",
            "container.thirdPartyObjects.list",
            item =>
                Texts(item)
                    .SelectMany(ImageNamesInText.Find)
                    .Select(text => new SeenImage(
                        text,
                        null,
                        null,
                        InUseRole.Template,
                        WorkloadOf(item, item.Text("kind"u8) ?? parts[^1])
                    ))
        );
    }

    private static IEnumerable<SeenImage> PodImages(JsonElement pod)
    {
        JsonElement status = Part(pod, "status");
        InUseRole role = status.ValueKind is JsonValueKind.Object && status.Text("phase"u8) is "Succeeded" or "Failed"
            ? InUseRole.History
            : InUseRole.Running;
        return PodSpec.ImagesOf(Needed(pod, "spec"), status, role, WorkloadOf(pod, "Pod"));
    }

    private static KubernetesKind Template(string path, string permission, string kind, params string[] template) =>
        new(path, $"container.{permission}.list", item =>
        {
            JsonElement part = item;
            foreach (string name in template) part = Part(part, name);
            // The template of a replica set and of a replication controller may be absent.
            if (Part(part, "spec") is not { ValueKind: JsonValueKind.Object } spec) return [];
            bool isOld = kind == "ReplicaSet" && Part(item, "spec").Integer("replicas"u8) is 0;
            return PodSpec.ImagesOf(
                spec,
                default,
                isOld ? InUseRole.History : InUseRole.Template,
                WorkloadOf(item, kind)
            );
        });

    // The data is a patch, whose form depends on what it changes; so every image in it counts.
    private static IEnumerable<SeenImage> RevisionImages(JsonElement revision)
    {
        Workload workload = WorkloadOf(revision, "ControllerRevision");
        return Images(Part(revision, "data"))
            .Select(image => new SeenImage(image, null, null, InUseRole.History, workload));
    }

    private static IEnumerable<string> Images(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Images),
        JsonValueKind.Object => json.EnumerateObject().SelectMany(field => field switch
        {
            { Name: "image" or "reference", Value.ValueKind: JsonValueKind.String } => [field.Value.GetString()!],
            _ => Images(field.Value),
        }),
        _ => [],
    };

    /// <summary>Gets all texts in an object, however deep.</summary>
    public static IEnumerable<string> Texts(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => [json.GetString()!],
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => json.EnumerateObject().SelectMany(field => Texts(field.Value)),
        _ => [],
    };

    /// <summary>Gets the workload that an object belongs to: its controller, or itself if it has none.</summary>
    private static Workload WorkloadOf(JsonElement item, string kind)
    {
        JsonElement metadata = Needed(item, "metadata");
        string name = metadata.Needed("name"u8);
        string? space = metadata.Text("namespace"u8);
        foreach (JsonElement owner in PodSpec.Items(metadata, "ownerReferences"))
        {
            if (!owner.Flag("controller"u8)) continue;
            (kind, name) = (owner.Needed("kind"u8), owner.Needed("name"u8));
            // A deployment names its replica sets NAME-HASH, and their pods have the hash as a label.
            if (
                kind == "ReplicaSet"
                && Part(metadata, "labels") is { ValueKind: JsonValueKind.Object } labels
                && labels.Text("pod-template-hash"u8) is { Length: > 0 } hash
                && name.EndsWith($"-{hash}", StringComparison.Ordinal)
            )
                return new Workload("Deployment", space, name[..^(hash.Length + 1)]);
            break;
        }

        return new Workload(kind, space, name);
    }

    private static JsonElement Part(JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out JsonElement part) ? part : default;

    private static JsonElement Needed(JsonElement json, string name) =>
        Part(json, name) is { ValueKind: JsonValueKind.Object } part
            ? part
            : throw new JsonException($"'{name}' is missing.");
}
