using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>The content of a manifest or an index.</summary>
internal sealed record PushedManifest
{
    private static readonly string[] Images = [Manifests.OciManifest, Manifests.DockerManifest];
    private static readonly string[] Indexes = [Manifests.OciIndex, Manifests.DockerList];

    public required string MediaType { get; init; }

    public bool IsIndex => Indexes.Contains(MediaType);

    public JsonObject? Config { get; init; }

    public IReadOnlyList<JsonObject> Layers { get; init; } = [];

    /// <summary>The entries of an index.</summary>
    public IReadOnlyList<JsonObject> Entries { get; init; } = [];

    public string? SubjectDigest { get; init; }

    public string? ArtifactType { get; init; }

    public JsonObject? Annotations { get; init; }

    /// <summary>The digests of its configuration and layers, without foreign layers.</summary>
    public IEnumerable<string> Blobs => Layers.Where(layer => !IsForeign(layer)).Prepend(Config)
        .OfType<JsonObject>().Select(DigestOf);

    /// <summary>The total size of its configuration and layers; zero for an index.</summary>
    public long ContentSize => Layers.Prepend(Config).OfType<JsonObject>().Sum(descriptor => (long)descriptor["size"]!);

    /// <summary>
    /// The artifact type; if there is none, the type of the configuration (spec.md#listing-referrers).
    /// </summary>
    public string? TypeOfArtifact => ArtifactType ?? Config?.Text("mediaType");

    /// <exception cref="DockerError">The registry does not accept the manifest; the message says why.</exception>
    public static PushedManifest Parse(byte[] content, string? contentType)
    {
        JsonObject json;
        try
        {
            json =
                JsonNode.Parse(content) as JsonObject
                ?? throw DockerError.ManifestInvalid("The manifest is not a JSON object");
        }
        catch (JsonException e)
        {
            throw DockerError.ManifestInvalid($"The manifest is not JSON: {e.Message}");
        }
        // Parameters such as charset must be ignored.
        string? sent = contentType?.Split(';')[0].Trim();
        string? stated = json.Text("mediaType");
        if (sent is not null && stated is not null && sent != stated)
            throw DockerError.ManifestInvalid($"The Content-Type is {sent}, but the manifest says {stated}");
        string mediaType = sent ?? stated ?? "";
        if (!Images.Contains(mediaType) && !Indexes.Contains(mediaType))
            throw DockerError.ManifestInvalid($"Manifests of type \"{mediaType}\" are not supported");
        if (json["schemaVersion"] is not JsonValue version || !version.TryGetValue(out int schema) || schema != 2)
            throw DockerError.ManifestInvalid("The schemaVersion is not 2");

        bool isIndex = Indexes.Contains(mediaType);
        return new PushedManifest
        {
            MediaType = mediaType,
            Config = isIndex ? null : Descriptor(json["config"], "config"),
            Layers = isIndex ? [] : List(json, "layers"),
            Entries = isIndex ? List(json, "manifests") : [],
            SubjectDigest = json["subject"] is JsonNode subject ? DigestOf(Descriptor(subject, "subject")) : null,
            ArtifactType = json.Text("artifactType") is { Length: > 0 } type ? type : null,
            Annotations = json["annotations"] as JsonObject,
        };
    }

    public static string DigestOf(JsonObject descriptor) => descriptor.Text("digest")!;

    private static bool IsForeign(JsonObject layer) =>
        layer["urls"] is JsonArray { Count: > 0 }
            || layer.Text("mediaType") is string type
            && (type.Contains(".foreign.", StringComparison.Ordinal)
                || type.Contains(".nondistributable.", StringComparison.Ordinal));

    private static List<JsonObject> List(JsonObject json, string field) => json[field] switch
    {
        null => [],
        JsonArray array => [.. array.Select(entry => Descriptor(entry, field))],
        _ => throw DockerError.ManifestInvalid($"\"{field}\" is not a list"),
    };

    private static JsonObject Descriptor(JsonNode? node, string field) =>
        node is JsonObject descriptor && descriptor.Text("digest") is string digest && BlobMethods.IsDigest(digest)
            && descriptor["size"] is JsonValue size && size.TryGetValue(out long bytes) && bytes >= 0
            ? descriptor
            : throw DockerError.ManifestInvalid($"\"{field}\" has no descriptor with a sha256 digest and a size");
}
