using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests.Workloads;

/// <summary>Version 2 of Cloud Run's API, which shows the objects of version 1 without their digests.</summary>
public sealed class RunV2Tests : WorkloadTest
{
    private const string Location = "v2/projects/games/locations/us-central1";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        State.AddProject("games");
        State.Workloads.CloudRun("games")
            .Apply("us-central1", Templated("Service", "web", "spec", 1))
            .Apply("us-central1", Templated("WorkerPool", "pool", "spec", 1))
            .Apply("us-central1", Templated("Job", "nightly", "spec", 2))
            .Apply(
                "us-central1",
                Templated("Execution", "nightly-x7k2p", "spec", 1, ("run.googleapis.com/job", "nightly"))
            )
            .Apply(
                "us-central1",
                Templated("Revision", "web-00001-abc", "spec", 0, ("serving.knative.dev/service", "web"))
            )
            .Apply(
                "us-central1",
                Templated("Revision", "web-00002-abc", "spec", 0, ("serving.knative.dev/service", "web"))
            )
            .Apply(
                "us-central1",
                Templated("Revision", "pool-00001-abc", "spec", 0, ("run.googleapis.com/workerPool", "pool"))
            )
            .Apply(
                "us-central1",
                """{ "kind": "Instance", "name": "one", "containers": [ { "image": "one:v1" } ],"""
                    + """ "containerStatuses": [ { "name": "main", "imageDigest": "one@sha256:ab" } ] }"""
            );
    }

    [Theory]
    [InlineData(
        "services/-/revisions",
        "revisions",
        "services/web/revisions/web-00001-abc services/web/revisions/web-00002-abc"
    )]
    [InlineData(
        "services/web/revisions",
        "revisions",
        "services/web/revisions/web-00001-abc services/web/revisions/web-00002-abc"
    )]
    [InlineData("services/other/revisions", "revisions", "")]
    [InlineData("workerPools/-/revisions", "revisions", "workerPools/pool/revisions/pool-00001-abc")]
    [InlineData("jobs/-/executions", "executions", "jobs/nightly/executions/nightly-x7k2p")]
    [InlineData("services", "services", "services/web")]
    [InlineData("workerPools", "workerPools", "workerPools/pool")]
    [InlineData("jobs", "jobs", "jobs/nightly")]
    [InlineData("instances", "instances", "instances/one")]
    public async Task Each_collection_is_listed_page_by_page(string path, string field, string names) =>
        Assert.Equal(
            names
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(name => $"projects/games/locations/us-central1/{name}"),
            (await ListAsync($"{Location}/{path}?pageSize=1", field)).Select(item => (string?)item["name"])
        );

    [Theory]
    [InlineData("services/-/revisions", "revisions")]
    [InlineData("services", "services", "template")]
    [InlineData("workerPools", "workerPools", "template")]
    [InlineData("jobs/-/executions", "executions", "template")]
    [InlineData("jobs", "jobs", "template", "template")]
    public async Task All_containers_are_where_this_version_has_them(string path, string field, params string[] way)
    {
        JsonNode item = (await ListAsync($"{Location}/{path}", field))[0];
        foreach (string step in way) item = item[step]!;

        Assert.Equal(
            ["main:v1", "sidecar:v1"],
            item["containers"]!.AsArray().Select(container => (string?)container!["image"])
        );
        Assert.Null(item["imageDigest"]);
    }

    [Fact]
    public async Task Instances_have_digests_and_may_not_exist_yet()
    {
        JsonObject instance = Assert.Single(await ListAsync($"{Location}/instances", "instances"));
        Assert.Equal("one@sha256:ab", (string?)instance["containerStatuses"]![0]!["imageDigest"]);

        State.Workloads.CloudRun("games").HasInstances = false;

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"{Location}/instances")).Status);
    }

    [Fact]
    public async Task The_location_cannot_be_a_wildcard_and_a_token_belongs_to_its_list()
    {
        Assert.Equal("INVALID_ARGUMENT", (await GetAsync("v2/projects/games/locations/-/services")).ErrorStatus);
        string token = (string)(await GetAsync($"{Location}/services/-/revisions?pageSize=1")).Body["nextPageToken"]!;
        Assert.Equal(
            "INVALID_ARGUMENT",
            (await GetAsync($"{Location}/workerPools/-/revisions?pageToken={token}")).ErrorStatus
        );
        Assert.Equal("INVALID_ARGUMENT", (await GetAsync($"{Location}/services?limit=1")).ErrorStatus);
        State.Workloads.CloudRun("games").Unreachable = ["us-central1"];
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync($"{Location}/services")).Status);
    }

    /// <summary>An object with two containers below as many templates as its kind has.</summary>
    private static string Templated(
        string kind,
        string name,
        string field,
        int templates,
        (string Name, string Value)? label = null
    )
    {
        JsonObject spec = new()
        {
            ["containers"] = new JsonArray(
                new JsonObject { ["image"] = "main:v1" },
                new JsonObject { ["image"] = "sidecar:v1" }
            ),
        };
        for (int i = 0; i < templates; i++) spec = new JsonObject { ["template"] = new JsonObject { ["spec"] = spec } };
        JsonObject metadata = new() { ["name"] = name };
        if (label is not null) metadata["labels"] = new JsonObject { [label.Value.Name] = label.Value.Value };
        return new JsonObject { ["kind"] = kind, ["metadata"] = metadata, [field] = spec }.ToJsonString();
    }
}
