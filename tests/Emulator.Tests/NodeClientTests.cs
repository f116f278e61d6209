using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>Google's client for Node, installed once for all tests, next to the tests.</summary>
public sealed class NodeClient : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "node");

    /// <summary>Why it cannot be used; null if it can.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (ToolRun.Find("node") is null || ToolRun.Find("npm") is not string npm)
        {
            Missing = "node and npm are not on the PATH.";
            return;
        }
        if (IsInstalled()) return;
        ToolRun run = await ToolRun.RunAsync(
            npm,
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            new Dictionary<string, string>(),
            Folder,
            TestContext.Current.CancellationToken);
        if (run.ExitCode != 0) Missing = $"Google's client for Node could not be installed: {run.Error}";
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static Task<ToolRun> RunAsync(Uri url, string[] arguments, CancellationToken stop) => ToolRun.RunAsync(
        ToolRun.Find("node")!,
        ["conformance.js", url.Host, url.Port.ToString(CultureInfo.InvariantCulture), .. arguments],
        new Dictionary<string, string>(),
        Folder,
        stop);

    // npm writes this file last; it is older than the list if the list has changed since.
    private static bool IsInstalled()
    {
        FileInfo installed = new(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        return installed.Exists
            && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"));
    }
}

/// <summary>The emulator is right when Google's own client works against it unchanged.</summary>
public sealed class NodeClientTests(NodeClient node) : EmulatorTest, IClassFixture<NodeClient>
{
    private const string Resource = "projects/shop/locations/us/repositories/apps";
    private const string Worker = Resource + "/packages/team%2Fworker";
    private const string Reader = "roles/artifactregistry.reader";

    public override async ValueTask InitializeAsync()
    {
        Needs.That(node.Missing is null, node.Missing ?? "");
        await base.InitializeAsync();
    }

    [Fact]
    public async Task Docker_images_are_listed_page_by_page()
    {
        for (int i = 0; i < 45; i++) State.AddImage(Apps, "team/worker");
        State.AddImage(Apps, "web", new ImageOptions { Tags = ["v1"], Size = 5_000_000_000 });

        JsonArray images = (await ResultAsync("listDockerImages", Resource, "20")).AsArray();

        Assert.Equal(46, images.Select(image => (string?)image!["name"]).Distinct().Count());
        Assert.Equal(3, Emulator.Requests.Snapshot().Count);
        JsonNode tagged = images.Single(image => image!["tags"]!.AsArray().Count > 0)!;
        Assert.Equal("5000000000", (string?)tagged["size"]);
    }

    [Fact]
    public async Task Images_that_skopeo_has_pushed_are_listed_as_they_were_pushed()
    {
        Skopeo.Need();
        using TemporaryFolder folder = new();
        OciLayout images = new(folder.Path);
        byte[] layer = OciLayout.Layer(("hello", "world"u8.ToArray()));
        byte[] manifest = images.Add("v1", [layer]);
        await new Skopeo(Emulator.Url).PushAsync(images["v1"], "team/worker:v1", Stop);

        JsonNode image = (await ResultAsync("listDockerImages", Resource, "20")).AsArray().Single()!;

        Assert.Equal($"{Resource}/dockerImages/team%2Fworker@{Oci.DigestOf(manifest)}", (string?)image["name"]);
        Assert.Equal("v1", (string?)image["tags"]![0]);
        JsonNode config = JsonNode.Parse(manifest)!["config"]!;
        Assert.Equal(
            layer.Length + (long)config["size"]!,
            long.Parse((string)image["size"]!, CultureInfo.InvariantCulture)
        );
    }

    [Fact]
    public async Task The_full_view_of_versions_shows_their_tags()
    {
        State.AddImage(Apps, "team/worker", "v1", "v2");

        JsonArray versions = (await ResultAsync("listVersions", Worker)).AsArray();

        Assert.Equal($"""["{Worker}/tags/v1","{Worker}/tags/v2"]""", versions[0]!["tags"]!.ToJsonString());
    }

    [Fact]
    public async Task A_tag_is_created_moved_and_deleted()
    {
        string first = State.AddImage(Apps, "team/worker");
        string second = State.AddImage(Apps, "team/worker");

        await ResultAsync("createTag", Worker, "v1", $"{Worker}/versions/{first}");
        Assert.Equal(first, State.DigestOf(Apps, "team/worker", "v1"));
        Assert.Equal(6, await ErrorCodeAsync("createTag", Worker, "v1", $"{Worker}/versions/{first}"));
        await ResultAsync("updateTag", $"{Worker}/tags/v1", $"{Worker}/versions/{second}");
        Assert.Equal(second, State.DigestOf(Apps, "team/worker", "v1"));
        await ResultAsync("deleteTag", $"{Worker}/tags/v1");
        Assert.Equal(5, await ErrorCodeAsync("deleteTag", $"{Worker}/tags/v1"));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, false)]
    public async Task A_version_is_deleted_and_its_operation_waited_for(int polls, bool atOnce)
    {
        string digest = State.AddImage(Apps, "team/worker", "v1");
        Behaviour.OperationPolls = polls;
        Behaviour.OperationTime = TimeSpan.FromDays(1);

        Assert.Equal(9, await ErrorCodeAsync("deleteVersion", $"{Worker}/versions/{digest}", ""));
        JsonNode result = await ResultAsync("deleteVersion", $"{Worker}/versions/{digest}", "force");

        Assert.Equal(atOnce, (bool)result["doneAtOnce"]!);
        Assert.False(State.HasDigest(Apps, "team/worker", digest));
    }

    [Fact]
    public async Task A_child_of_an_index_is_refused_in_the_operation()
    {
        AddedIndex index = State.AddIndex(Apps, "team/worker", ["linux/amd64"]);

        Assert.Equal(9, await ErrorCodeAsync("deleteVersion", $"{Worker}/versions/{index.Children[0]}", ""));
    }

    [Fact]
    public async Task A_policy_is_read_and_changed_and_conditions_stay()
    {
        State.Grant(Apps, Reader, "user:b@example.com", new JsonObject { ["title"] = "t", ["expression"] = "true" });

        JsonNode read = await ResultAsync("getIamPolicy", Resource);
        Assert.Equal(3, (int)read["version"]!);
        await ResultAsync("grant", Resource, Reader, "user:c@example.com");

        Assert.Equal(["user:b@example.com", "user:c@example.com"], State.Members(Apps, Reader));
        Assert.Equal("t", (string?)State.Policy(Apps)["bindings"]![0]!["condition"]!["title"]);
    }

    private async Task<JsonNode> ResultAsync(params string[] arguments)
    {
        JsonObject answer = await RunAsync(arguments);
        Assert.True(answer["error"] is null, answer.ToJsonString());
        return answer["result"]!;
    }

    private async Task<int> ErrorCodeAsync(params string[] arguments) =>
        (int)(await RunAsync(arguments))["error"]!["code"]!;

    private async Task<JsonObject> RunAsync(string[] arguments)
    {
        ToolRun run = await NodeClient.RunAsync(Emulator.Url, arguments, Stop);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonNode.Parse(run.Output)!.AsObject();
    }
}
