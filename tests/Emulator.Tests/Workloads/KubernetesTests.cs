using System.Net;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Workloads;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests.Workloads;

/// <summary>The Kubernetes API of clusters.</summary>
public sealed class KubernetesTests : WorkloadTest
{
    private KubernetesCluster _arena = null!;
    private JsonObject _cluster = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _arena = AddCluster();
        _cluster = await ClusterAsync();
    }

    [Fact]
    public async Task Objects_are_listed_as_they_were_applied_without_their_type()
    {
        _arena.Apply(Pod("web-1", "web:v1", "docker-pullable://web@sha256:abc"));

        JsonObject list = (await ListAsync("api/v1/pods")).Body;

        Assert.Equal(("PodList", "v1"), ((string?)list["kind"], (string?)list["apiVersion"]));
        JsonObject pod = Assert.Single(list["items"]!.AsArray())!.AsObject();
        Assert.Null(pod["kind"]);
        Assert.Equal("web:v1", (string?)pod["spec"]!["containers"]![0]!["image"]);
        Assert.Equal("docker-pullable://web@sha256:abc", (string?)pod["status"]!["containerStatuses"]![0]!["imageID"]);
        Assert.NotNull(pod["metadata"]!["uid"]);
    }

    [Theory]
    [InlineData("v1", "Pod", "api/v1/pods")]
    [InlineData("v1", "ReplicationController", "api/v1/replicationcontrollers")]
    [InlineData("v1", "PodTemplate", "api/v1/podtemplates")]
    [InlineData("apps/v1", "Deployment", "apis/apps/v1/deployments")]
    [InlineData("apps/v1", "ReplicaSet", "apis/apps/v1/replicasets")]
    [InlineData("apps/v1", "StatefulSet", "apis/apps/v1/statefulsets")]
    [InlineData("apps/v1", "DaemonSet", "apis/apps/v1/daemonsets")]
    [InlineData("apps/v1", "ControllerRevision", "apis/apps/v1/controllerrevisions")]
    [InlineData("batch/v1", "Job", "apis/batch/v1/jobs")]
    [InlineData("batch/v1", "CronJob", "apis/batch/v1/cronjobs")]
    public async Task Each_kind_has_a_list_that_is_empty_until_something_is_applied(
        string apiVersion,
        string kind,
        string path
    )
    {
        Assert.Empty(Names(await ListAsync(path)));

        _arena.Apply(
            $$"""{ "apiVersion": "{{apiVersion}}", "kind": "{{kind}}", "metadata": { "name": "x","""
                + $$""" "namespace": "shop" } }"""
        );

        Reply list = await ListAsync(path);
        Assert.Equal(["x"], Names(list));
        Assert.Equal((kind + "List", apiVersion), ((string?)list.Body["kind"], (string?)list.Body["apiVersion"]));
        Assert.Equal(
            ["x"],
            Names(await ListAsync(path.Replace("v1/", "v1/namespaces/shop/", StringComparison.Ordinal)))
        );
        Assert.Empty(Names(await ListAsync(path.Replace("v1/", "v1/namespaces/other/", StringComparison.Ordinal))));
        Assert.True(_arena.Remove(kind, "shop", "x"));
        Assert.Empty(Names(await ListAsync(path)));
    }

    [Fact]
    public async Task A_custom_resource_exists_once_there_is_an_object_of_it()
    {
        const string Path = "apis/argoproj.io/v1alpha1/rollouts";
        Assert.Equal(HttpStatusCode.NotFound, (await ListAsync(Path)).Status);

        _arena.Apply(
            """{ "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": { "name": "web","""
                + """ "namespace": "shop" } }"""
        );

        JsonObject rollout = (await ListAsync(Path)).Body["items"]![0]!.AsObject();
        Assert.Equal("Rollout", (string?)rollout["kind"]);
        Behaviour.Denials = [new Denial("container.thirdPartyObjects.list")];
        Assert.StartsWith(
            "rollouts.argoproj.io is forbidden: User \"user@example.com\" cannot list resource \"rollouts\" in API "
                + "group \"argoproj.io\"",
            (string?)(await ListAsync(Path)).Body["message"],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_hold_what_the_limit_says_and_follow_by_their_token()
    {
        for (int i = 0; i < 7; i++) _arena.Apply(Pod($"web-{i}", "web"));

        List<string[]> pages = await PagesAsync("api/v1/pods?limit=3");

        Assert.Equal([3, 3, 1], pages.Select(page => page.Length));
        Assert.Equal(7, pages.SelectMany(page => page).Distinct().Count());
        Assert.Equal(7, Names(await ListAsync("api/v1/pods")).Length);
        Assert.Equal(7, Names(await ListAsync("api/v1/pods?limit=3&resourceVersion=0")).Length);
    }

    [Fact]
    public async Task A_page_token_of_another_list_is_refused()
    {
        for (int i = 0; i < 3; i++) _arena.Apply(Pod($"web-{i}", "web"));
        string token = (string)(await ListAsync("api/v1/pods?limit=1")).Body["metadata"]!["continue"]!;

        foreach (
            string path in new[]
            {
                "apis/apps/v1/deployments?",
                "api/v1/namespaces/shop/pods?",
                "api/v1/pods?resourceVersion=7&",
            }
        )
            Assert.Equal(HttpStatusCode.BadRequest, (await ListAsync($"{path}limit=1&continue={token}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ListAsync("api/v1/pods?limit=1&continue=x")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ListAsync("api/v1/pods?limit=-1")).Status);
    }

    [Fact]
    public async Task An_expired_token_is_410_with_one_for_going_on()
    {
        for (int i = 0; i < 4; i++) _arena.Apply(Pod($"web-{i}", "web"));
        string token = (string)(await ListAsync("api/v1/pods?limit=3")).Body["metadata"]!["continue"]!;
        Behaviour.ExpiredContinues = 1;

        Reply gone = await ListAsync($"api/v1/pods?limit=3&continue={token}");

        Assert.Equal(HttpStatusCode.Gone, gone.Status);
        Assert.Equal(
            ("Status", "Expired", 410),
            ((string?)gone.Body["kind"], (string?)gone.Body["reason"], (int)gone.Body["code"]!)
        );
        string next = (string)gone.Body["metadata"]!["continue"]!;
        Assert.Equal(["web-3"], Names(await ListAsync($"api/v1/pods?limit=3&continue={next}")));
    }

    [Theory]
    [InlineData("api/v1/pods", "container.pods.list", "pods", "", "pods")]
    [InlineData("apis/apps/v1/replicasets", "container.replicaSets.list", "replicasets.apps", "apps", "replicasets")]
    [InlineData("apis/batch/v1/cronjobs", "container.cronJobs.list", "cronjobs.batch", "batch", "cronjobs")]
    [InlineData("api/v1/podtemplates", "container.podTemplates.list", "podtemplates", "", "podtemplates")]
    [InlineData(
        "apis/apps/v1/controllerrevisions",
        "container.controllerRevisions.list",
        "controllerrevisions.apps",
        "apps",
        "controllerrevisions"
    )]
    public async Task A_forbidden_kind_names_its_permission(
        string path,
        string permission,
        string fullName,
        string group,
        string plural
    )
    {
        Behaviour.Denials = [new Denial(permission, "projects/games/locations/europe-west1/clusters/arena")];

        Reply refused = await ListAsync(path);

        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Equal("Forbidden", (string?)refused.Body["reason"]);
        Assert.Equal(
            $"{fullName} is forbidden: User \"user@example.com\" cannot list resource \"{plural}\" in API group "
                + $"\"{group}\" at the cluster scope: requires one of [\"{permission}\"] permission(s).",
            (string?)refused.Body["message"]);
        Assert.Equal(HttpStatusCode.OK, (await ListAsync("apis/batch/v1/jobs")).Status);
    }

    [Fact]
    public async Task A_token_is_checked_as_the_registry_checks_it()
    {
        Behaviour.RequireToken = true;
        Behaviour.AcceptedTokens = ["good"];

        Reply none = await ListAsync("api/v1/pods");
        Reply bad = await GetFromAsync(_cluster, "api/v1/pods", "bad");

        Assert.Equal(HttpStatusCode.Forbidden, none.Status);
        Assert.Contains("system:anonymous", (string?)none.Body["message"], StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Unauthorized, "Unauthorized"), (bad.Status, (string?)bad.Body["message"]));
        Assert.Empty(Names(await GetFromAsync(_cluster, "api/v1/pods", "good")));
    }

    [Fact]
    public async Task An_image_id_is_empty_or_the_digest_of_a_config_where_that_is_set()
    {
        string digest = State.AddImage(Apps, "web", "v1");
        _arena.Apply(Pod("web-1", "us-docker.pkg.dev/shop/apps/web:v1", $"us-docker.pkg.dev/shop/apps/web@{digest}"));
        string config = (string)JsonNode.Parse(State.Manifest(Apps, "web", digest))!["config"]!["digest"]!;

        Behaviour.ImageIds = ImageIdForm.ConfigDigest;
        Assert.Equal(config, await ImageIdAsync());
        Behaviour.ImageIds = ImageIdForm.Empty;
        Assert.Equal("", await ImageIdAsync());
        Behaviour.ImageIds = ImageIdForm.AsApplied;
        Assert.EndsWith(digest, await ImageIdAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_no_group_serves_is_404_and_no_json()
    {
        foreach (
            string path in new[] { "apis/apps/v1/widgets", "apis/nothing.example/v1/pods", "api/v2/pods", "healthz" }
        )
        {
            Reply reply = await ListAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, reply.Status);
            Assert.Empty(reply.Body);
        }
    }

    private async Task<string> ImageIdAsync() =>
        (string)(await ListAsync("api/v1/pods")).Body["items"]![0]!["status"]!["containerStatuses"]![0]!["imageID"]!;

    private async Task<List<string[]>> PagesAsync(string path)
    {
        List<string[]> pages = [];
        for (string? token = ""; token is not null;)
        {
            Reply page = await ListAsync(token.Length == 0 ? path : $"{path}&continue={token}");
            pages.Add(Names(page));
            token = (string?)page.Body["metadata"]!["continue"];
        }
        return pages;
    }

    private Task<Reply> ListAsync(string path) => GetFromAsync(_cluster, path);
}
