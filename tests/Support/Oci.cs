using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.TestSupport;

/// <summary>Makes what is pushed: manifests and indexes, as bytes, and their digests.</summary>
internal static class Oci
{
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string Config = "application/vnd.oci.image.config.v1+json";
    public const string Layer = "application/vnd.oci.image.layer.v1.tar+gzip";

    public static string DigestOf(ReadOnlySpan<byte> bytes) =>
        $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    /// <summary>Gets the digest of what a stream has from here to its end.</summary>
    public static async Task<string> DigestOfAsync(Stream stream, CancellationToken stop) =>
        $"sha256:{Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, stop))}";

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Bytes(JsonNode json) => Bytes(json.ToJsonString());

    public static JsonObject Descriptor(string mediaType, byte[] content) => new()
    {
        ["mediaType"] = mediaType,
        ["digest"] = DigestOf(content),
        ["size"] = content.Length,
    };

    public static JsonObject ImageOf(byte[] config, params byte[][] layers) => new()
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = Manifest,
        ["config"] = Descriptor(Config, config),
        ["layers"] = new JsonArray([.. layers.Select(layer => Descriptor(Layer, layer))]),
    };

    public static JsonObject IndexOf(params (byte[] Manifest, string Platform)[] entries) => new()
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = Index,
        ["manifests"] = new JsonArray([.. entries.Select(entry =>
        {
            JsonObject descriptor = Descriptor(Manifest, entry.Manifest);
            string[] platform = entry.Platform.Split('/');
            descriptor["platform"] = new JsonObject { ["os"] = platform[0], ["architecture"] = platform[1] };
            return descriptor;
        })]),
    };
}
