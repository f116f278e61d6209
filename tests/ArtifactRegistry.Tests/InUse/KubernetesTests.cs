using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Workloads;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>What Get-ArImageInUse reads from clusters, and what of it a clean-up keeps.</summary>
public sealed class KubernetesTests
{
    private const string Read = "Get-ArImageInUse games -Source Kubernetes";

    private static readonly Dictionary<string, Func<string, JsonObject[]>> Workloads = new()
    {
        ["pod"] = image => [Kube.Pod("web", image)],
        ["deployment scaled to zero"] = image => [Kube.Deployment("web", image, replicas: 0)],
        ["replica set to roll back to"] = image =>
            [Kube.Workload("apps/v1", "ReplicaSet", "web-abc", Kube.Spec(image), 0, ("Deployment", "web"))],
        ["stateful set"] = image => [Kube.Workload("apps/v1", "StatefulSet", "db", Kube.Spec(image))],
        ["daemon set"] = image => [Kube.Workload("apps/v1", "DaemonSet", "agent", Kube.Spec(image))],
        ["controller revision"] = image => [Kube.ControllerRevision("db-1", image, "db")],
        ["job"] = image => [Kube.Workload("batch/v1", "Job", "migrate", Kube.Spec(image))],
        ["paused cron job"] = image => [Kube.CronJob("report", image, suspend: true)],
        ["replication controller"] = image => [Kube.Workload("v1", "ReplicationController", "old", Kube.Spec(image))],
        ["pod template"] = image => [Kube.PodTemplate("base", image)],
        ["init container"] = image =>
            [Kube.Workload("apps/v1", "Deployment", "web", Kube.Spec("nginx:1.29", init: image))],
        ["sidecar"] = image => [Kube.Workload("apps/v1", "Deployment", "web", Kube.Spec("nginx:1.29", sidecar: image))],
        ["image volume"] = image =>
            [Kube.Workload("apps/v1", "Deployment", "web", Kube.Spec("nginx:1.29", volume: image))],
        ["ephemeral container"] = image =>
        {
            JsonObject pod = Kube.Pod("web", "nginx:1.29");
            pod["spec"]!["ephemeralContainers"] = new JsonArray(Kube.Container("debugger", image));
            return [pod];
        },
    };

    public static TheoryData<string> Names => [.. Workloads.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task Each_workload_keeps_its_image_and_no_other(string workload)
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.AddUntagged(), unused = shop.AddUntagged();
        shop.AddCluster().Add(Workloads[workload](used));

        shop.Run($"Remove-ArUntaggedImage $app -InUse ({Read}) -Confirm:$false").MustSucceed();

        Assert.Equal([used], shop.Names());
        Assert.DoesNotContain(unused, shop.Names());
    }

    [Fact]
    public async Task A_pod_counts_as_the_workload_that_has_created_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.AddUntagged();
        shop.AddCluster().Add(
            Kube.Pod("web-5f9-1", $"{Shop.App}:v1", image, ("ReplicaSet", "web-5f9"), "5f9"),
            Kube.Pod("web-5f9-2", $"{Shop.App}:v1", image, ("ReplicaSet", "web-5f9"), "5f9"),
            Kube.Pod("agent-x", $"{Shop.App}:v1", image, ("DaemonSet", "agent")));

        ScriptResult result = shop.Run(
                $"{Read} | ForEach-Object {{ \"$($_.Kind) $($_.Namespace)/$($_.Name) $($_.Role) $($_.Uri)\" }}"
            )
            .MustSucceed();

        Assert.Equal(
            [$"DaemonSet shop/agent Running {image}", $"Deployment shop/web Running {image}"],
            result.Output.Select(row => row.ToString())
        );
    }

    [Theory]
    [InlineData("docker-pullable://{0}")]
    [InlineData("{0}")]
    [InlineData("docker.io/library/web@{1}")] // kubernetes#95385: the same digest under another name
    [InlineData("{1}")]
    public async Task The_digest_of_imageID_counts_however_it_is_written(string imageId)
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.AddUntagged(),
            unused = shop.AddUntagged();
        shop.AddCluster()
            .Add(Kube.Pod("web", $"{Shop.App}:moved", string.Format(null, imageId, used, used.Split('@')[1])));

        shop.Run($"Remove-ArUntaggedImage $app -InUse ({Read}) -Confirm:$false").MustSucceed();

        Assert.Equal([used], shop.Names());
        Assert.DoesNotContain(unused, shop.Names());
    }

    [Fact]
    public async Task The_digest_of_the_configuration_as_imageID_keeps_the_image()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.Zero, ImageIds = ImageIdForm.ConfigDigest }
        );
        string used = shop.AddUntagged(),
            unused = shop.AddUntagged();
        shop.AddCluster().Add(Kube.Pod("web", $"{Shop.App}:moved", used));

        shop.Run($"Remove-ArUntaggedImage $app -InUse ({Read}) -Confirm:$false").MustSucceed();

        Assert.Equal([used], shop.Names());
        Assert.DoesNotContain(unused, shop.Names());
    }

    [Fact]
    public async Task An_index_in_the_specification_and_a_platform_in_the_status_both_count()
    {
        await using Shop shop = await Shop.OpenAsync();
        string asked = shop.AddUntagged(), running = shop.AddUntagged(), unused = shop.AddUntagged();
        shop.AddCluster().Add(Kube.Pod("web", asked, running));

        shop.Run($"Remove-ArUntaggedImage $app -InUse ({Read}) -Confirm:$false").MustSucceed();

        Assert.Equal(
            [asked, running],
            shop.Names().Order(StringComparer.Ordinal).Except([unused]).OrderBy(name => name == asked ? 0 : 1)
        );
        Assert.DoesNotContain(unused, shop.Names());
    }

    [Fact]
    public async Task A_pod_without_imageID_keeps_what_it_asks_for_and_does_not_end_the_run()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.Zero, ImageIds = ImageIdForm.Empty }
        );
        string used = shop.AddUntagged();
        shop.Add("v1");
        shop.AddCluster().Add(Kube.Pod("pulling", $"{Shop.App}:v1", used), Kube.Pod("waiting", used, used));

        ScriptResult result = shop.Run($"{Read} | ForEach-Object {{ \"$($_.Name) $($_.IsResolved) $($_.Uri)\" }}")
            .MustSucceed();

        string tagged =
            $"{Shop.App}@{shop.State.Digests(shop.Repository, "web").Single(digest => shop.State.TagsOf(shop.Repository, "web", digest).Contains("v1"))}";
        Assert.Equal([$"pulling True {tagged}", $"waiting True {used}"], result.Output.Select(row => row.ToString()));
    }

    [Fact]
    public async Task Custom_resources_are_searched_if_they_are_named()
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.AddUntagged();
        shop.AddCluster().Add(Kube.Object(
            "argoproj.io/v1alpha1", "Rollout", "web",
            new JsonObject { ["template"] = new JsonObject { ["image"] = used }, ["note"] = "no image" }));
        shop.AddCluster("lobby"); // knows no rollouts

        Assert.Empty(shop.Run(Read).MustSucceed().Output);
        ScriptResult result = shop.Run($"{Read} -IncludeResource argoproj.io/v1alpha1/rollouts").MustSucceed();

        Assert.Equal([used], result.Values("Uri"));
        Assert.Equal(["Rollout"], result.Values("Kind"));
        Assert.Equal("InvalidArgument", shop.Run($"{Read} -IncludeResource rollouts").ErrorId);
    }

    [Fact]
    public async Task Long_lists_are_read_page_by_page_and_anew_when_a_page_token_expires()
    {
        await using Shop shop = await Shop.OpenAsync(new Behaviour { ExpiredContinues = 1 });
        string[] images = [shop.AddUntagged(), shop.AddUntagged(), shop.AddUntagged()];
        KubernetesCluster cluster = shop.AddCluster();
        for (int i = 0; i < 1201; i++)
            cluster.Add(Kube.Pod($"web-{i:0000}", images[i / 500], images[i / 500], ("DaemonSet", $"set-{i / 500}")));

        ScriptResult result = shop.Run(Read).MustSucceed();

        Assert.Equal(
            images,
            result.Output.OrderBy(row => row.Properties["Name"].Value).Select(row => row.Properties["Uri"].Value)
        );
        // The first page, the second one whose token had expired, and all three.
        Assert.Equal(5, shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/api/v1/pods")).Count);
    }

    [Fact]
    public async Task Rows_bind_to_the_other_cmdlets()
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.AddUntagged();
        shop.AddCluster().Add(Kube.Pod("web", $"{Shop.App}:moved", used), Kube.Pod("proxy", "nginx:1.29"));

        ScriptResult result = shop.Run(
            $"{Read} -Repository us-docker.pkg.dev/shop/apps | Add-ArImageTag -Tag live; {Read} -Repository "
                + $"us-docker.pkg.dev/shop/apps | Get-ArImage"
        );

        result.MustSucceed();
        Assert.Equal(
            ["live", "live"],
            result.Output.Select(row => (row.Properties["Tag"] ?? row.Properties["Tags"]).Value.ToString())
        );
        Assert.Equal(
            ["nginx:1.29", used],
            shop.Run($"{Read} | ForEach-Object ToString").Output.Select(row => row.ToString())
        );
    }

    [Fact]
    public async Task What_the_registry_no_longer_has_is_missing()
    {
        await using Shop shop = await Shop.OpenAsync();
        string there = shop.AddUntagged();
        string gone = $"{Shop.App}@sha256:{new string('0', 64)}";
        shop.AddCluster()
            .Add(
                Kube.Pod("fine", there, there),
                Kube.Pod("lost", gone, gone),
                Kube.Pod("untagged", $"{Shop.App}:gone"),
                Kube.Pod("other", "nginx")
            );

        ScriptResult result = shop.Run($"{Read} | Where-Object Missing | ForEach-Object Name").MustSucceed();

        Assert.Equal(["lost", "untagged"], result.Output.Select(row => row.ToString()));
    }

    [Fact]
    public async Task Projects_come_from_the_pipeline_as_texts_and_with_repositories()
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.AddUntagged();
        shop.AddCluster("arena", "games").Add(Kube.Pod("web", used, used));
        shop.AddCluster("till", "shop").Add(Kube.Pod("pay", used, used));

        foreach (
            string projects in new[]
            {
                "'games', 'shop'",
                "@('games'; Get-ArRepository shop)",
            }
        )
            Assert.Equal(
                ["arena", "till"],
                shop.Run($"{projects} | Get-ArImageInUse -Source Kubernetes").MustSucceed().Values("Cluster")
            );
        Assert.Equal(
            ["till"],
            shop.Run("Get-ArImageInUse games, shop -Source Kubernetes -Cluster till").MustSucceed().Values("Cluster")
        );
    }
}
