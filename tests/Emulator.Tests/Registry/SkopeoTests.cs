using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>Real images in and out with a client that nobody here wrote, signed in as Google's hosts want it.</summary>
public sealed class SkopeoTests : RegistryTest
{
    private const string Token = "ya29.push";

    private readonly TemporaryFolder _folder = new();

    private OciLayout Images { get; set; } = null!;

    private OciLayout Pulled { get; set; } = null!;

    private Skopeo Tool => new(Emulator.Url, Token);

    public override async ValueTask InitializeAsync()
    {
        Skopeo.Need();
        await base.InitializeAsync();
        Behaviour.RequireToken = true;
        Behaviour.AcceptedTokens = [Token];
        Images = new OciLayout(Path.Combine(_folder.Path, "images"));
        Pulled = new OciLayout(Path.Combine(_folder.Path, "pulled"));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_single_platform_image_goes_in_and_out_unchanged()
    {
        byte[] manifest = Images.Add("v1", [OciLayout.Layer(("hello", "world"u8.ToArray()))]);

        await Tool.PushAsync(Images["v1"], "team/web:v1", Stop);
        await Tool.PullAsync("team/web:v1", Pulled["v1"], Stop);

        Assert.Equal(Oci.DigestOf(manifest), State.DigestOf(Apps, "team/web", "v1"));
        Assert.Equal(Oci.DigestOf(manifest), Pulled.DigestOf("v1"));
        Assert.Equal(Images.Digests.Order(StringComparer.Ordinal), Pulled.Digests.Order(StringComparer.Ordinal));
        JsonNode seen = await Tool.JsonAsync(["inspect", Tool.Name("team/web:v1")], Stop);
        Assert.Equal(Oci.DigestOf(manifest), (string?)seen["Digest"]);
        Assert.Equal(["v1"], seen["RepoTags"]!.AsArray().Select(tag => (string?)tag));
    }

    [Fact]
    public async Task Builds_that_share_a_layer_send_it_once()
    {
        byte[] shared = OciLayout.Layer(("base", new byte[100_000]));
        for (int build = 1; build <= 3; build++)
        {
            Images.Add($"b{build}", [shared, OciLayout.Layer(("build", Oci.Bytes($"{build}")))]);
            await Tool.PushAsync(Images[$"b{build}"], "web:latest", Stop);
        }

        // A base, and three times a layer and a configuration.
        Assert.Equal(7, State.BlobDigests.Count);
        Assert.Equal(7, Emulator.Requests.Snapshot(
            request => request.Method == "PUT" && request.Path.Contains("/uploads/", StringComparison.Ordinal)).Count);
        Assert.Equal(2, State.UntaggedDigests(Apps, "web").Count);
    }

    [Fact]
    public async Task A_layer_is_mounted_from_the_repository_where_it_is_known()
    {
        State.AddRepository("shop", "us", "releases");
        byte[] manifest = Images.Add("v1", [OciLayout.Layer(("base", new byte[100_000]))]);
        await Tool.PushAsync(Images["v1"], "web:v1", Stop);
        Emulator.Requests.Clear();

        await Tool.SucceedAsync(
            [
                "copy", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false",
                "--src-creds", $"_token:{Token}", "--dest-creds", $"_token:{Token}",
                Tool.Name("web:v1"), $"docker://{Emulator.Url.Authority}/us/shop/releases/web:v1",
            ],
            Stop);

        Assert.Equal(Oci.DigestOf(manifest), State.DigestOf("us-docker.pkg.dev/shop/releases", "web", "v1"));
        Assert.Contains(Emulator.Requests.Snapshot(), request =>
            request is { Method: "POST", Status: 201 }
            && request.PathAndQuery.Contains("mount=", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_multi_platform_index_goes_in_and_out_with_its_images()
    {
        byte[] amd = Images.Add("amd", [OciLayout.Layer(("bin", "amd"u8.ToArray()))], "linux/amd64");
        byte[] arm = Images.Add("arm", [OciLayout.Layer(("bin", "arm"u8.ToArray()))], "linux/arm64");
        byte[] index = Images.AddManifest("multi", Oci.IndexOf((amd, "linux/amd64"), (arm, "linux/arm64")));

        await Tool.PushAsync(Images["multi"], "web:v1", Stop);
        await Tool.PullAsync("web:v1", Pulled["multi"], Stop);

        Assert.Equal(Oci.DigestOf(index), Pulled.DigestOf("multi"));
        Assert.Equal(Images.Digests.Order(StringComparer.Ordinal), Pulled.Digests.Order(StringComparer.Ordinal));
        Assert.Equal(
            new[] { Oci.DigestOf(amd), Oci.DigestOf(arm) }.Order(StringComparer.Ordinal),
            State.UntaggedDigests(Apps, "web")
        );
    }

    [Fact]
    public async Task An_attached_artifact_goes_in_with_its_subject_and_is_found_by_it()
    {
        byte[] image = Images.Add("v1", [OciLayout.Layer(("hello", "world"u8.ToArray()))]);
        byte[] signature = Images.Add("signature", [OciLayout.Layer(("signature", [1]))], change: manifest =>
        {
            manifest["artifactType"] = "application/vnd.example.signature";
            manifest["subject"] = Oci.Descriptor(Oci.Manifest, image);
        });

        await Tool.PushAsync(Images["v1"], "web:v1", Stop);
        await Tool.PushAsync(Images["signature"], $"web@{Oci.DigestOf(signature)}", Stop);

        Got referrers = await AskAsync(
            "GET", $"{Web}/referrers/{Oci.DigestOf(image)}", null, null, ("Authorization", $"Bearer {Token}"));
        Assert.Equal(
            [Oci.DigestOf(signature)],
            referrers.Json["manifests"]!.AsArray().Select(entry => (string?)entry!["digest"]));
        ToolRun refused = await DeleteAsync($"web@{Oci.DigestOf(image)}");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("GOOGLE_MANIFEST_DANGLING_TAG", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await DeleteAsync($"web@{Oci.DigestOf(signature)}")).ExitCode);
    }

    [Fact]
    public async Task Who_has_no_valid_token_is_refused()
    {
        Images.Add("v1", [OciLayout.Layer(("hello", "world"u8.ToArray()))]);

        ToolRun run = await Skopeo.RunAsync(
            ["copy", "--dest-tls-verify=false", "--dest-creds", "_token:wrong", Images["v1"], Tool.Name("web:v1")],
            Stop
        );

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("No valid credential was supplied", run.Error, StringComparison.Ordinal);
        Assert.Empty(State.BlobDigests);
    }

    private Task<ToolRun> DeleteAsync(string image) =>
        Skopeo.RunAsync(["delete", "--tls-verify=false", "--creds", $"_token:{Token}", Tool.Name(image)], Stop);
}
