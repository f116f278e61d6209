using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Archive;

/// <summary>
/// The whole story with a tool that nobody here wrote: skopeo pushes signed multi-platform images, a clean-up deletes
/// them, skopeo reads the archive, and after the restoration everything is as it was and the program in it runs.
/// </summary>
public sealed class RestoreStoryTests
{
    private const int Builds = 3;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    public async Task What_a_clean_up_deleted_comes_back_as_it_was(bool withLayers, bool collected, bool headLies)
    {
        Skopeo.Need();
        Busybox.Need();
        using TemporaryFolder folder = new();
        string undo = Path.Combine(folder.Path, "undo");
        await using Shop shop = await Shop.OpenAsync(new Behaviour
        {
            OperationTime = TimeSpan.Zero,
            CollectBlobsAfter = TimeSpan.FromHours(1),
            RemembersCollectedBlobs = headLies,
        });
        Skopeo skopeo = new(shop.Emulator.Url);
        string[] images = await PushAsync(new OciLayout(Path.Combine(folder.Path, "images")), skopeo, shop);
        string before = shop.Contents();
        IReadOnlyList<string> blobs = shop.State.BlobDigests;

        string layers = withLayers ? "-IncludeLayer" : "";
        shop.Run($"Remove-ArUntaggedImage $app -OlderThan 0s -Confirm:$false -ArchivePath '{undo}' {layers}; "
            + $"Remove-ArImage \"${{app}}:v{Builds}\" -DeleteReferrer -Confirm:$false -ArchivePath '{undo}' {layers}; "
            + $"Remove-ArUntaggedImage $app -OlderThan 0s -Confirm:$false -ArchivePath '{undo}' {layers}")
            .MustSucceed();
        Assert.Empty(shop.State.Digests(shop.Repository, "web"));
        if (collected)
        {
            shop.State.CollectBlobs();
            Assert.Empty(shop.State.BlobDigests);
        }

        // skopeo reads the archive by the names that the images had in the registry.
        foreach (string name in images.Select(digest => $"{Shop.App}@{digest}").Append($"{Shop.App}:v{Builds}"))
        {
            await skopeo.SucceedAsync(["inspect", "--raw", $"oci:{undo}:{name}"], Stop);
            if (!withLayers) continue;
            OciLayout copy = new(Path.Combine(folder.Path, "copy"));
            await skopeo.SucceedAsync(
                ["copy", "--all", "--preserve-digests", $"oci:{undo}:{name}", copy["one"]], Stop);
        }

        shop.Run($"Restore-ArImage '{undo}'").MustSucceed();

        Assert.Equal(before, shop.Contents());
        Assert.Equal(blobs, shop.State.BlobDigests);
        OciLayout pulled = new(Path.Combine(folder.Path, "pulled"));
        await skopeo.PullAsync($"web:v{Builds}", pulled["back"], Stop);
        JsonNode index = pulled.Read(pulled.DigestOf("back"));
        string root = Path.Combine(folder.Path, "root");
        Directory.CreateDirectory(root);
        pulled.Unpack((string)index["manifests"]![0]!["digest"]!, root);
        Assert.Equal($"build {Builds}\n", await Busybox.RunAsync(root, ["cat", "etc/build"], Stop));
        foreach (string digest in images)
            Assert.Single(await ReferrersAsync(shop, digest));
    }

    /// <summary>Signed indexes over two platforms; only the last has a tag. Returns the indexes.</summary>
    private static async Task<string[]> PushAsync(OciLayout images, Skopeo skopeo, Shop shop)
    {
        byte[] program = Busybox.Layer();
        List<string> indexes = [];
        for (int build = 1; build <= Builds; build++)
        {
            byte[] own = OciLayout.Layer(("etc/build", Oci.Bytes($"build {build}\n")));
            byte[] amd = images.Add($"amd{build}", [program, own], OciLayout.Platform);
            byte[] other = images.Add($"other{build}", [program, own], "linux/riscv64");
            byte[] index = images.AddManifest(
                $"build{build}", Oci.IndexOf((amd, OciLayout.Platform), (other, "linux/riscv64")));
            await skopeo.PushAsync(images[$"build{build}"], $"web:v{build}", Stop);
            byte[] signature = images.Add($"signature{build}", [OciLayout.Layer(("signature", [1]))], change: json =>
            {
                json["artifactType"] = "application/vnd.example.signature";
                json["subject"] = Oci.Descriptor(Oci.Index, index);
            });
            await skopeo.PushAsync(images[$"signature{build}"], $"web@{Oci.DigestOf(signature)}", Stop);
            if (build < Builds) shop.State.RemoveTag(shop.Repository, "web", $"v{build}");
            indexes.Add(Oci.DigestOf(index));
        }

        return [.. indexes];
    }

    private static async Task<JsonArray> ReferrersAsync(Shop shop, string digest)
    {
        using HttpClient http = new();
        string answer = await http.GetStringAsync(
            new Uri(shop.Emulator.Url, $"v2/us/shop/apps/web/referrers/{digest}"), Stop);
        return JsonNode.Parse(answer)!["manifests"]!.AsArray();
    }
}
