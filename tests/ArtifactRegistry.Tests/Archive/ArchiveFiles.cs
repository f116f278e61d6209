using System.Text.Json.Nodes;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Archive;

/// <summary>What tests read of an archive, as any other tool would: as files.</summary>
internal sealed class ArchiveFiles(string path)
{
    public string Path => path;

    /// <summary>The names in index.json, with their digests.</summary>
    public SortedDictionary<string, string> Names()
    {
        JsonNode index = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(path, "index.json")))!;
        return new(
            index["manifests"]!.AsArray().ToDictionary(
                entry => (string)entry!["annotations"]!["org.opencontainers.image.ref.name"]!,
                entry => (string)entry!["digest"]!),
            StringComparer.Ordinal);
    }

    public string PathOf(string digest) =>
        System.IO.Path.Combine(path, "blobs", "sha256", digest["sha256:".Length..]);

    public bool Has(string digest) => File.Exists(PathOf(digest));

    public JsonObject Read(string digest) => JsonNode.Parse(File.ReadAllBytes(PathOf(digest)))!.AsObject();

    /// <summary>The digest of the only layer of an image.</summary>
    public string LayerOf(string digest) => (string)Read(digest)["layers"]!.AsArray().Single()!["digest"]!;

    /// <summary>
    /// Asserts that a digest is saved with its configuration, an index with its children: named, and with the right
    /// bytes.
    /// </summary>
    public void MustHave(string digest, bool withLayers = false, bool withChildren = true)
    {
        Assert.Contains($"{Shop.App}@{digest}", Names().Keys);
        JsonObject manifest = Read(digest);
        foreach (JsonNode? blob in (manifest["layers"] as JsonArray ?? []).Prepend(manifest["config"])
            .OfType<JsonNode>())
        {
            string name = (string)blob["digest"]!;
            if (withLayers || blob == manifest["config"]) Assert.True(Has(name), name);
        }

        if (!withChildren) return;
        foreach (JsonNode? child in manifest["manifests"] as JsonArray ?? [])
            MustHave((string)child!["digest"]!, withLayers);
    }

    /// <summary>Asserts that each file has the bytes that its name says, and that what is named is there.</summary>
    public void MustBeWhole()
    {
        foreach (string file in Directory.GetFiles(System.IO.Path.Combine(path, "blobs", "sha256")))
            Assert.Equal($"sha256:{System.IO.Path.GetFileName(file)}", Oci.DigestOf(File.ReadAllBytes(file)));
        Assert.All(Names().Values, digest => Assert.True(Has(digest), digest));
    }
}
