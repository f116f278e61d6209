using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Workloads;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>An incomplete reading is an error, unless somebody asks for it.</summary>
public sealed class IncompleteTests
{
    private static readonly string[] Kinds =
    [
        "pods", "deployments", "replicaSets", "statefulSets", "daemonSets", "controllerRevisions", "jobs", "cronJobs",
        "replicationControllers", "podTemplates",
    ];

    public static TheoryData<string, string> Cuts
    {
        get
        {
            TheoryData<string, string> cuts = new()
            {
                { "container.clusters.list", "NotPermitted" },
                { "run.executions.list", "NotPermitted" },
                { "run.services.list", "NotPermitted" },
                { "run.jobs.list", "NotPermitted" },
                { "run.revisions.list", "NotPermitted" },
                { "hangs", "ClusterUnreachable" },
                { "missingZones", "LocationUnreachable" },
                { "unreachable", "LocationUnreachable" },
            };
            foreach (string kind in Kinds) cuts.Add($"container.{kind}.list", "NotPermitted");
            return cuts;
        }
    }

    [Theory, MemberData(nameof(Cuts))]
    public async Task Whatever_cannot_be_read_ends_the_command_and_nothing_is_emitted(string cut, string id)
    {
        await using Shop shop = await OpenAsync(cut);

        ScriptResult result = shop.Run("Get-ArImageInUse games");

        Assert.Empty(result.Output);
        Assert.Equal("InUseIncomplete", result.ErrorIds[^1]);
        Assert.Contains(id, result.ErrorIds);
        if (id == "NotPermitted")
            Assert.All(result.Errors.SkipLast(1), error =>
                Assert.Contains(cut, error.ToString(), StringComparison.Ordinal)
            );
    }

    [Theory]
    [InlineData("run.googleapis.com", "CloudRun", "Deployment")]
    [InlineData("container.googleapis.com", "Kubernetes", "Revision Service")]
    public async Task An_API_that_is_disabled_in_a_project_means_that_nothing_of_it_runs_there_and_a_warning_says_so(
        string service, string source, string kinds)
    {
        await using Shop shop = await OpenAsync("");
        shop.Emulator.Behaviour.DisabledApis = [$"games/{service}"];

        ScriptResult result = shop.Run("Get-ArImageInUse games").MustSucceed();

        Assert.Equal(kinds.Split(' '), result.Values("Kind").Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            $"The API of {source} is not enabled in project games, so nothing runs there.",
            Assert.Single(result.Warnings));
    }

    [Fact]
    public async Task An_API_that_is_disabled_in_another_project_says_nothing_of_this_one()
    {
        await using Shop shop = await OpenAsync("");
        shop.Emulator.Behaviour.DisabledApis = ["games/run.googleapis.com"];
        // The project whose quota is charged is another one.
        shop.CloudRun("payer");
        shop.Emulator.Behaviour.DisabledApiConsumer = "payer";
        string before = shop.Contents();

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -InUseFrom games -Confirm:$false");

        Assert.Equal("InUseIncomplete", result.ErrorIds[^1]);
        Assert.Equal(before, shop.Contents());
    }

    [Fact]
    public async Task If_every_API_is_disabled_nothing_goes()
    {
        await using Shop shop = await OpenAsync("");
        shop.Emulator.Behaviour.DisabledApis = ["games/run.googleapis.com", "games/container.googleapis.com"];
        string before = shop.Contents();

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -InUseFrom games -Confirm:$false");

        Assert.Equal("InUseEmpty", result.ErrorIds[^1]);
        Assert.Equal(before, shop.Contents());
    }

    [Fact]
    public async Task Incomplete_rows_are_emitted_on_request_with_a_warning_and_a_mark()
    {
        await using Shop shop = await OpenAsync("container.cronJobs.list");
        string used = shop.AddUntagged();
        shop.State.Workloads.Cluster("games", "arena").Add(Kube.Pod("web", used, used));

        ScriptResult result = shop.Run(
                "$rows = Get-ArImageInUse games -AllowIncomplete; $rows; Remove-ArUntaggedImage $app -InUse $rows "
                    + "-WhatIf"
            )
            .MustSucceed();

        Assert.Equal("False", result.Output[0].Properties["IsComplete"].Value.ToString());
        Assert.Contains(
            "1 part could not be read (projects/games/locations/europe-west1/clusters/arena/apis/batch/v1/cronjobs)",
            result.Warnings[0],
            StringComparison.Ordinal
        );
        Assert.Contains(result.Warnings.Skip(1), warning => warning.Contains("incomplete", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("europe-wst1", "Did you mean europe-west1?")]
    [InlineData("nowhere", "Give a region such as europe-west1, or a zone such as europe-west1-b.")]
    [InlineData("asia-east2", null)]
    [InlineData("asia-east2-a", null)]
    public async Task A_location_where_nothing_is_is_told_and_an_unknown_one_is_an_error(
        string location, string? advice)
    {
        await using Shop shop = await OpenAsync("nothing");

        ScriptResult result = shop.Run($"Get-ArImageInUse games -Location {location}");

        string text = $"Nothing was found in location {location} of games.";
        Assert.Empty(result.Output);
        if (advice is null)
        {
            Assert.Equal([text], result.MustSucceed().Warnings);
            return;
        }

        Assert.Contains(text, $"{result.Errors[0]}", StringComparison.Ordinal);
        Assert.Equal(advice, result.Errors[0].ErrorDetails.RecommendedAction);
    }

    [Fact]
    public async Task A_cluster_that_does_not_exist_is_an_error()
    {
        await using Shop shop = await OpenAsync("");

        ScriptResult result = shop.Run("Get-ArImageInUse games -Cluster arenna");

        Assert.Equal("NotFound", result.ErrorIds[0]);
        Assert.Empty(result.Output);
    }

    internal static async Task<Shop> OpenAsync(string cut)
    {
        Shop shop = await Shop.OpenAsync(new Behaviour
        {
            OperationTime = TimeSpan.Zero,
            Denials = cut.Contains('.', StringComparison.Ordinal) ? [new Denial(cut)] : [],
            ClusterFaults = cut == "hangs" ? [new ClusterFault(ClusterFaultKind.Hangs)] : [],
        });
        if (cut == "hangs")
            shop.Session.Run(
                    $"Connect-ArRegistry -AccessToken '{PowerShellSession.Token}' -Endpoint '{shop.Emulator.Url}' "
                        + $"-TimeoutSec 1"
                )
                .MustSucceed();
        string used = shop.AddUntagged();
        shop.AddCluster().Add(Kube.Deployment("web", used));
        if (cut == "missingZones")
            shop.State.SetMissingZones("games", "europe-west1-b");
        shop.CloudRun("games")
            .Add("europe-west1", Run.Service("web", used, "web-1"), Run.Revision("web-1", "web", used, used));
        if (cut == "unreachable")
            shop.CloudRun("games").Unreachable = ["europe-west1"];
        return shop;
    }
}
