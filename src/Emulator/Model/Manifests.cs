using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>Creates the text of a manifest, so that a digest is the hash of content that can be fetched.</summary>
internal static class Manifests
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";

    public const string Schema1 = "application/vnd.docker.distribution.manifest.v1+json";
    public const string Schema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    private const int ConfigSize = 1469;
    private static readonly JsonSerializerOptions Plain =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string DigestOf(ReadOnlySpan<byte> content) => DigestFromHash(SHA256.HashData(content));

    public static string DigestFromHash(ReadOnlySpan<byte> hash) => $"sha256:{Convert.ToHexStringLower(hash)}";

    public static byte[] Write(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString(Plain));

    public static byte[] Image(
        string seed,
        ImageOptions options,
        string mediaType,
        JsonObject? subject,
        SeededContent? content)
    {
        if (mediaType is Schema1 or Schema1Signed) return OfSchema1(seed);
        bool docker = mediaType == DockerManifest;
        long layer = Math.Max(0, (options.Size ?? 0) - ConfigSize);
        JsonObject manifest = new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = mediaType,
        };
        if (options.ArtifactType is not null) manifest["artifactType"] = options.ArtifactType;
        manifest["config"] = new JsonObject
        {
            ["mediaType"] = docker
                ? "application/vnd.docker.container.image.v1+json"
                : "application/vnd.oci.image.config.v1+json",
            ["digest"] = content?.Config.Digest ?? DigestOf(Encoding.UTF8.GetBytes(seed + " config")),
            ["size"] = content?.Config.Content.Length ?? ConfigSize,
        };
        IEnumerable<(string Digest, long Length)> layers =
            content?.Layers.Select(blob => (blob.Digest, blob.Content.Length))
                ?? [(DigestOf(Encoding.UTF8.GetBytes(seed + " layer")), layer)];
        manifest["layers"] = new JsonArray([.. layers.Select(blob => new JsonObject
        {
            ["mediaType"] = docker
                ? "application/vnd.docker.image.rootfs.diff.tar.gzip"
                : "application/vnd.oci.image.layer.v1.tar+gzip",
            ["digest"] = blob.Digest,
            ["size"] = blob.Length,
        })]);
        if (subject is not null) manifest["subject"] = subject;
        return Write(manifest);
    }

    /// <summary>See https://distribution.github.io/distribution/spec/deprecated-schema-v1/.</summary>
    private static byte[] OfSchema1(string seed) =>
        Write(
            new JsonObject
            {
                ["schemaVersion"] = 1,
                ["name"] = seed,
                ["tag"] = "old",
                ["architecture"] = "amd64",
                ["fsLayers"] = new JsonArray(
                    new JsonObject { ["blobSum"] = DigestOf(Encoding.UTF8.GetBytes(seed + " layer")) }
                ),
                ["history"] = new JsonArray(new JsonObject { ["v1Compatibility"] = "{\"id\":\"1\"}" }),
            }
        );

    public static byte[] Index(string seed, ImageOptions options, string mediaType, IReadOnlyList<JsonObject> entries)
    {
        JsonObject index = new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = mediaType,
        };
        if (options.ArtifactType is not null) index["artifactType"] = options.ArtifactType;
        index["manifests"] = new JsonArray([.. entries]);
        // Two indexes may have the same children, but their digests must differ.
        if (mediaType == OciIndex) index["annotations"] = new JsonObject { ["org.example.build"] = seed };
        return Write(index);
    }

    public static JsonObject Entry(ChildManifest child, string mediaType, long size, string? describes)
    {
        JsonObject entry = new()
        {
            ["mediaType"] = mediaType,
            ["digest"] = child.Digest,
            ["size"] = size,
        };
        if (child.IsAttestation && describes is not null)
        {
            entry["annotations"] = new JsonObject
            {
                ["vnd.docker.reference.digest"] = describes,
                ["vnd.docker.reference.type"] = "attestation-manifest",
            };
        }
        if (child.ArtifactType is not null) entry["artifactType"] = child.ArtifactType;
        if (child.Os.Length + child.Architecture.Length == 0) return entry;
        JsonObject platform = new() { ["architecture"] = child.Architecture, ["os"] = child.Os };
        if (child.Variant is not null) platform["variant"] = child.Variant;
        entry["platform"] = platform;
        return entry;
    }

    public static string Seed(RepositoryName repository, string package, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{repository.Uri}/{package} {number}");
}
