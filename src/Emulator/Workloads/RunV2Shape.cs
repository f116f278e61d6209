using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>The objects of Cloud Run's version 1 in the shape of version 2.</summary>
internal static class RunV2Shape
{
    private const string ServiceLabel = "serving.knative.dev/service";
    private const string WorkerPoolLabel = "run.googleapis.com/workerPool";
    private const string JobLabel = "run.googleapis.com/job";

    public static JsonObject Of(string kind, string project, string key, JsonObject item)
    {
        if (kind == "Instance")
        {
            JsonObject instance = item.DeepClone().AsObject();
            instance.Remove("kind");
            return instance;
        }
        string[] parts = key.Split('/');
        JsonObject metadata = item["metadata"]!.AsObject();
        (string Collection, string Id)? owner = OwnerOf(kind, item);
        string parent =
            $"projects/{project}/locations/{parts[0]}"
            + (owner is null ? "" : $"/{owner.Value.Collection}/{owner.Value.Id}");
        JsonObject shown = new()
        {
            ["name"] = $"{parent}/{char.ToLowerInvariant(kind[0])}{kind[1..]}s/{parts[1]}",
            ["uid"] = metadata.Text("uid"),
            ["generation"] = $"{metadata["generation"]}",
            ["labels"] = metadata["labels"]!.DeepClone(),
            ["createTime"] = metadata.Text("creationTimestamp"),
        };
        JsonArray containers = Containers(item["spec"]);
        switch (kind)
        {
            case "Revision":
                shown[owner!.Value.Collection == "services" ? "service" : "workerPool"] = owner.Value.Id;
                shown["containers"] = containers;
                break;
            case "Job":
                shown["template"] = new JsonObject { ["template"] = new JsonObject { ["containers"] = containers } };
                break;
            default:
                if (kind == "Execution") shown["job"] = owner!.Value.Id;
                shown["template"] = new JsonObject { ["containers"] = containers };
                break;
        }
        return shown;
    }

    /// <summary>Gets the collection and id of what a revision or an execution belongs to.</summary>
    public static (string Collection, string Id)? OwnerOf(string kind, JsonObject item)
    {
        JsonObject metadata = item["metadata"]!.AsObject();
        // Cloud Run names them OWNER-00001-abc and OWNER-abcde.
        string name = metadata.Text("name")!;
        string prefix = name.LastIndexOf('-') is > 0 and int dash ? name[..dash] : name;
        JsonObject labels = metadata["labels"]!.AsObject();
        return kind switch
        {
            "Revision" when labels.Text(WorkerPoolLabel) is string pool => ("workerPools", pool),
            "Revision" => ("services", labels.Text(ServiceLabel) ?? prefix),
            "Execution" => ("jobs", labels.Text(JobLabel) ?? prefix),
            _ => null,
        };
    }

    // A job has a template of executions, which has a template of tasks.
    private static JsonArray Containers(JsonNode? spec)
    {
        while (spec?["template"]?["spec"] is JsonNode inner)
            spec = inner;
        return [
            .. (spec?["containers"] as JsonArray ?? []).OfType<JsonObject>().Select(container => container.DeepClone()),
        ];
    }
}
