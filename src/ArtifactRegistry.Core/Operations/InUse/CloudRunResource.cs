using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>A service, revision, job, execution or instance of Cloud Run, and its images.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Location">The region, if the object tells it.</param>
/// <param name="Images">Its images.</param>
internal sealed record CloudRunResource(Workload Workload, string? Location, IReadOnlyList<SeenImage> Images)
{
    /// <summary>The revisions of a service that get requests, also those with a tag and no traffic.</summary>
    public IReadOnlyList<string> Serving { get; private init; } = [];

    /// <summary>Gets whether it is a revision of a service or worker pool.</summary>
    public bool IsRevision { get; private init; }

    /// <summary>The service that a revision belongs to; null for a worker pool.</summary>
    public string? Service { get; private init; }

    /// <summary>Reads a service of v1: what its next revision would be, and where its requests go.</summary>
    public static CloudRunResource ReadService(JsonElement json)
    {
        (string name, string? location, _) = Metadata(json);
        Workload workload = new("Service", null, name, name);
        JsonElement status = Part(json, "status");
        return new CloudRunResource(workload, location, Template(Part(json, "spec"), workload, "template"))
        {
            Serving =
            [
                .. PodSpec.Items(status, "traffic").Concat(PodSpec.Items(Part(json, "spec"), "traffic"))
                    .Where(target => target.Integer("percent"u8) > 0 || target.Text("tag"u8) is { Length: > 0 })
                    .Select(target =>
                        target.Text("revisionName"u8) is { Length: > 0 } revision
                            ? revision
                            : Text(status, "latestReadyRevisionName")
                    )
                    .Append(Text(status, "latestReadyRevisionName"))
                    .Append(Text(status, "latestCreatedRevisionName"))
                    .OfType<string>(),
            ],
        };
    }

    /// <summary>Reads a job of v1, whose executions resolve the tag of its image anew each time.</summary>
    public static CloudRunResource ReadJob(JsonElement json)
    {
        (string name, string? location, _) = Metadata(json);
        Workload workload = new("Job", null, name, name);
        return new CloudRunResource(
            workload,
            location,
            Template(Part(json, "spec"), workload, "template", "spec", "template")
        );
    }

    /// <summary>Reads a revision of v1, which tells the digest of its first container.</summary>
    public static CloudRunResource ReadRevision(JsonElement json)
    {
        (string name, string? location, JsonElement labels) = Metadata(json);
        string? service = Text(labels, "serving.knative.dev/service");
        string? pool = Text(labels, "run.googleapis.com/workerPool");
        Workload workload = new("Revision", null, name, service ?? pool);
        JsonElement status = Part(json, "status");
        List<SeenImage> images = [.. PodSpec.ImagesOf(Part(json, "spec"), status, InUseRole.Running, workload)];
        if (
            Text(status, "imageDigest") is string digest
            && images.FindIndex(seen => seen.ImageId is null) is >= 0 and var first
        )
            images[first] = images[first] with { ImageId = digest };
        else if (Text(status, "imageDigest") is string other)
            images.Add(new SeenImage(other, other, null, InUseRole.Running, workload));
        return new CloudRunResource(workload, location, images) { IsRevision = true, Service = service };
    }

    /// <summary>Reads a revision of a worker pool of v2.</summary>
    public static CloudRunResource ReadWorkerPoolRevision(JsonElement json) =>
        OfV2(json, "Revision", json.Text("service"u8) ?? Parent(json, "workerPools")) with
        {
            IsRevision = true,
        };

    /// <summary>Reads an execution of v1.</summary>
    public static CloudRunResource ReadExecution(JsonElement json)
    {
        (string name, string? location, JsonElement labels) = Metadata(json);
        Workload workload = new("Execution", null, name, Text(labels, "run.googleapis.com/job"));
        return new CloudRunResource(
            workload,
            location,
            [
                .. Template(Part(json, "spec"), workload, "template")
                    .Select(seen => seen with { Role = InUseRole.History }),
            ]
        );
    }

    /// <summary>Reads an instance of v2, which tells the digest of every container.</summary>
    public static CloudRunResource ReadInstance(JsonElement json) => OfV2(json, "Instance", null);

    private static CloudRunResource OfV2(JsonElement json, string kind, string? service)
    {
        string name = json.Needed("name"u8);
        Workload workload = new(kind, null, Last(name)!, Last(service));
        string[] parts = name.Split('/');
        return new CloudRunResource(
            workload,
            parts is [_, _, "locations", string location, ..] ? location : null,
            [.. PodSpec.ImagesOf(json, json, InUseRole.Running, workload)]);
    }

    private static (string Name, string? Location, JsonElement Labels) Metadata(JsonElement json)
    {
        JsonElement metadata = Part(json, "metadata"),
            labels = Part(metadata, "labels");
        return (
            Text(metadata, "name") ?? throw new JsonException("'name' is missing."),
            Text(labels, "cloud.googleapis.com/location"),
            labels
        );
    }

    private static IReadOnlyList<SeenImage> Template(JsonElement spec, Workload workload, params string[] path)
    {
        foreach (string name in path) spec = Part(spec, name);
        spec = Part(spec, "spec");
        return spec.ValueKind is JsonValueKind.Object
            ? [.. PodSpec.ImagesOf(spec, default, InUseRole.Template, workload)]
            : throw new JsonException($"{workload.Kind} {workload.Name} has no template.");
    }

    private static string? Parent(JsonElement json, string collection)
    {
        string[] parts = json.Needed("name"u8).Split('/');
        int at = Array.IndexOf(parts, collection);
        return at >= 0 && at + 1 < parts.Length ? parts[at + 1] : null;
    }

    private static string? Last(string? name) => name?.Split('/')[^1];

    private static JsonElement Part(JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out JsonElement part) ? part : default;

    private static string? Text(JsonElement json, string name) =>
        Part(json, name) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } found
            ? found
            : null;
}
