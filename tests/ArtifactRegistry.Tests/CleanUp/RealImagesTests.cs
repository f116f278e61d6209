using System.Text.Json.Nodes;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>
/// What people accept as proof of a clean-up: real images go in with skopeo, the clean-up runs, and what is left still
/// comes out whole and starts, though it shared layers with what was deleted.
/// </summary>
public sealed class RealImagesTests
{
    private const int Builds = 20;
    private const int Stable = 7, Candidate = 13;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_clean_up_leaves_still_pulls_and_starts_and_what_nothing_refers_to_is_gone()
    {
        Skopeo.Need();
        Busybox.Need();
        using TemporaryFolder folder = new();
        await using Shop shop = await Shop.OpenAsync();
        OciLayout images = new(Path.Combine(folder.Path, "images"));
        Skopeo skopeo = new(shop.Emulator.Url);
        Story story = await PushAsync(images, skopeo, shop);

        ScriptResult plan = shop.Run("Get-ArUntaggedImage $app -OlderThan 0s").MustSucceed();
        Assert.Equal(
            story.Garbage.Order(StringComparer.Ordinal),
            plan.Output.Where(row => $"{row.Properties["Decision"].Value}" == "Delete")
                .Select(row => $"{row.Properties["Digest"].Value}").Order(StringComparer.Ordinal));
        ScriptResult removed = shop.Run("Remove-ArUntaggedImage $app -OlderThan 0s -Confirm:$false").MustSucceed();
        Assert.Equal(
            story.Garbage.Order(StringComparer.Ordinal),
            removed.Output.Where(row => $"{row.Properties["Status"].Value}" == "Removed")
                .Select(row => $"{row.Properties["Digest"].Value}").Order(StringComparer.Ordinal));

        // Every tag comes out again, with the digest it had, and skopeo verifies each layer against its digest.
        OciLayout pulled = new(Path.Combine(folder.Path, "pulled"));
        foreach ((string tag, string digest) in story.Tags)
        {
            await skopeo.PullAsync($"web:{tag}", pulled[tag], Stop);
            Assert.Equal(digest, pulled.DigestOf(tag));
        }
        await skopeo.PullAsync($"web@{story.Signature}", pulled["signature"], Stop);
        Assert.All(pulled.Digests, digest =>
            Assert.Equal(digest, Oci.DigestOf(File.ReadAllBytes(pulled.PathOf(digest))))
        );

        // The blobs that are kept are those of the images that are left, no more and no less.
        Assert.Equal(story.LiveBlobs.Order(StringComparer.Ordinal), shop.State.BlobDigests);

        // And an image starts.
        string root = Path.Combine(folder.Path, "root");
        Directory.CreateDirectory(root);
        pulled.Unpack(pulled.DigestOf("stable"), root);
        Assert.Equal($"build {Stable}\n", await Busybox.RunAsync(root, ["cat", "etc/build"], Stop));
    }

    [Fact]
    public async Task Gcloud_sees_pushed_images_as_the_module_does()
    {
        Skopeo.Need();
        Needs.That(Gcloud.IsInstalled, "gcloud is not on the PATH.");
        using TemporaryFolder folder = new();
        await using Shop shop = await Shop.OpenAsync();
        OciLayout images = new(Path.Combine(folder.Path, "images"));
        Skopeo skopeo = new(shop.Emulator.Url);
        for (int build = 1; build <= 3; build++)
        {
            images.Add($"b{build}", [OciLayout.Layer(("build", Oci.Bytes($"{build}")))]);
            await skopeo.PushAsync(images[$"b{build}"], build == 2 ? "web:stable" : "web:latest", Stop);
        }

        string[] theirs = await new Gcloud(shop.Emulator.Url).LinesAsync(
            "artifacts docker images list",
            [Shop.App, "--include-tags", "--format=csv[no-heading](version,tags.list(),metadata.imageSizeBytes)"],
            Stop);
        ScriptResult ours = shop.Run("Get-ArImage $app").MustSucceed();

        Assert.Equal(3, theirs.Length);
        Assert.Equal(
            theirs.Order(StringComparer.Ordinal),
            ours.Output.Select(row => string.Join(
                ',', row.Properties["Digest"].Value, row.Properties["Tags"].Value, row.Properties["SizeBytes"].Value))
                .Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// Twenty builds under :latest, two of them with a tag of their own, a signature on one of those and one on a build
    /// that nobody needs, and a multi-platform index that took its tag from an earlier one.
    /// </summary>
    private static async Task<Story> PushAsync(OciLayout images, Skopeo skopeo, Shop shop)
    {
        byte[] program = Busybox.Layer();
        List<byte[]> builds = [];
        for (int build = 1; build <= Builds; build++)
        {
            byte[] own = OciLayout.Layer(("etc/build", Oci.Bytes($"build {build}\n")));
            builds.Add(images.Add($"build{build}", [program, own], OciLayout.Platform));
            await skopeo.PushAsync(images[$"build{build}"], "web:latest", Stop);
        }
        await skopeo.PushAsync(images[$"build{Stable}"], "web:stable", Stop);
        await skopeo.PushAsync(images[$"build{Candidate}"], "web:candidate", Stop);

        byte[] signature = await SignAsync("signature", builds[Stable - 1]);
        byte[] stray = await SignAsync("stray", builds[0]);

        byte[] first = await IndexAsync("first"),
            second = await IndexAsync("second");
        string[] children =
        [
            .. JsonNode.Parse(first)!["manifests"]!.AsArray().Select(entry => (string)entry!["digest"]!),
        ];

        byte[][] live = [builds[Stable - 1], builds[Candidate - 1], builds[^1], signature];
        JsonArray platforms = JsonNode.Parse(second)!["manifests"]!.AsArray();
        return new Story(
            new()
            {
                ["stable"] = Oci.DigestOf(builds[Stable - 1]),
                ["candidate"] = Oci.DigestOf(builds[Candidate - 1]),
                ["latest"] = Oci.DigestOf(builds[^1]),
                ["multi"] = Oci.DigestOf(second),
            },
            Oci.DigestOf(signature),
            [
                .. builds.Select(build => Oci.DigestOf(build)).Except(live.Select(build => Oci.DigestOf(build))),
                Oci.DigestOf(stray), Oci.DigestOf(first), .. children,
            ],
            [.. live.Select(manifest => JsonNode.Parse(manifest)!.AsObject())
                .Concat(platforms.Select(entry => images.Read((string)entry!["digest"]!)))
                .SelectMany(BlobsOf).Distinct()]);

        async Task<byte[]> SignAsync(string name, byte[] subject)
        {
            byte[] manifest = images.Add(name, [OciLayout.Layer((name, [1]))], change: json =>
            {
                json["artifactType"] = "application/vnd.example.signature";
                json["subject"] = Oci.Descriptor(Oci.Manifest, subject);
            });
            await skopeo.PushAsync(images[name], $"web@{Oci.DigestOf(manifest)}", Stop);
            return manifest;
        }

        async Task<byte[]> IndexAsync(string name)
        {
            byte[] amd = images.Add($"{name}-amd", [program, OciLayout.Layer((name, [1]))], "linux/amd64");
            byte[] arm = images.Add($"{name}-arm", [program, OciLayout.Layer((name, [2]))], "linux/arm64");
            byte[] index = images.AddManifest(name, Oci.IndexOf((amd, "linux/amd64"), (arm, "linux/arm64")));
            await skopeo.PushAsync(images[name], "web:multi", Stop);
            return index;
        }
    }

    private static IEnumerable<string> BlobsOf(JsonObject manifest) =>
        manifest["layers"]!.AsArray().Append(manifest["config"]!).Select(blob => (string)blob!["digest"]!);

    private sealed record Story(
        Dictionary<string, string> Tags,
        string Signature,
        IReadOnlyList<string> Garbage,
        IReadOnlyList<string> LiveBlobs
    );
}
