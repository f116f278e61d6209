using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Seeding;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>The emulator is right when gcloud works against it unchanged.</summary>
public sealed class GcloudTests : EmulatorTest
{
    private const string Worker = "us-docker.pkg.dev/shop/apps/team/worker";
    private const string Reader = "roles/artifactregistry.reader";

    private Gcloud _gcloud = null!;

    public override async ValueTask InitializeAsync()
    {
        Needs.That(Gcloud.IsInstalled, "gcloud is not on the PATH.");
        await base.InitializeAsync();
        _gcloud = new Gcloud(Emulator.Url);
    }

    [Fact]
    public async Task Docker_tags_are_listed_added_moved_and_deleted()
    {
        string first = State.AddImage(Apps, "team/worker", "v1");
        string second = State.AddImage(Apps, "team/worker", "v2");
        State.AddImage(Apps, "web", "latest");

        Assert.Equal(
            ["v1", "v2"], await LinesAsync("artifacts docker tags list", Worker, "--format=value(tag.basename())"));
        Assert.Equal(3, (await LinesAsync("artifacts docker tags list", Apps.Uri, "--format=value(tag)")).Length);

        await GcloudAsync("artifacts docker tags add", $"{Worker}@{first}", $"{Worker}:new");
        Assert.Equal(first, State.DigestOf(Apps, "team/worker", "new"));
        await GcloudAsync("artifacts docker tags add", $"{Worker}:v2", $"{Worker}:new");
        Assert.Equal(second, State.DigestOf(Apps, "team/worker", "new"));
        await GcloudAsync("artifacts docker tags delete", $"{Worker}:new");
        Assert.Null(State.DigestOf(Apps, "team/worker", "new"));

        Assert.Contains(
            "NOT_FOUND", await FailsAsync("artifacts docker tags delete", $"{Worker}:new"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Docker_images_are_listed_with_their_tags()
    {
        string tagged = State.AddImage(Apps, "team/worker", "v1", "latest");
        string untagged = State.AddImage(Apps, "team/worker");
        State.AddImage(Apps, "web", "v9");

        string[] both = await LinesAsync(
            "artifacts docker images list", Worker, "--include-tags", "--format=csv[no-heading](version,tags.list())");
        string[] free = await LinesAsync(
            "artifacts docker images list", Worker, "--include-tags", "--filter=-tags:*", "--format=value(version)");
        string[] all = await LinesAsync(
            "artifacts docker images list", Apps.Uri, "--include-tags", "--filter=tags:*", "--format=value(package)");

        Assert.Equal(2, both.Length);
        Assert.Contains(
            both,
            line => line.StartsWith(tagged, StringComparison.Ordinal) && line.Contains("v1", StringComparison.Ordinal));
        Assert.Equal([untagged], free);
        Assert.Equal([Worker, "us-docker.pkg.dev/shop/apps/web"], all.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task More_images_than_a_page_holds_are_all_listed()
    {
        for (int i = 0; i < 120; i++) State.AddImage(Apps, "team/worker");

        string[] digests = await LinesAsync("artifacts docker images list", Worker, "--format=value(version)");

        Assert.Equal(State.Digests(Apps, "team/worker"), digests.Order(StringComparer.Ordinal));
        Assert.Contains(
            Emulator.Requests.Snapshot(),
            request => request.PathAndQuery.Contains("pageToken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_is_described()
    {
        string digest = State.AddImage(Apps, "team/worker", "v1");

        string[] lines = await LinesAsync("artifacts docker images describe", $"{Worker}:v1");

        Assert.Contains(
            $"fully_qualified_digest: {Worker}@{digest}", string.Join('\n', lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Docker_images_are_deleted_by_digest_by_tag_and_with_their_tags()
    {
        string plain = State.AddImage(Apps, "team/worker");
        State.AddImage(Apps, "team/worker", "v1");
        string twice = State.AddImage(Apps, "team/worker", "v2", "latest");

        await GcloudAsync("artifacts docker images delete", $"{Worker}@{plain}");
        await GcloudAsync("artifacts docker images delete", $"{Worker}:v1");
        string refusal = await FailsAsync("artifacts docker images delete", $"{Worker}@{twice}");
        Assert.Contains("because it is tagged", refusal, StringComparison.Ordinal);
        Assert.Equal([twice], State.Digests(Apps, "team/worker"));

        await GcloudAsync("artifacts docker images delete", $"{Worker}@{twice}", "--delete-tags");
        Assert.Empty(State.Digests(Apps, "team/worker"));
    }

    [Fact]
    public async Task A_child_of_an_index_is_refused_in_the_operation()
    {
        AddedIndex index = State.AddIndex(Apps, "team/worker", ["linux/amd64"]);

        string refusal = await FailsAsync("artifacts docker images delete", $"{Worker}@{index.Children[0]}");

        Assert.Contains(
            $"manifest has referenced parents: shop/apps/team/worker/manifests/{index.Digest}",
            refusal,
            StringComparison.Ordinal);
        // gcloud puts no status before what an operation says.
        Assert.DoesNotContain("FAILED_PRECONDITION", refusal, StringComparison.Ordinal);
        Assert.Equal(2, State.DigestCount(Apps));
    }

    [Fact]
    public async Task Repositories_are_listed_and_described()
    {
        State.AddRepository("shop", "europe-west1", "more");

        string[] all = await LinesAsync("artifacts repositories list", "--format=value(name.basename())");
        string[] one = await LinesAsync(
            "artifacts repositories list", "--location=us", "--format=value(name.basename())");
        string[] format = await LinesAsync(
            "artifacts repositories describe apps", "--location=us", "--format=value(format)");

        Assert.Equal(["apps", "more"], all.Order(StringComparer.Ordinal));
        Assert.Equal(["apps"], one);
        Assert.Equal(["DOCKER"], format);
    }

    [Fact]
    public async Task A_repositorys_policy_is_read_and_changed()
    {
        State.Grant(Apps, Reader, "group:developers@example.com");
        State.AddServiceAccount("games", "gke-nodes");
        string[] binding =
            ["--location=us", "--member=serviceAccount:gke-nodes@games.iam.gserviceaccount.com", $"--role={Reader}"];

        await GcloudAsync("artifacts repositories add-iam-policy-binding apps", binding);
        Assert.Equal(
            ["group:developers@example.com", "serviceAccount:gke-nodes@games.iam.gserviceaccount.com"],
            State.Members(Apps, Reader));
        string[] roles = await LinesAsync(
            "artifacts repositories get-iam-policy apps", "--location=us", "--format=value(bindings.role)");
        Assert.Contains(Reader, roles[0], StringComparison.Ordinal);
        await GcloudAsync("artifacts repositories remove-iam-policy-binding apps", binding);
        Assert.Equal(["group:developers@example.com"], State.Members(Apps, Reader));
    }

    [Fact]
    public async Task A_projects_policy_and_number_are_read_and_its_policy_changed()
    {
        State.AddProject("games", "345678901234");

        await GcloudAsync(
            "projects add-iam-policy-binding games",
            "--member=user:a@example.com",
            $"--role={Reader}",
            "--condition=None");

        Assert.Equal(["user:a@example.com"], State.ProjectMembers("games", Reader));
        Assert.Equal(["345678901234"], await LinesAsync("projects describe games", "--format=value(projectNumber)"));
    }

    [Fact]
    public async Task A_projects_policy_is_shown_with_its_conditions()
    {
        State.GrantOnProject("games", Reader, "user:a@example.com", new JsonObject
        {
            ["title"] = "until then",
            ["expression"] = "request.time < timestamp('2030-01-01T00:00:00Z')",
        });

        string policy = (await GcloudAsync("projects get-iam-policy games", "--format=json")).Output;

        Assert.True(JsonNode.DeepEquals(State.ProjectPolicy("games"), JsonNode.Parse(policy)), policy);
    }

    [Fact]
    public async Task Service_accounts_are_created_and_listed()
    {
        State.AddProject("games");
        for (int i = 10; i < 35; i++) State.AddServiceAccount("games", $"account-{i}");

        await GcloudAsync("iam service-accounts create gke-nodes", "--project=games", "--display-name=The nodes");
        string again = await FailsAsync("iam service-accounts create gke-nodes", "--project=games");
        string[] emails = await LinesAsync("iam service-accounts list", "--project=games", "--format=value(email)");

        Assert.Contains("already exists within project projects/games", again, StringComparison.Ordinal);
        Assert.Equal(State.ServiceAccounts("games"), emails.Order(StringComparer.Ordinal));
        Assert.Contains("gke-nodes@games.iam.gserviceaccount.com", emails);
    }

    [Fact]
    public async Task Clusters_are_listed_and_described_with_the_accounts_of_their_node_pools()
    {
        State.DeleteRepository(Apps);
        State.AddSample();
        State.SetMissingZones("games", "us-east1-b");

        ToolRun list = await GcloudAsync("container clusters list", "--project=games", "--format=value(name,location)");
        string[] accounts = await LinesAsync(
            "container node-pools list", "--project=games", "--cluster=arena", "--region=europe-west1",
            "--format=value(name,config.serviceAccount)");

        Assert.Equal(
            ["arena\teurope-west1", "lobby\tus-central1"],
            list.Output.Trim().Split('\n').Order(StringComparer.Ordinal)
        );
        Assert.Contains("us-east1-b", list.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["default-pool\tdefault", "servers\tgame-nodes@games.iam.gserviceaccount.com", "metrics\tdefault"],
            accounts
        );
    }

    private async Task<string[]> LinesAsync(string command, params string[] arguments) =>
        (await GcloudAsync(command, arguments)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<ToolRun> GcloudAsync(string command, params string[] arguments)
    {
        ToolRun run = await RunAsync(command, arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }

    private async Task<string> FailsAsync(string command, params string[] arguments)
    {
        ToolRun run = await RunAsync(command, arguments);
        Assert.NotEqual(0, run.ExitCode);
        return run.Error;
    }

    private Task<ToolRun> RunAsync(string command, string[] arguments) => _gcloud.RunAsync(command, arguments, Stop);
}
