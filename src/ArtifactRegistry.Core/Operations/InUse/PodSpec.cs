using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>Reads the images of a pod specification, and what the status of a pod says of them.</summary>
internal static class PodSpec
{
    private static readonly (string Containers, string Statuses)[] Lists =
    [
        ("containers", "containerStatuses"),
        ("initContainers", "initContainerStatuses"),
        ("ephemeralContainers", "ephemeralContainerStatuses"),
    ];

    /// <summary>Gets the images of containers, init and ephemeral containers and image volumes.</summary>
    /// <param name="spec">The specification of a pod, or of a revision or job of Cloud Run.</param>
    /// <param name="status">The status, if there is one; otherwise the default.</param>
    /// <param name="role">The way in which the images are used.</param>
    /// <param name="workload">The workload.</param>
    /// <exception cref="JsonException">It has no containers.</exception>
    public static IEnumerable<SeenImage> ImagesOf(
        JsonElement spec,
        JsonElement status,
        InUseRole role,
        Workload workload
    )
    {
        if (!spec.TryGetProperty("containers"u8, out _))
            throw new JsonException($"{workload.Kind} {workload.Name} has no containers.");
        foreach ((string list, string statuses) in Lists)
        {
            Dictionary<string, string>? running = Running(status, statuses);
            foreach (JsonElement container in Items(spec, list))
            {
                string? name = container.Text("name"u8);
                string? id = null;
                if (name is not null) running?.Remove(name, out id);
                // A container may leave its image to the controllers that change pods before they start.
                if (container.Text("image"u8) is { Length: > 0 } image)
                    yield return new SeenImage(image, id, name, role, workload);
                else if (id is not null)
                    yield return new SeenImage(id, id, name, role, workload);
            }

            if (running is null) continue;
            foreach ((string name, string id) in running) yield return new SeenImage(id, id, name, role, workload);
        }

        foreach (JsonElement volume in Items(spec, "volumes"))
            if (volume.Object<Reference>("image"u8, Reference.Read) is { Image.Length: > 0 } image)
                yield return new SeenImage(image.Image, null, volume.Text("name"u8), role, workload);
    }

    /// <summary>Gets the objects of a list; none if the list is absent or null.</summary>
    public static JsonElement.ArrayEnumerator Items(JsonElement json, string list)
    {
        if (json.ValueKind is not JsonValueKind.Object || !json.TryGetProperty(list, out JsonElement items)
            || items.ValueKind is JsonValueKind.Null)
            return default; // which has no elements
        return items.ValueKind is JsonValueKind.Array
            ? items.EnumerateArray()
            : throw new JsonException($"'{list}' is not a list.");
    }

    // What has not been started yet has no ID, or an empty one. Most lists are absent, and are not worth a dictionary:
    // there are as many as there are pods.
    private static Dictionary<string, string>? Running(JsonElement status, string list)
    {
        Dictionary<string, string>? ids = null;
        foreach (JsonElement container in Items(status, list))
            if (container.Text("name"u8) is string name
                && (container.Text("imageID"u8) ?? container.Text("imageDigest"u8)) is { Length: > 0 } id)
                (ids ??= new(StringComparer.Ordinal))[name] = id;
        return ids;
    }

    private sealed record Reference(string? Image)
    {
        public static Reference Read(JsonElement json) => new(json.Text("reference"u8));
    }
}
