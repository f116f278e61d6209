using System.Text.Json.Nodes;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>Kubernetes objects as an API server lists them, with only what matters here.</summary>
internal static class Kube
{
    public static JsonObject Pod(
        string name,
        string image,
        string? imageId = null,
        (string Kind, string Name)? owner = null,
        string? hash = null
    )
    {
        JsonObject pod = Object("v1", "Pod", name, Spec(image), owner);
        if (hash is not null) pod["metadata"]!["labels"] = new JsonObject { ["pod-template-hash"] = hash };
        pod["status"] = new JsonObject { ["phase"] = "Running" };
        if (imageId is not null)
            pod["status"]!["containerStatuses"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "main",
                    ["image"] = image,
                    ["imageID"] = imageId,
                }
            );
        return pod;
    }

    /// <summary>A deployment, stateful set, daemon set, replica set or job.</summary>
    public static JsonObject Workload(
        string apiVersion,
        string kind,
        string name,
        JsonObject podSpec,
        int replicas = 1,
        (string, string)? owner = null
    ) =>
        Object(
            apiVersion,
            kind,
            name,
            new JsonObject
            {
                ["replicas"] = replicas,
                ["template"] = new JsonObject { ["spec"] = podSpec },
            },
            owner
        );

    public static JsonObject Deployment(string name, string image, int replicas = 1) =>
        Workload("apps/v1", "Deployment", name, Spec(image), replicas);

    public static JsonObject CronJob(string name, string image, bool suspend) =>
        Object(
            "batch/v1",
            "CronJob",
            name,
            new JsonObject
            {
                ["schedule"] = "0 3 * * *",
                ["suspend"] = suspend,
                ["jobTemplate"] = new JsonObject
                {
                    ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = Spec(image) } },
                },
            }
        );

    public static JsonObject PodTemplate(string name, string image)
    {
        JsonObject template = Object("v1", "PodTemplate", name, []);
        template.Remove("spec");
        template["template"] = new JsonObject { ["spec"] = Spec(image) };
        return template;
    }

    /// <summary>The history of a stateful or daemon set: a patch.</summary>
    public static JsonObject ControllerRevision(string name, string image, string set)
    {
        JsonObject revision = Object("apps/v1", "ControllerRevision", name, [], ("StatefulSet", set));
        revision.Remove("spec");
        revision["data"] = new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["template"] = new JsonObject { ["$patch"] = "replace", ["spec"] = Spec(image) },
            },
        };
        revision["revision"] = 1;
        return revision;
    }

    public static JsonObject Spec(string image, string? init = null, string? sidecar = null, string? volume = null)
    {
        JsonObject spec = new() { ["containers"] = new JsonArray(Container("main", image)) };
        if (sidecar is not null) spec["containers"]!.AsArray().Add(Container("sidecar", sidecar));
        if (init is not null) spec["initContainers"] = new JsonArray(Container("init", init));
        if (volume is not null)
            spec["volumes"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "data",
                    ["image"] = new JsonObject { ["reference"] = volume },
                }
            );
        return spec;
    }

    public static JsonObject Container(string name, string image) => new() { ["name"] = name, ["image"] = image };

    public static JsonObject Object(
        string apiVersion,
        string kind,
        string name,
        JsonObject spec,
        (string Kind, string Name)? owner = null
    )
    {
        JsonObject metadata = new() { ["name"] = name, ["namespace"] = "shop" };
        if (owner is not null)
            metadata["ownerReferences"] = new JsonArray(
                new JsonObject
                {
                    ["kind"] = owner.Value.Kind,
                    ["name"] = owner.Value.Name,
                    ["controller"] = true,
                }
            );
        return new JsonObject
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = metadata,
            ["spec"] = spec,
        };
    }
}
