using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Workloads;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>
/// Three projects, four clusters of which one is private and one behind Connect gateway, Cloud Run in two regions, and
/// one clean-up.
/// </summary>
public sealed class StoryTests
{
    private const string CleanUp =
        "Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -InUseFrom games, shop, data -Confirm:$false";

    [Fact]
    public async Task Nothing_that_runs_goes_and_everything_else_does()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string[] used, string[] unused) = Fill(shop);

        ScriptResult result = shop.Run(CleanUp).MustSucceed();

        Assert.Equal(used.Order(StringComparer.Ordinal), shop.Names().Order(StringComparer.Ordinal));
        Assert.Equal(
            unused.Order(StringComparer.Ordinal),
            result
                .Output.Where(row => row.Properties["Status"].Value.ToString() == "Removed")
                .Select(row => row.Properties["Uri"].Value.ToString()!)
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            [
                "runs in cluster games/arena, deployment shop/web",
                "is started by cluster games/vault, cron job shop/report",
                "is in the history of cluster shop/till, stateful set shop/db",
                "is started by cluster data/etl, deployment shop/zero",
                "runs in Cloud Run games/europe-west1, revision site-2",
                "is in the history of Cloud Run games/europe-west1, revision site-1",
                "is started by Cloud Run shop/us-central1, job export",
            ],
            used.Select(name =>
                result.Output.Single(row => row.Properties["Uri"].Value.ToString() == name).Properties["Reason"].Value
            )
        );
    }

    [Theory]
    [InlineData("container.clusters.list", "projects/data")]
    [InlineData("container.cronJobs.list", "*/clusters/vault")]
    [InlineData("gkehub.gateway.get", "*")]
    [InlineData("run.revisions.list", "*shop*")]
    [InlineData("run.jobs.list", "*games*")]
    [InlineData("private", "")]
    [InlineData("region", "")]
    public async Task With_any_one_source_cut_off_nothing_goes(string cut, string where)
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour
            {
                OperationTime = TimeSpan.Zero,
                Denials = cut.Contains('.', StringComparison.Ordinal) ? [new Denial(cut, where)] : [],
            }
        );
        Fill(
            shop,
            new ClusterEndpoints { Public = Reach.Absent, Private = cut == "private" ? Reach.Refused : Reach.Reachable }
        );
        if (cut == "region")
            shop.CloudRun("shop").Unreachable = ["us-central1"];
        string before = shop.Contents();

        ScriptResult result = shop.Run(CleanUp);

        Assert.Equal("InUseIncomplete", result.ErrorIds[^1]);
        Assert.True(result.Errors.Count > 1, "the failure itself is an error of its own");
        Assert.Empty(result.Output);
        Assert.Equal(before, shop.Contents());
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task The_preview_says_the_same_and_its_rows_take_along_where_to_look()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string[] used, _) = Fill(shop);

        ScriptResult result = shop.Run(
            """
            $preview = Get-ArUntaggedImage us-docker.pkg.dev/shop/apps/web -InUseFrom games, shop, data
            $preview | Remove-ArUntaggedImage -Confirm:$false | Out-Null
            $preview | Where-Object Decision -eq Keep | ForEach-Object Uri
            """).MustSucceed();

        Assert.Equal(
            used.Order(StringComparer.Ordinal),
            result.Output.Select(row => row.ToString()!).Order(StringComparer.Ordinal)
        );
        Assert.Equal(used.Order(StringComparer.Ordinal), shop.Names().Order(StringComparer.Ordinal));
        Assert.True(
            shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/api/v1/pods")).Count > 4,
            "read by both commands"
        );
    }

    [Fact]
    public async Task What_starts_to_run_while_a_question_is_open_stays()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string late = shop.AddUntagged(), running = shop.AddUntagged();
        KubernetesCluster arena = shop.AddCluster().Add(Kube.Pod("web", running, running));
        host.WhenAsked = _ => arena.Add(Kube.Pod("late", late, late));

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -InUseFrom games").MustSucceed();

        Assert.Contains(late, shop.Names());
        Assert.Contains(
            "runs in cluster games/arena, pod shop/late",
            result
                .Output.Where(row => row.Properties["Uri"].Value.ToString() == late)
                .Select(row => row.Properties["Reason"].Value)
        );
    }

    [Fact]
    public async Task What_starts_to_run_in_the_middle_of_a_long_sweep_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.AddUntagged();
        string[] old = [.. Enumerable.Range(0, 2).Select(i => shop.AddAged(TimeSpan.FromDays(200 - i)))];
        string late = shop.Add(), signature = shop.AddSignature(late);
        KubernetesCluster arena = shop.AddCluster().Add(Kube.Pod("web", running, running));
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", old[0])) arena.Add(Kube.Deployment("late", $"{Shop.App}@{late}"));
        };

        // One deletion in ten seconds: the turn of the third comes after twenty, when the first reading is too old.
        ScriptResult result = shop.Run(
            "Remove-ArUntaggedImage $app -InUseFrom games -Confirm:$false -RequestsPerSecond 0.1 -ThrottleLimit 1")
            .MustSucceed();

        Assert.Equal(
            old.Order(StringComparer.Ordinal),
            Row.Digests(result, "Removed").Order(StringComparer.Ordinal));
        Assert.Contains($"{Shop.App}@{late}", shop.Names());
        Assert.Contains($"{Shop.App}@{signature}", shop.Names());
        Assert.Contains(late, Row.Digests(result, "Kept"));
        Assert.Contains(signature, Row.Digests(result, "Kept"));
    }

    [Theory]
    [InlineData("", "InUseEmpty")]
    [InlineData("elsewhere", "InUseMatchesNothing")]
    public async Task Projects_in_which_nothing_of_the_images_runs_are_an_error(string image, string id)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddUntagged();
        shop.AddCluster();
        if (image.Length > 0)
            shop.State.Workloads.Cluster("games", "arena")
                .Add(Kube.Pod("web", $"{Shop.App}@sha256:{new string('0', 64)}"));
        string before = shop.Contents();

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -InUseFrom games -Confirm:$false");

        Assert.Equal(id, result.ErrorIds[^1]);
        Assert.Contains("games (-InUseFrom)", result.Errors[^1].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("-InUse ", result.Errors[^1].ToString(), StringComparison.Ordinal);
        Assert.Equal(before, shop.Contents());
    }

    [Fact]
    public async Task What_matches_nothing_is_named_as_it_is_written_where_it_runs()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddUntagged();
        shop.AddCluster().Add(
            Kube.Pod("web-1", "us-docker.pkg.dev/shop/other/web:v7", $"sha256:{new string('0', 64)}"));

        ScriptResult result = shop.Run("Get-ArUntaggedImage $app -InUseFrom games");

        Assert.Equal("InUseMatchesNothing", result.ErrorIds[^1]);
        Assert.Contains(
            "The first is 'us-docker.pkg.dev/shop/other/web:v7', which runs in cluster games/arena",
            result.Errors[^1].ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_other_images_of_the_repository_run_is_said_and_is_not_enough()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddUntagged();
        shop.AddCluster().Add(
            Kube.Pod("api-1", "us-docker.pkg.dev/shop/apps/api:v7", $"sha256:{new string('0', 64)}"));
        string before = shop.Contents();

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -InUseFrom games -Confirm:$false");

        Assert.Equal("InUseMatchesNothing", result.ErrorIds[^1]);
        Assert.Contains(
            "1 of them is in the same repository, so these images may just not run: -AllowUnmatchedInUse says so.",
            result.Errors[^1].ToString(),
            StringComparison.Ordinal);
        Assert.Equal(before, shop.Contents());
    }

    private static (string[] Used, string[] Unused) Fill(Shop shop, ClusterEndpoints? vault = null)
    {
        string[] used = [.. Enumerable.Range(0, 7).Select(_ => shop.AddUntagged())];
        string[] unused = [.. Enumerable.Range(0, 5).Select(_ => shop.AddUntagged())];
        shop.AddCluster("arena", "games")
            .Add(Kube.Pod("web-5f9-1", $"{Shop.App}:moved", used[0], ("ReplicaSet", "web-5f9"), "5f9"));
        shop.AddCluster(
                "vault",
                "games",
                vault ?? new ClusterEndpoints { Public = Reach.Absent, Private = Reach.Reachable }
            )
            .Add(Kube.CronJob("report", used[1], suspend: true));
        shop.AddCluster("till", "shop").Add(Kube.ControllerRevision("db-1", used[2], "db"));
        shop.AddCluster(
                "etl",
                "data",
                new ClusterEndpoints
                {
                    Public = Reach.Absent,
                    Private = Reach.Refused,
                    Membership = "etl",
                }
            )
            .Add(Kube.Deployment("zero", used[3], replicas: 0));
        shop.CloudRun("games").Add(
            "europe-west1",
            Run.Service("site", $"{Shop.App}:moved", "site-2"),
            Run.Revision("site-2", "site", $"{Shop.App}:moved", used[4]),
            Run.Revision("site-1", "site", $"{Shop.App}:moved", used[5]));
        shop.CloudRun("shop").Add("us-central1", Run.Job("export", used[6]));
        return (used, unused);
    }
}
