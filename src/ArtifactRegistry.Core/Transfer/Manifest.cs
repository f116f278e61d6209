using System.Text.Json;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Transfer;

/// <summary>A manifest or index: its bytes, which are never written anew, and what it refers to.</summary>
internal sealed record Manifest
{
    private Manifest(ReadOnlyMemory<byte> bytes, string digest, string mediaType) =>
        (Bytes, Digest, MediaType) = (bytes, digest, mediaType);

    /// <summary>The bytes as they were read.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The digest of the bytes.</summary>
    public string Digest { get; }

    /// <summary>The media type with which it was served, or else the one that it states.</summary>
    public string MediaType { get; }

    /// <summary>The manifests that an index lists, each of them once.</summary>
    public IReadOnlyList<Descriptor> Children { get; private init; } = [];

    /// <summary>The configuration, which is one of <see cref="Blobs"/>; null if it has none.</summary>
    public Descriptor? Config { get; private init; }

    /// <summary>
    /// The blobs that it needs, each of them once: the configuration, the layers, and entries of an index that are
    /// blobs.
    /// </summary>
    public IReadOnlyList<Descriptor> Blobs { get; private init; } = [];

    /// <summary>The blobs without the configuration.</summary>
    public IReadOnlyList<Descriptor> Layers { get; private init; } = [];

    /// <summary>
    /// The layers that registries need not have, because they are not to be distributed or are downloaded from
    /// elsewhere; of these only the descriptor is transferred.
    /// </summary>
    public IReadOnlyList<Descriptor> ForeignLayers { get; private init; } = [];

    /// <summary>The manifest that it is about, such as the image of a signature; null if it has none.</summary>
    public Descriptor? Subject { get; private init; }

    /// <summary>Parses the bytes of a manifest.</summary>
    /// <param name="bytes">The bytes, which are kept.</param>
    /// <param name="mediaType">The media type with which it was served; null if it is not known.</param>
    /// <exception cref="RegistryException">It is not a manifest that can be transferred.</exception>
    public static Manifest Parse(ReadOnlyMemory<byte> bytes, string? mediaType)
    {
        string digest = ArtifactRegistry.Digest.Of(bytes.Span);
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return document.Read(json => Read(json, bytes, digest, mediaType));
        }
        catch (JsonException e)
        {
            throw new RegistryException(
                RegistryErrorKind.UnexpectedAnswer, $"The manifest {digest} cannot be transferred: {e.Message}", e)
            {
                IsFinal = true,
            };
        }
    }

    /// <summary>
    /// Gets the entries for its children and layers as they are written. Digests alone do not tell what it has: cosign
    /// keeps a signature in the annotations of a layer, whose content is the same for all keys.
    /// </summary>
    public IEnumerable<string> Entries()
    {
        using JsonDocument document = JsonDocument.Parse(Bytes);
        foreach (JsonProperty list in document.RootElement.EnumerateObject())
        {
            if (list.Name is not ("manifests" or "layers" or "blobs")
                || list.Value.ValueKind is not JsonValueKind.Array)
                continue;
            foreach (JsonElement entry in list.Value.EnumerateArray()) yield return entry.GetRawText();
        }
    }

    private static Manifest Read(JsonElement json, ReadOnlyMemory<byte> bytes, string digest, string? mediaType)
    {
        mediaType ??= json.Text("mediaType"u8)
            ?? (json.List("manifests"u8, ReadDescriptor) is null ? MediaTypes.OciManifest : MediaTypes.OciIndex);
        // A signed manifest of this kind has another digest than its bytes.
        if (mediaType is MediaTypes.DockerSchema1 or MediaTypes.DockerSchema1Signed)
            throw new JsonException("Its format is Docker's first, which registries no longer accept.");

        IReadOnlyList<Descriptor> entries = json.List("manifests"u8, ReadDescriptor) ?? [];
        (Descriptor Layer, bool IsForeign)[] layers =
            [.. json.List("layers"u8, ReadLayer) ?? [], .. json.List("blobs"u8, ReadLayer) ?? []];
        Descriptor? config = json.Object("config"u8, ReadDescriptor);
        return new Manifest(bytes, digest, mediaType)
        {
            Children = [.. entries.Where(entry => !MediaTypes.IsBlob(entry.MediaType)).DistinctBy(DigestOf)],
            Config = config,
            Blobs = [
                .. (config is null ? [] : new[] { config })
                    .Concat(layers.Where(layer => !layer.IsForeign).Select(layer => layer.Layer))
                    .Concat(entries.Where(entry => MediaTypes.IsBlob(entry.MediaType)))
                    .DistinctBy(DigestOf),
            ],
            Layers = [.. layers.Where(layer => !layer.IsForeign).Select(layer => layer.Layer)],
            ForeignLayers = [.. layers.Where(layer => layer.IsForeign).Select(layer => layer.Layer)],
            Subject = json.Object("subject"u8, ReadDescriptor),
        };

        static string DigestOf(Descriptor descriptor) => descriptor.Digest;
    }

    private static (Descriptor Layer, bool IsForeign) ReadLayer(JsonElement json)
    {
        Descriptor layer = ReadDescriptor(json);
        bool isForeign = json.Texts("urls"u8) is { Count: > 0 }
            || (layer.MediaType is string type
                && (type.Contains(".foreign.", StringComparison.Ordinal)
                    || type.Contains(".nondistributable.", StringComparison.Ordinal)));
        return (layer, isForeign);
    }

    private static Descriptor ReadDescriptor(JsonElement json)
    {
        string digest = json.Needed("digest"u8);
        if (!ArtifactRegistry.Digest.IsValid(digest))
            throw new JsonException($"It refers to '{digest}', which is not a SHA-256 digest.");
        return new Descriptor(
            digest,
            json.Size("size"u8) ?? throw new JsonException($"It does not say which size {digest} has."),
            json.Text("mediaType"u8));
    }
}
