using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

// An image manifest or index, as far as it refers to other manifests.
// https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md and manifest.md

/// <summary>Whoever pushes writes these, so an entry may be anything: null for what is none.</summary>
internal sealed record ManifestMessage(IReadOnlyList<DescriptorMessage?>? Manifests, DescriptorMessage? Subject)
{
    public static ManifestMessage Read(JsonElement json) =>
        new(json.List("manifests"u8, entry => entry.ValueKind is JsonValueKind.Null ? null : DescriptorMessage.Read(entry)), json.Object("subject"u8, DescriptorMessage.Read));
}

internal sealed record DescriptorMessage(string? MediaType, string? Digest, PlatformMessage? Platform)
{
    public static DescriptorMessage Read(JsonElement json) =>
        new(json.Text("mediaType"u8), json.Text("digest"u8), json.Object("platform"u8, PlatformMessage.Read));
}

internal sealed record PlatformMessage(string? Architecture, string? Os, string? Variant)
{
    public static PlatformMessage Read(JsonElement json) => new(json.Text("architecture"u8), json.Text("os"u8), json.Text("variant"u8));
}
