using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp;
using Xunit;

namespace ArtifactRegistry.Tests.Support;

/// <summary>
/// Images whose content can be read, which copying and archives need; uploaded long enough ago to be cleaned up.
/// </summary>
internal static class BuiltImages
{
    private const long Size = 20_000;

    private static readonly DateTimeOffset Old = DateTimeOffset.UtcNow.AddDays(-10);

    /// <summary>Adds an image with a configuration and a layer.</summary>
    public static string AddBuild(this Shop shop, params string[] tags) => shop.AddBuild(Size, tags);

    public static string AddBuild(this Shop shop, long size, params string[] tags) =>
        shop.Add(new ImageOptions { HasContent = true, Size = size, Tags = tags, UploadTime = Old });

    /// <summary>Adds an index over images for two platforms.</summary>
    public static AddedIndex AddBuilds(this Shop shop, params string[] tags) =>
        shop.State.AddIndex(
            shop.Repository, "web", ["linux/amd64", "linux/arm64"],
            new ImageOptions { HasContent = true, Size = Size, Tags = tags, UploadTime = Old });

    /// <summary>Adds a signature that refers to a digest.</summary>
    public static string Sign(this Shop shop, string subject) =>
        shop.Add(new ImageOptions
        {
            HasContent = true,
            Size = 1_000,
            UploadTime = Old,
            ArtifactType = "application/vnd.cncf.notary.signature",
            SubjectDigest = subject,
        });

    /// <summary>The digests of an image's configuration and of its layers, in this order.</summary>
    public static IReadOnlyList<string> BlobsOf(this Shop shop, string digest)
    {
        JsonNode manifest = JsonNode.Parse(shop.ManifestOf(digest))!;
        return [.. manifest["layers"]!.AsArray().Prepend(manifest["config"]).Select(blob => (string)blob!["digest"]!)];
    }

    /// <summary>Saves an image and deletes it; scripts know the folder as $undo.</summary>
    public static void SaveAnImage(this Shop shop, string folder)
    {
        shop.Session.Set("undo", Path.Combine(folder, "undo"));
        shop.State.AddImage(
            shop.Repository, "saved", new ImageOptions { HasContent = true, Tags = ["v1"], UploadTime = Old });
        shop.Session.Run(
            "$null = Remove-ArImage us-docker.pkg.dev/shop/apps/saved:v1 -Force -ArchivePath $undo -IncludeLayer")
            .MustSucceed();
    }

    /// <summary>
    /// Asserts that everything that a manifest of $app names is there. That tells something only where the emulator
    /// accepts a manifest without its blobs: <see cref="Behaviour.RemembersCollectedBlobs"/>.
    /// </summary>
    public static void MustBeReadable(this Shop shop)
    {
        IReadOnlyList<string> blobs = shop.State.BlobDigests, digests = shop.Left();
        foreach (string digest in digests)
            Assert.All(
                Regex.Matches(shop.ManifestOf(digest), "sha256:[0-9a-f]{64}").Select(match => match.Value),
                part => Assert.True(blobs.Contains(part) || digests.Contains(part), part));
    }

    /// <summary>Asserts that whatever has a tag is signed.</summary>
    public static void MustBeSignedIfTagged(this Shop shop)
    {
        string?[] signed =
            [.. shop.Left().Select(digest => (string?)JsonNode.Parse(shop.ManifestOf(digest))!["subject"]?["digest"])];
        if (shop.State.Packages(shop.Repository).Count == 0) return;
        Assert.All(shop.State.Tags(shop.Repository, "web").Values, digest => Assert.Contains(digest, signed));
    }

    private static string ManifestOf(this Shop shop, string digest) =>
        shop.State.Manifest(shop.Repository, "web", digest);
}
