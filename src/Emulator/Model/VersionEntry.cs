using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>A version: one digest.</summary>
internal sealed class VersionEntry
{
    public required PackageEntry Package { get; init; }

    public required string Digest { get; init; }

    public required long Size { get; init; }

    public required DateTimeOffset UploadTime { get; init; }

    public required DateTimeOffset UpdateTime { get; set; }

    public DateTimeOffset? BuildTime { get; init; }

    public required string MediaType { get; init; }

    public string? ArtifactType { get; init; }

    public string? SubjectDigest { get; init; }

    public required IReadOnlyList<ChildManifest> Children { get; init; }

    /// <summary>The manifest's text.</summary>
    public required byte[] Manifest { get; init; }

    /// <summary>The blobs that it refers to and that the repository holds for it; none for a seeded manifest.</summary>
    public IReadOnlyList<string> Blobs { get; init; } = [];

    public JsonObject? Annotations { get; set; }

    public SortedSet<string> Tags { get; } = new(StringComparer.Ordinal);

    public string Resource => $"{Package.Resource}/versions/{Digest}";

    /// <summary>Records the entry. Call this when a time or an annotation changes.</summary>
    public void Record() => Package.Repository.Journal?.Put(Resource, () => new JsonObject
    {
        ["size"] = Size,
        ["uploaded"] = Json.Time(UploadTime),
        ["updated"] = Json.Time(UpdateTime),
        ["built"] = BuildTime is DateTimeOffset built ? Json.Time(built) : null,
        ["mediaType"] = MediaType,
        ["artifactType"] = ArtifactType,
        ["subject"] = SubjectDigest,
        ["children"] = JsonSerializer.SerializeToNode(Children),
        ["manifest"] = Convert.ToBase64String(Manifest),
        ["blobs"] = JsonSerializer.SerializeToNode(Blobs),
        ["annotations"] = Annotations?.DeepClone(),
    });

    /// <summary>The digests that cannot be deleted while this one exists.</summary>
    public IEnumerable<string> Holds =>
        Children.Select(child => child.Digest).Concat(SubjectDigest is null ? [] : [SubjectDigest]).Distinct();
}
