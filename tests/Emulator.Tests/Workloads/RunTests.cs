using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests.Workloads;

/// <summary>Version 1 of Cloud Run's API, whose lists have the form of Kubernetes.</summary>
public sealed class RunTests : WorkloadTest
{
    private const string Revisions = "apis/serving.knative.dev/v1/namespaces/games/revisions";
    private const string Jobs = "apis/run.googleapis.com/v1/namespaces/games/jobs";
    private const string Services = "v1/projects/games/locations/-/services";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        State.AddProject("games");
        State.Workloads.CloudRun("games")
            .Apply("us-central1", Revision("web-00001")).Apply("us-central1", Revision("web-00002"))
            .Apply("europe-west1", Revision("web-00003"))
            .Apply("us-central1", """{ "kind": "Service", "metadata": { "name": "web" } }""")
            .Apply("europe-west1", """{ "kind": "Service", "metadata": { "name": "web" } }""")
            .Apply("europe-west1", """{ "kind": "Job", "metadata": { "name": "nightly" } }""");
    }

    [Fact]
    public async Task Revisions_are_listed_by_the_region_in_the_host_or_first_in_the_path()
    {
        Assert.Equal(["web-00001", "web-00002"], Names(await GetAsync($"us-central1/{Revisions}")));
        Assert.Equal(["web-00003"], Names(await GetAsync($"europe-west1/{Revisions}")));
        Assert.Equal(["web-00003"], await AtHostAsync("europe-west1-run.googleapis.com", Revisions));
        Assert.Equal(HttpStatusCode.NotImplemented, (await GetAsync(Revisions)).Status);
    }

    [Fact]
    public async Task Services_and_jobs_of_all_regions_are_in_one_list()
    {
        Reply services = await GetAsync(Services);

        Assert.Equal(["web", "web"], Names(services));
        Assert.Equal(
            "europe-west1",
            (string?)services.Body["items"]![0]!["metadata"]!["labels"]!["cloud.googleapis.com/location"]
        );
        Assert.Null(services.Body["unreachable"]);
        Assert.Equal(["nightly"], Names(await GetAsync(Jobs)));
        Assert.Empty(Names(await GetAsync($"us-central1/{Jobs}")));
    }

    [Fact]
    public async Task A_region_that_does_not_respond_is_named_and_left_out()
    {
        State.Workloads.CloudRun("games").Unreachable = ["europe-west1"];

        Reply services = await GetAsync(Services);

        Assert.Equal("europe-west1", (string?)Assert.Single(services.Body["unreachable"]!.AsArray()));
        Assert.Single(Names(services));
        Assert.Equal("europe-west1", (string?)(await GetAsync(Jobs)).Body["unreachable"]![0]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync($"europe-west1/{Revisions}")).Status);
        Assert.Equal(2, Names(await GetAsync($"us-central1/{Revisions}")).Length);
    }

    [Fact]
    public async Task Pages_follow_by_a_token_that_belongs_to_its_list()
    {
        Reply first = await GetAsync($"us-central1/{Revisions}?limit=1");
        string token = (string)first.Body["metadata"]!["continue"]!;
        Reply second = await GetAsync($"us-central1/{Revisions}?limit=1&continue={token}");

        Assert.Equal(["web-00001"], Names(first));
        Assert.Equal(["web-00002"], Names(second));
        Assert.Null(second.Body["metadata"]!["continue"]);
        Assert.Equal(
            "INVALID_ARGUMENT",
            (await GetAsync($"europe-west1/{Revisions}?limit=1&continue={token}")).ErrorStatus
        );
        Assert.Equal("INVALID_ARGUMENT", (await GetAsync($"{Services}?limit=1&continue={token}")).ErrorStatus);
        Assert.Equal("INVALID_ARGUMENT", (await GetAsync($"us-central1/{Revisions}?pageSize=1")).ErrorStatus);
    }

    [Theory]
    [InlineData("run.services.list", Services, "projects/games/locations/-")]
    [InlineData("run.revisions.list", $"us-central1/{Revisions}", "namespaces/games/revisions")]
    [InlineData("run.jobs.list", Jobs, "namespaces/games/jobs")]
    public async Task A_missing_permission_is_named(string permission, string path, string resource)
    {
        Behaviour.Denials = [new Denial(permission, "projects/games/*")];

        Reply refused = await GetAsync(path);

        Assert.Equal((HttpStatusCode.Forbidden, "PERMISSION_DENIED"), (refused.Status, refused.ErrorStatus));
        Assert.Equal(
            $"Permission '{permission}' denied on resource '{resource}' (or resource may not exist).",
            refused.Message
        );
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await GetAsync(path.Replace("games", "nowhere", StringComparison.Ordinal))).Status
        );
    }

    [Fact]
    public async Task The_regions_are_among_the_locations_of_the_project()
    {
        State.Workloads.CloudRun("games").Apply("asia-east1", Revision("web-00004"));

        JsonArray locations = (await GetAsync("v1/projects/games/locations")).Body["locations"]!.AsArray();

        Assert.Contains("asia-east1", locations.Select(location => (string?)location!["locationId"]));
    }

    private static string Revision(string name) =>
        new JsonObject
        {
            ["kind"] = "Revision",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray(new JsonObject { ["image"] = "us-docker.pkg.dev/shop/apps/web:v1" }),
            },
            ["status"] = new JsonObject
            {
                ["imageDigest"] = "us-docker.pkg.dev/shop/apps/web@sha256:" + new string('a', 64),
            },
        }.ToJsonString();

    private async Task<string[]> AtHostAsync(string host, string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(Emulator.Url, path));
        request.Headers.Host = host;
        using HttpResponseMessage response = await Client.SendAsync(request, Stop);
        return Names(
            new Reply(
                response.StatusCode,
                JsonNode.Parse(await response.Content.ReadAsStringAsync(Stop))!.AsObject(),
                null
            )
        );
    }
}
