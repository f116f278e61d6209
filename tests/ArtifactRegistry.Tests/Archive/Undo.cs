using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Archive;

/// <summary>What tests read of an archive, as any other tool would: as files.</summary>
internal sealed class Undo(string path)
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

    /// <summary>The digests in a text, each once.</summary>
    public static IEnumerable<string> DigestsIn(string text) =>
        Regex.Matches(text, "sha256:[0-9a-f]{64}").Select(match => match.Value).Distinct();

    public bool Has(string digest) => File.Exists(PathOf(digest));

    public JsonObject Read(string digest) => JsonNode.Parse(File.ReadAllBytes(PathOf(digest)))!.AsObject();

    /// <summary>Asserts that a digest is saved with its configuration: named, and with the right bytes.</summary>
    public void MustHave(string digest, bool withLayers = false)
    {
        Assert.Contains($"{Shop.App}@{digest}", Names().Keys);
        JsonObject manifest = Read(digest);
        foreach (JsonNode? blob in (manifest["layers"] as JsonArray ?? []).Prepend(manifest["config"])
            .OfType<JsonNode>())
        {
            string name = (string)blob["digest"]!;
            if (withLayers || blob == manifest["config"]) Assert.True(Has(name), name);
        }

        foreach (JsonNode? child in manifest["manifests"] as JsonArray ?? [])
            if (Has((string)child!["digest"]!)) MustHave((string)child["digest"]!, withLayers);
    }

    /// <summary>Asserts that each file has the bytes that its name says, and that what is named is there.</summary>
    public void MustBeWhole()
    {
        foreach (string file in Directory.GetFiles(System.IO.Path.Combine(path, "blobs", "sha256")))
            Assert.Equal($"sha256:{System.IO.Path.GetFileName(file)}", Oci.DigestOf(File.ReadAllBytes(file)));
        Assert.All(Names().Values, digest => Assert.True(Has(digest), digest));
    }
}

/// <summary>Images that can be read, which an archive needs.</summary>
internal static class BuiltImages
{
    private static readonly DateTimeOffset Old = DateTimeOffset.UtcNow.AddDays(-10);

    public static string AddBuild(this Shop shop, params string[] tags) =>
        shop.Add(new ImageOptions { HasContent = true, Size = 3_000, Tags = tags, UploadTime = Old });

    public static AddedIndex AddBuilds(this Shop shop, params string[] tags) =>
        shop.State.AddIndex(
            shop.Repository, "web", ["linux/amd64", "linux/arm64"],
            new ImageOptions { HasContent = true, Size = 3_000, Tags = tags, UploadTime = Old });

    /// <summary>Saves an image and deletes it; scripts know the folder as $undo.</summary>
    public static void SaveAnImage(this Shop shop, string folder)
    {
        shop.Session.Set("undo", System.IO.Path.Combine(folder, "undo"));
        shop.State.AddImage(
            shop.Repository, "saved", new ImageOptions { HasContent = true, Tags = ["v1"], UploadTime = Old });
        shop.Session.Run(
            "$null = Remove-ArImage us-docker.pkg.dev/shop/apps/saved:v1 -Force -ArchivePath $undo -IncludeLayer")
            .MustSucceed();
    }

    public static string Sign(this Shop shop, string subject) =>
        shop.Add(new ImageOptions
        {
            HasContent = true,
            Size = 1_000,
            UploadTime = Old,
            ArtifactType = "application/vnd.cncf.notary.signature",
            SubjectDigest = subject,
        });
}
