using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Copy;

/// <summary>Real images: skopeo pushes them, Copy-ArImage copies them, and skopeo reads the copies.</summary>
public sealed class CopyStoryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signed_multi_platform_images_are_promoted_as_they_are(bool mounts)
    {
        Skopeo.Need();
        Busybox.Need();
        using TemporaryFolder folder = new();
        await using Shop shop = await CopyShop.OpenAsync(
            new Behaviour { RefusesMounts = !mounts, RedirectsBlobs = !mounts });
        OciLayout images = new(Path.Combine(folder.Path, "images"));
        Skopeo skopeo = new(shop.Emulator.Url);
        byte[] program = Busybox.Layer();
        List<string> signatures = [];
        for (int build = 1; build <= 3; build++)
        {
            byte[] index = await PushAsync(build);
            signatures.Add(await SignAsync(index, build));
        }

        shop.Run("Get-ArImageTag $app -Tag v* | Copy-ArImage -Destination $prod -KeepTag").MustSucceed();

        Assert.Equal(shop.State.Digests(shop.Repository, "web"), shop.Copied());
        Assert.Equal(
            shop.State.Tags(shop.Repository, "web").Select(tag => $"{tag.Key}={tag.Value}"), shop.CopiedTags());
        Assert.All(signatures, signature => Assert.Contains(signature, shop.Copied()));
        // Layers that images share are sent once.
        string[] sent = [
            .. shop.Changes.Where(request => request.StartsWith("PUT /artifacts-uploads/", StringComparison.Ordinal))
                .Select(request => request[request.IndexOf("digest=", StringComparison.Ordinal)..]),
        ];
        Assert.Equal(sent.Distinct().Count(), sent.Length);
        Assert.Equal(mounts, sent.Length == 0);

        // The copies stand for themselves.
        shop.State.DeleteRepository(shop.Repository);
        OciLayout pulled = new(Path.Combine(folder.Path, "pulled"));
        for (int build = 1; build <= 3; build++)
        {
            await CopyOutAsync($"web:v{build}", pulled[$"v{build}"]);
            Assert.Equal(images.DigestOf($"v{build}"), pulled.DigestOf($"v{build}"));
            await CopyOutAsync($"web@{signatures[build - 1]}", pulled[$"signature{build}"]);
        }

        Assert.All(pulled.Digests, digest =>
            Assert.Equal(digest, Oci.DigestOf(File.ReadAllBytes(pulled.PathOf(digest))))
        );
        string root = Path.Combine(folder.Path, "root");
        Directory.CreateDirectory(root);
        JsonNode own = pulled.Read(pulled.DigestOf("v2"))["manifests"]!.AsArray().First(entry =>
            $"{entry!["platform"]!["os"]}/{entry["platform"]!["architecture"]}" == OciLayout.Platform)!;
        pulled.Unpack((string)own["digest"]!, root);
        Assert.Equal("build 2\n", await Busybox.RunAsync(root, ["cat", "etc/build"], Stop));

        async Task<byte[]> PushAsync(int build)
        {
            byte[] etc = OciLayout.Layer(("etc/build", Oci.Bytes($"build {build}\n")));
            byte[] amd = images.Add($"amd{build}", [program, etc], "linux/amd64");
            byte[] arm = images.Add($"arm{build}", [program, etc], "linux/arm64");
            byte[] index = images.AddManifest($"v{build}", Oci.IndexOf((amd, "linux/amd64"), (arm, "linux/arm64")));
            await skopeo.PushAsync(images[$"v{build}"], $"web:v{build}", Stop);
            return index;
        }

        async Task<string> SignAsync(byte[] subject, int build)
        {
            byte[] manifest = images.Add($"signature{build}", [OciLayout.Layer(("signature", [(byte)build]))],
                change: json =>
                {
                    json["artifactType"] = "application/vnd.example.signature";
                    json["subject"] = Oci.Descriptor(Oci.Index, subject);
                });
            await skopeo.PushAsync(images[$"signature{build}"], $"web@{Oci.DigestOf(manifest)}", Stop);
            return Oci.DigestOf(manifest);
        }

        Task CopyOutAsync(string image, string to) => skopeo.SucceedAsync(
            [
                "copy", "--all", "--preserve-digests", "--src-tls-verify=false",
                $"docker://{shop.Emulator.Url.Authority}/us/shop/prod/{image}", to,
            ],
            Stop);
    }
}
