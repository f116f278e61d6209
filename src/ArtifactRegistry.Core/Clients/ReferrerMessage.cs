using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>An entry of a list of referrers (image-spec, descriptor.md).</summary>
internal sealed record ReferrerMessage(string? Digest, string? ArtifactType)
{
    public static ReferrerMessage Read(JsonElement json) => new(json.Text("digest"u8), json.Text("artifactType"u8));

    /// <summary>Reads the list; <c>manifests</c> may be null if nothing refers to the digest.</summary>
    public static IReadOnlyList<ReferrerMessage> ReadList(JsonElement json) => json.List("manifests"u8, Read) ?? [];
}
