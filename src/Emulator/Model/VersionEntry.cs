using System.Text.Json.Nodes;

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

    public JsonObject? Annotations { get; set; }

    public SortedSet<string> Tags { get; } = new(StringComparer.Ordinal);

    public string Resource => $"{Package.Resource}/versions/{Digest}";

    /// <summary>The digests that cannot be deleted while this one is there.</summary>
    public IEnumerable<string> Holds
        => Children.Select(child => child.Digest).Concat(SubjectDigest is null ? [] : [SubjectDigest]).Distinct();
}
