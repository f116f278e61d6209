using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.TestSupport;

/// <summary>A folder of images as skopeo reads and writes it (image-spec, image-layout.md).</summary>
internal sealed class OciLayout
{
    private readonly string _folder;
    private readonly JsonArray _entries = [];

    public OciLayout(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256"));
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
    }

    /// <summary>What skopeo calls an image of this layout.</summary>
    public string this[string name] => $"oci:{_folder}:{name}";

    /// <summary>The path of a blob.</summary>
    public string PathOf(string digest) => Path.Combine(_folder, "blobs", "sha256", digest["sha256:".Length..]);

    /// <summary>The digests of the blobs that are there.</summary>
    public IEnumerable<string> Digests =>
        Directory.GetFiles(Path.Combine(_folder, "blobs", "sha256")).Select(file => $"sha256:{Path.GetFileName(file)}");

    public JsonObject Read(string digest) => JsonNode.Parse(File.ReadAllBytes(PathOf(digest)))!.AsObject();

    /// <summary>The digest of a named image that skopeo has put here.</summary>
    public string DigestOf(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "index.json")))!["manifests"]!
            .AsArray()
            .Where(entry => (string?)entry!["annotations"]?["org.opencontainers.image.ref.name"] == name)
            .Select(entry => (string)entry!["digest"]!)
            .Single();

    /// <summary>A layer: files by path, all of them executable.</summary>
    public static byte[] Layer(params (string Path, byte[] Content)[] files)
    {
        using MemoryStream bytes = new();
        using (GZipStream gzip = new(bytes, CompressionLevel.Fastest))
        using (TarWriter tar = new(gzip, TarEntryFormat.Ustar))
        {
            foreach ((string path, byte[] content) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path)
                {
                    Mode = (UnixFileMode)0b111_101_101,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    DataStream = new MemoryStream(content),
                });
            }
        }
        return bytes.ToArray();
    }

    /// <summary>Puts an image here.</summary>
    /// <returns>Its manifest.</returns>
    public byte[] Add(
        string name, IReadOnlyList<byte[]> layers, string platform = "linux/amd64", Action<JsonObject>? change = null)
    {
        string[] parts = platform.Split('/');
        byte[] config = Oci.Bytes(new JsonObject
        {
            ["created"] = "2026-01-02T03:04:05Z",
            ["os"] = parts[0],
            ["architecture"] = parts[1],
            ["config"] = new JsonObject { ["Cmd"] = new JsonArray("/bin/busybox", "echo", name) },
            ["rootfs"] = new JsonObject
            {
                ["type"] = "layers",
                ["diff_ids"] = new JsonArray([.. layers.Select(layer => JsonValue.Create(Oci.DigestOf(Unzip(layer))))]),
            },
        });
        JsonObject manifest = Oci.ImageOf(config, [.. layers]);
        change?.Invoke(manifest);
        foreach (byte[] blob in (byte[][])[config, .. layers]) Write(blob);
        return AddManifest(name, manifest);
    }

    /// <summary>Puts an index or another manifest here, whose parts are here already.</summary>
    public byte[] AddManifest(string name, JsonObject manifest)
    {
        byte[] bytes = Oci.Bytes(manifest);
        Write(bytes);
        JsonObject entry = Oci.Descriptor((string)manifest["mediaType"]!, bytes);
        entry["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = name };
        _entries.Add(entry);
        JsonObject index = new() { ["schemaVersion"] = 2, ["manifests"] = _entries.DeepClone() };
        File.WriteAllText(Path.Combine(_folder, "index.json"), index.ToJsonString());
        return bytes;
    }

    /// <summary>The platform of this machine, as images name it.</summary>
    public static string Platform => $"linux/{RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.Arm64 => "arm64",
        _ => "amd64",
    }}";

    public static byte[] Unzip(byte[] layer)
    {
        using GZipStream gzip = new(new MemoryStream(layer), CompressionMode.Decompress);
        using MemoryStream bytes = new();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>Unpacks the layers of an image of this layout, one over the other.</summary>
    public void Unpack(string digest, string root)
    {
        foreach (JsonNode? layer in Read(digest)["layers"]!.AsArray())
        {
            using GZipStream gzip = new(File.OpenRead(PathOf((string)layer!["digest"]!)), CompressionMode.Decompress);
            TarFile.ExtractToDirectory(gzip, root, overwriteFiles: true);
        }
    }

    private void Write(byte[] content) => File.WriteAllBytes(PathOf(Oci.DigestOf(content)), content);
}
