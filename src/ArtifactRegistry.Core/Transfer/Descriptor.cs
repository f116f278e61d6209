namespace ArtifactRegistry.Transfer;

/// <summary>
/// A reference to content, as a manifest has it
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md).
/// </summary>
/// <param name="Digest">The digest, <c>sha256:…</c>.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="MediaType">The media type, if it is stated.</param>
internal sealed record Descriptor(string Digest, long Size, string? MediaType);
