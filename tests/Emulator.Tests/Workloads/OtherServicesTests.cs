using System.Net;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Workloads;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests.Workloads;

/// <summary>App Engine, Compute Engine, Cloud Deploy and Cloud Asset.</summary>
public sealed class OtherServicesTests : WorkloadTest
{
    private const string Versions = "v1/apps/games/services/default/versions";
    private const string Instances = "compute/v1/projects/games/aggregated/instances";
    private const string Releases = "v1/projects/games/locations/-/deliveryPipelines/-/releases";
    private const string Image = "us-docker.pkg.dev/shop/apps/web:v1";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        State.AddProject("games");
        WorkloadState workloads = State.Workloads;
        workloads
            .AppEngine("games")
            .Apply(
                "default",
                $$$"""[ { "id": "v1", "deployment": { "container": { "image": "{{{Image}}}" } } }, { "id": "v2" } ]"""
            )
            .Apply("worker", """{ "id": "v1" }""");
        workloads
            .ComputeEngine("games")
            .Instances.Apply("zones/europe-west1-b", """[ { "name": "vm-1" }, { "name": "vm-2" } ]""")
            .Apply("zones/us-central1-a", """{ "name": "vm-1" }""");
        workloads.ComputeEngine("games").InstanceTemplates.Apply("global", """{ "name": "web" }""");
        workloads
            .CloudDeploy("games")
            .Apply(
                "us-central1/main",
                $$"""{ "name": "r1", "buildArtifacts": [ { "image": "web", "tag": "{{Image}}" } ] }"""
            )
            .Apply("us-central1/main-2", """{ "name": "r1" }""")
            .Apply("europe-west1/main", """{ "name": "r2" }""");
        workloads.SetAncestors("games", "folders/7", "organizations/123");
    }

    [Fact]
    public async Task Only_the_full_view_of_a_version_has_its_image()
    {
        Assert.Equal(
            ["default", "worker"],
            Ids(await ListAsync("v1/apps/games/services?pageSize=1", "services"), "id")
        );
        List<JsonObject> versions = await ListAsync($"{Versions}?view=FULL&pageSize=1", "versions");
        Assert.Equal(["v1", "v2"], Ids(versions, "id"));
        Assert.Equal(Image, (string?)versions[0]["deployment"]!["container"]!["image"]);
        Assert.All(await ListAsync(Versions, "versions"), version => Assert.Null(version["deployment"]));
        Assert.Equal("NOT_FOUND", (await GetAsync("v1/apps/shop/services")).ErrorStatus);
    }

    [Fact]
    public async Task Aggregated_lists_are_by_scope_and_have_pages()
    {
        JsonObject page = Ok(await GetAsync($"{Instances}?maxResults=2")).Body;

        Assert.Equal("compute#instanceAggregatedList", (string?)page["kind"]);
        Assert.Equal(2, page["items"]!["zones/europe-west1-b"]!["instances"]!.AsArray().Count);
        Assert.Equal("NO_RESULTS_ON_PAGE", (string?)page["items"]!["zones/us-central1-a"]!["warning"]!["code"]);
        JsonObject second = Ok(await GetAsync($"{Instances}?maxResults=2&pageToken={page["nextPageToken"]}")).Body;
        Assert.Single(second["items"]!["zones/us-central1-a"]!["instances"]!.AsArray());
        Assert.Null(second["nextPageToken"]);
        JsonObject templates = Ok(await GetAsync("compute/v1/projects/games/aggregated/instanceTemplates")).Body;
        Assert.Equal("web", (string?)templates["items"]!["global"]!["instanceTemplates"]![0]!["name"]);
        Assert.Equal("INVALID_ARGUMENT", (await GetAsync($"{Instances}?maxResults=501")).ErrorStatus);
        Assert.Equal("INVALID_ARGUMENT", (await GetAsync($"{Instances}?pageSize=5")).ErrorStatus);
    }

    [Fact]
    public async Task A_zone_that_does_not_respond_fails_the_list_unless_a_partial_one_is_wanted()
    {
        State.Workloads.ComputeEngine("games").Instances.Unreachable = ["zones/us-central1-a"];

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(Instances)).Status);
        JsonObject partial = Ok(await GetAsync($"{Instances}?returnPartialSuccess=true")).Body;
        Assert.Equal("zones/us-central1-a", (string?)partial["unreachables"]![0]);
        Assert.Equal("UNREACHABLE", (string?)partial["items"]!["zones/us-central1-a"]!["warning"]!["code"]);
    }

    [Fact]
    public async Task Releases_of_all_pipelines_and_locations_are_in_one_list()
    {
        List<JsonObject> releases = await ListAsync($"{Releases}?pageSize=1", "releases");

        Assert.Equal(["r2", "r1", "r1"], Ids(releases, "name"));
        Assert.Equal(["r1"], Ids(await ListAsync(Releases.Replace("/-", "/us-central1", StringComparison.Ordinal)
            .Replace("Pipelines/us-central1", "Pipelines/main", StringComparison.Ordinal), "releases"), "name"));
        State.Workloads.CloudDeploy("games").Unreachable = ["europe-west1"];
        Reply partial = await GetAsync(Releases);
        Assert.Equal("europe-west1", (string?)partial.Body["unreachable"]![0]);
        Assert.Equal(2, partial.Body["releases"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("projects/games")]
    [InlineData("folders/7")]
    [InlineData("organizations/123")]
    public async Task Assets_are_what_the_projects_of_a_scope_have(string scope)
    {
        AddCluster().Apply(Pod("web-1", Image));
        State
            .Workloads.CloudRun("games")
            .Apply("us-central1", """{ "kind": "Service", "metadata": { "name": "web" } }""");
        State
            .Workloads.CloudRun("shop")
            .Apply("us-central1", """{ "kind": "Service", "metadata": { "name": "shop" } }""");

        List<JsonObject> assets = await ListAsync(
            $"v1/{scope}/assets?contentType=RESOURCE&assetTypes=k8s.io/Pod&assetTypes=run.googleapis.com/Service&assetTypes=container.googleapis.com/Cluster&pageSize=1",
            "assets");

        Assert.Equal(
            [
                "//container.googleapis.com/projects/games/locations/europe-west1/clusters/arena",
                "//container.googleapis.com/projects/games/locations/europe-west1/clusters/arena/k8s/namespaces/shop/pods/web-1",
                "//run.googleapis.com/projects/games/locations/us-central1/services/web",
            ],
            Ids(assets, "name"));
        Assert.Equal(Image, (string?)assets[1]["resource"]!["data"]!["spec"]!["containers"]![0]!["image"]);
        Assert.All(await ListAsync($"v1/{scope}/assets", "assets"), asset => Assert.Null(asset["resource"]));
    }

    [Theory]
    [InlineData("assetTypes=apps.k8s.io/ControllerRevision")]
    [InlineData("assetTypes=k8s.io/Pods")]
    [InlineData("readTime=2001-01-01T00:00:00Z")]
    [InlineData("readMask=*")]
    public async Task An_asset_list_refuses_what_the_service_does_not_know(string query) =>
        Assert.Equal("INVALID_ARGUMENT", (await GetAsync($"v1/projects/games/assets?{query}")).ErrorStatus);

    [Theory]
    [InlineData("appengine.services.list", "v1/apps/games/services")]
    [InlineData("appengine.versions.list", Versions)]
    [InlineData("compute.instances.list", Instances)]
    [InlineData("compute.instanceTemplates.list", "compute/v1/projects/games/aggregated/instanceTemplates")]
    [InlineData("clouddeploy.releases.list", Releases)]
    [InlineData("cloudasset.assets.listResource", "v1/projects/games/assets")]
    [InlineData("run.instances.list", "v2/projects/games/locations/us-central1/instances")]
    public async Task Each_list_needs_its_permission_and_names_it(string permission, string path)
    {
        Behaviour.Denials = [new Denial(permission)];

        Reply refused = await GetAsync(path);

        Assert.Equal("PERMISSION_DENIED", refused.ErrorStatus);
        Assert.Contains(permission, refused.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string?> Ids(IEnumerable<JsonObject> items, string field) =>
        items.Select(item => (string?)item[field]);
}
