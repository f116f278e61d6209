using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Test-ArPull: one answer for each image and node pool, with the reason and the command that helps.</summary>
public sealed class PullTests
{
    private const string Repository = "us-docker.pkg.dev/shop/apps";
    private const string Role = "roles/artifactregistry.reader";
    private const string Nodes = "game-nodes@games.iam.gserviceaccount.com";
    private const string Test = "Test-ArPull us-docker.pkg.dev/shop/apps/web:v1 -Project games -Cluster arena";

    [Fact]
    public async Task Nothing_in_the_way_is_True_without_a_command()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, $"serviceAccount:{Nodes}");

        ScriptResult result = shop.Run(Test).MustSucceed();

        Assert.Equal(["True"], result.Values("CanPull"));
        Assert.Equal(["GrantedAtRepository"], result.Values("Reason"));
        Assert.Equal(["servers"], result.Values("NodePool"));
        Assert.Equal([Nodes], result.Values("Email"));
        Assert.Equal([null], result.Values("Command"));
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task What_is_not_granted_can_be_piped_to_the_grant_and_is_what_its_command_grants()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult before = shop.Run(Test).MustSucceed();
        shop.Run($"{Test} | Grant-ArReader {Repository}").MustSucceed();
        ScriptResult after = shop.Run(Test).MustSucceed();

        Assert.Equal(["False"], before.Values("CanPull"));
        Assert.Equal(["NotGranted"], before.Values("Reason"));
        Assert.Equal([$"Grant-ArReader {Repository} -Member {Nodes}"], before.Values("Command"));
        Assert.Equal(["True"], after.Values("CanPull"));
    }

    [Theory]
    [InlineData("web:v9", "Get-ArImageTag us-docker.pkg.dev/shop/apps/web -Tag *")]
    [InlineData("none:v1", "Get-ArImage us-docker.pkg.dev/shop/apps")]
    [InlineData(
        "web@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "Get-ArImageTag us-docker.pkg.dev/shop/apps/web -Tag *"
    )]
    public async Task An_image_that_is_not_there_is_named_before_the_grant(string image, string command)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"Test-ArPull {Repository}/{image} -Project games -Cluster arena").MustSucceed();

        Assert.Equal(["False"], result.Values("CanPull"));
        Assert.Equal(["ImageMissing"], result.Values("Reason"));
        Assert.Equal(["ImageMissing, NotGranted"], result.Values("Reasons"));
        Assert.Equal([$"{command}\nGrant-ArReader {Repository} -Member {Nodes}"], result.Values("Command"));
        Assert.Contains(
            $"There is no {Repository}/{image}",
            Assert.Single(result.Values("Detail")),
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"Neither {Repository} nor its project grant it.",
            Assert.Single(result.Values("Detail")),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("t2a-standard-4", "False", "ArchitectureMissing")]
    [InlineData("c4a-highmem-8", "False", "ArchitectureMissing")]
    [InlineData("n4a-standard-2", "False", "ArchitectureMissing")]
    [InlineData("a4x-highgpu-4g", "False", "ArchitectureMissing")]
    [InlineData("e2-standard-4", "True", "GrantedAtRepository")]
    public async Task An_index_needs_an_entry_for_the_architecture_of_the_nodes(
        string machineType,
        string canPull,
        string reason
    )
    {
        await using Shop shop = await OpenAsync(machineType);
        shop.State.Grant(Repository, Role, $"serviceAccount:{Nodes}");
        shop.State.AddIndex(Repository, "multi", ["linux/amd64", "windows/amd64"], new ImageOptions { Tags = ["v1"] });
        shop.State.AddIndex(Repository, "both", ["linux/amd64", "linux/arm64/v8"], new ImageOptions { Tags = ["v1"] });

        ScriptResult result = shop.Run($"Test-ArPull {Repository}/multi:v1, {Repository}/both:v1 -Project games")
            .MustSucceed();

        Assert.Equal([canPull, "True"], result.Values("CanPull"));
        Assert.Equal([reason, "GrantedAtRepository"], result.Values("Reason"));
        Assert.Equal(machineType, result.Values("MachineType")[0]);
        if (canPull == "True") return;
        Assert.Contains($"({machineType}) need linux/arm64", result.Values("Detail")[0], StringComparison.Ordinal);
        Assert.Contains(
            "docker buildx build --platform linux/amd64,windows/amd64,linux/arm64",
            result.Values("Command")[0],
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("345678901234-compute@developer.gserviceaccount.com", "default")]
    [InlineData(Nodes, Nodes)]
    public async Task The_commands_for_a_pool_with_too_narrow_scopes_lead_to_one_that_can_pull(
        string email, string account)
    {
        await using Shop shop = await OpenAsync();
        NodePoolOptions metrics = new("metrics")
        {
            ServiceAccount = account,
            Scopes = ["https://www.googleapis.com/auth/monitoring"],
        };
        shop.State.AddCluster("games", "us-central1", "lobby", new ClusterOptions { NodePools = [metrics] });
        string test = $"Test-ArPull {Shop.App}:v1 -Project games -Cluster lobby 6> $null";

        ScriptResult before = shop.Run(test).MustSucceed();
        // All of it is run as it would be pasted; gcloud is played, and says with which account it makes the pool.
        string used = $"{Assert.Single(shop.Run($$"""
            function gcloud { $global:used = $args[$args.IndexOf('--service-account') + 1] }
            $null = Invoke-Expression ({{test}}).Command 6> $null
            $used
            """).MustSucceed().Output)}";
        shop.State.AddCluster("games", "us-central1", "hall", new ClusterOptions
        {
            NodePools = [new("metrics-2") { ServiceAccount = used, Scopes = NodePoolOptions.CloudPlatform }],
        });
        ScriptResult after = shop.Run(test.Replace("lobby", "hall", StringComparison.Ordinal)).MustSucceed();

        Assert.Equal([email], before.Values("Email"));
        Assert.Equal(["ScopesTooNarrow"], before.Values("Reason"));
        Assert.NotEqual("345678901234-compute@developer.gserviceaccount.com", used);
        Assert.Equal(["True"], after.Values("CanPull"));
    }

    [Theory]
    [InlineData("Test-ArPull us-docker.pkg.dev/shop/apps/web:v1 -Project games")]
    [InlineData("Get-ArNodeServiceAccount games")]
    public async Task A_location_without_clusters_is_an_error_that_says_where_they_are(string command)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"{command} -Location europe-west2");

        Assert.Empty(result.Output);
        Assert.Equal("NotFound", result.ErrorId);
        Assert.Contains(
            "Project games has no cluster in location europe-west2.", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(
            "Did you mean europe-west1? The clusters of the project are in europe-west1.",
            result.Error.ErrorDetails.RecommendedAction);
    }

    [Theory]
    [InlineData("Test-ArPull us-docker.pkg.dev/shop/apps/web:v1 -Project empty-project")]
    [InlineData("Get-ArNodeServiceAccount empty-project")]
    public async Task A_project_without_clusters_is_a_warning(string command)
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddProject("empty-project", "456789012345");

        ScriptResult result = shop.Run(command).MustSucceed();

        Assert.Empty(result.Output);
        Assert.Equal(["Project empty-project has no clusters."], result.Warnings);
    }

    [Fact]
    public async Task A_disabled_account_is_enabled_with_the_command()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, $"serviceAccount:{Nodes}").DisableServiceAccount(Nodes);

        ScriptResult result = shop.Run(Test).MustSucceed();

        Assert.Equal(["False"], result.Values("CanPull"));
        Assert.Equal(["AccountDisabled"], result.Values("Reason"));
        Assert.Equal([$"gcloud iam service-accounts enable {Nodes} --project=games"], result.Values("Command"));
    }

    [Fact]
    public async Task An_account_that_does_not_exist_and_scopes_that_are_too_narrow_are_named()
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddCluster(
                "games",
                "us-central1",
                "lobby",
                new ClusterOptions
                {
                    NodePools =
                    [
                        new("old")
                        {
                            ServiceAccount = "gone@games.iam.gserviceaccount.com",
                            Scopes = NodePoolOptions.CloudPlatform,
                        },
                        new("metrics")
                        {
                            ServiceAccount = Nodes,
                            Scopes = ["https://www.googleapis.com/auth/monitoring"],
                        },
                    ],
                }
            )
            .Grant(Repository, Role, "serviceAccount:gone@games.iam.gserviceaccount.com")
            .Grant(Repository, Role, $"serviceAccount:{Nodes}");

        ScriptResult result = shop.Run($"Test-ArPull {Shop.App}:v1 -Project games -Cluster lobby").MustSucceed();

        Assert.Equal(["False", "False"], result.Values("CanPull"));
        Assert.Equal(["AccountMissing", "ScopesTooNarrow"], result.Values("Reason"));
        Assert.StartsWith(
            "New-ArNodeServiceAccount -Project games ",
            result.Values("Command")[0],
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "gcloud container node-pools create metrics-2 --cluster=lobby ",
            result.Values("Command")[1],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_grant_whose_time_is_over_is_none_and_one_whose_time_is_not_over_is_one()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, $"serviceAccount:{Nodes}", Until("2020-01-01T00:00:00Z"));
        ScriptResult expired = shop.Run(Test).MustSucceed();
        shop.State.Grant(Repository, Role, $"serviceAccount:{Nodes}", Until("2100-01-01T00:00:00Z"));
        ScriptResult valid = shop.Run(Test).MustSucceed();

        Assert.Equal(["False"], expired.Values("CanPull"));
        Assert.Equal(["ConditionExpired"], expired.Values("Reason"));
        Assert.Contains(
            "ended at 2020-01-01 00:00:00Z",
            Assert.Single(expired.Values("Detail")),
            StringComparison.Ordinal
        );
        Assert.Equal([$"Grant-ArReader {Repository} -Member {Nodes}"], expired.Values("Command"));
        Assert.Equal(["True"], valid.Values("CanPull"));
    }

    [Theory]
    [InlineData("serviceAccount:games.svc.id.goog[default/web]")]
    [InlineData(
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/games.svc.id.goog/subject/ns/default/sa/web"
    )]
    public async Task Access_of_pods_is_not_taken_for_access_of_nodes(string workload)
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, workload);

        ScriptResult result = shop.Run(Test).MustSucceed();

        Assert.Equal(["False"], result.Values("CanPull"));
        Assert.Equal(["GrantedToWorkload"], result.Values("Reason"));
        Assert.Contains(workload, Assert.Single(result.Values("Detail")), StringComparison.Ordinal);
        Assert.Equal([$"Grant-ArReader {Repository} -Member {Nodes}"], result.Values("Command"));
    }

    [Theory]
    [InlineData("projects/shop/roles/puller", "user:somebody@example.com", "False", "NotGranted")]
    [InlineData(
        "projects/shop/roles/puller",
        "serviceAccount:game-nodes@games.iam.gserviceaccount.com",
        null,
        "NotGrantedDirectly"
    )]
    [InlineData(Role, "group:clusters@example.com", null, "NotGrantedDirectly")]
    public async Task Unknown_is_said_only_where_what_is_not_seen_could_change_the_answer(
        string role, string member, string? canPull, string reason)
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, role, member);

        ScriptResult result = shop.Run(Test).MustSucceed();

        Assert.Equal([canPull], result.Values("CanPull"));
        Assert.Equal([reason], result.Values("Reason"));
        string detail = Assert.Single(result.Values("Detail"))!;
        Assert.Contains($"Neither {Repository} nor its project grant it.", detail, StringComparison.Ordinal);
        int unseen = detail.IndexOf(" It could still be granted: ", StringComparison.Ordinal);
        Assert.Equal(canPull is null, unseen > 0);
        if (canPull is null)
            Assert.Contains(role == Role ? member : role, detail[unseen..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web:v11", ". Did you mean us-docker.pkg.dev/shop/apps/web:v1? Neither")]
    [InlineData("wbe:v1", ": the repository has no image 'wbe'. Did you mean us-docker.pkg.dev/shop/apps/web? Neither")]
    [InlineData("nothing:v1", ": the repository has no image 'nothing'. Neither")]
    public async Task What_is_missing_of_a_name_is_said_and_what_was_probably_meant(string image, string detail)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"Test-ArPull {Repository}/{image} -Project games").MustSucceed();

        Assert.Equal(["ImageMissing"], result.Values("Reason"));
        Assert.StartsWith(
            $"There is no {Repository}/{image}{detail}",
            Assert.Single(result.Values("Detail")),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData($"{Test}", "Format-Table")]
    [InlineData($"{Test}", "Format-List")]
    [InlineData($"Get-ArReader {Repository} -Member {Nodes} -Explain", "Format-Table")]
    [InlineData($"Get-ArReader {Repository} -Member {Nodes} -Explain", "Format-List")]
    public async Task A_view_shows_no_word_for_an_answer_that_is_not_there(string command, string format)
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, "group:clusters@example.com");

        ScriptResult view = shop.Run($"{command} 6> $null | {format} | Out-String").MustSucceed();

        Assert.DoesNotMatch(@"CanPull *: *\w", $"{view.Output[0]}");
        Assert.DoesNotContain("unknown", $"{view.Output[0]}", StringComparison.OrdinalIgnoreCase);
        Assert.Contains("NotGranted", $"{view.Output[0]}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_screen_has_each_command_once_and_whole_at_80_columns()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(
                $"'{Shop.App}:v1', '{Shop.App}:v1' | Test-ArPull -Project games 6>&1 | Out-String -Width 80"
            )
            .MustSucceed();

        string screen = $"{Assert.Single(result.Output)}".ReplaceLineEndings("\n");
        Assert.Contains("\nservers            False   NotGranted ", screen, StringComparison.Ordinal);
        Assert.Equal(2, screen.Split($"What helps:\n  Grant-ArReader {Repository} -Member {Nodes}\n").Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nodes_with_the_default_account_can_get_one_of_their_own_except_in_Autopilot(bool autopilot)
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddCluster("games", "us-central1", "lobby", new ClusterOptions
        {
            Autopilot = autopilot,
            NodePools = [new("main") { Scopes = NodePoolOptions.CloudPlatform }],
        });

        ScriptResult result = shop.Run(
            $"Test-ArPull {Shop.App}:v1 -Project games -Cluster lobby 6>&1 | Out-String -Width 400").MustSucceed();

        string screen = $"{Assert.Single(result.Output)}".ReplaceLineEndings("\n");
        Assert.Contains(
            $"  Grant-ArReader {Repository} -Member 345678901234-compute@developer.gserviceaccount.com\n",
            screen,
            StringComparison.Ordinal);
        string own = "  New-ArNodeServiceAccount -Project games -Name gke-nodes\n"
            + $"  Grant-ArReader {Repository} -Member gke-nodes@games.iam.gserviceaccount.com\n"
            + "  gcloud container node-pools create main-2 --cluster=lobby --location=us-central1 --project=games ";
        Assert.Equal(!autopilot, screen.Contains(own, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_without_tag_or_digest_is_an_error_and_the_others_are_tested()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"'{Shop.App}', '{Shop.App}:v1' | Test-ArPull -Project games");

        Assert.Equal(["NameNotSpecific"], result.ErrorIds);
        Assert.Equal([$"{Shop.App}:v1"], result.Values("Image"));
    }

    private static JsonObject Until(string time) => new()
    {
        ["title"] = "until",
        ["expression"] = $"request.time < timestamp(\"{time}\")",
    };

    private static async Task<Shop> OpenAsync(string machineType = "e2-standard-4")
    {
        Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.State.AddProject("games", "345678901234").AddServiceAccount("games", "game-nodes");
        shop.State.AddCluster(
            "games",
            "europe-west1",
            "arena",
            new ClusterOptions
            {
                NodePools =
                [
                    new("servers")
                    {
                        ServiceAccount = Nodes,
                        Scopes = NodePoolOptions.CloudPlatform,
                        MachineType = machineType,
                    },
                ],
            }
        );
        return shop;
    }
}
