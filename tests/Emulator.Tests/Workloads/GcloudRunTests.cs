using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests.Workloads;

/// <summary>gcloud lists what runs on Cloud Run and on the others.</summary>
/// <remarks>
/// gcloud puts the region before the host of its override, which on this machine is the name of nothing. So it reaches
/// the emulator as a proxy, and the requests have the hosts of Google's.
/// </remarks>
public sealed class GcloudRunTests : WorkloadTest
{
    private const string Image = "us-docker.pkg.dev/shop/apps/web";
    private const string Running = Image + "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly TemporaryFolder _folder = new();

    public override async ValueTask InitializeAsync()
    {
        Needs.That(ToolRun.Find("gcloud") is not null, "gcloud is not on the PATH.");
        await base.InitializeAsync();
        State.AddProject("games");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Revisions_of_a_region_are_listed_page_by_page_without_those_of_worker_pools()
    {
        for (int i = 1; i <= 5; i++)
            State
                .Workloads.CloudRun("games")
                .Apply("us-central1", Revision($"web-0000{i}-abc", "serving.knative.dev/service", "web"));
        State
            .Workloads.CloudRun("games")
            .Apply("us-central1", Revision("pool-00001-abc", "run.googleapis.com/workerPool", "pool"))
            .Apply("europe-west1", Revision("far-00001-abc", "serving.knative.dev/service", "far"));

        string[] revisions = await LinesAsync(
            "run revisions list --region=us-central1 --page-size=2",
            "--format=csv[no-heading](metadata.name,status.imageDigest,spec.containers[0].image)"
        );
        string[] pools = await LinesAsync(
            "beta run worker-pools revisions list --region=us-central1",
            "--format=value(metadata.name)"
        );

        Assert.Equal(
            Enumerable.Range(1, 5).Select(i => $"web-0000{i}-abc,{Running},{Image}:v1"),
            revisions.Order(StringComparer.Ordinal)
        );
        Assert.Equal(["pool-00001-abc"], pools);
    }

    [Fact]
    public async Task Services_and_jobs_of_all_regions_are_listed_and_what_does_not_respond_is_said()
    {
        State.Workloads.CloudRun("games")
            .Apply("us-central1", Templated("serving.knative.dev/v1", "Service", "web"))
            .Apply("europe-west1", Templated("serving.knative.dev/v1", "Service", "chat"))
            .Apply("europe-west1", Templated("run.googleapis.com/v1", "Job", "nightly"));

        Assert.Equal(
            ["chat", "web"],
            (await LinesAsync("run services list", "--format=value(metadata.name)")).Order(StringComparer.Ordinal)
        );
        Assert.Equal(["nightly"], await LinesAsync("run jobs list", "--format=value(metadata.name)"));
        Assert.Equal(
            ["chat"],
            await LinesAsync("run services list --region=europe-west1", "--format=value(metadata.name)")
        );
        State.Workloads.CloudRun("games").Unreachable = ["europe-west1"];
        ToolRun services = await GcloudAsync("run services list", "--format=value(metadata.name)");
        Assert.Equal("web", services.Output.Trim());
        Assert.Contains("europe-west1", services.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_instances_releases_and_assets_are_listed()
    {
        State
            .Workloads.AppEngine("games")
            .Apply(
                "default",
                """{ "id": "v1", "name": "apps/games/services/default/versions/v1", "env": "flexible" }"""
            );
        const string Zone = "https://compute.googleapis.com/compute/v1/projects/games/zones/us-central1-a";
        State
            .Workloads.ComputeEngine("games")
            .Instances.Apply(
                "zones/us-central1-a",
                $$"""{ "name": "vm-1", "zone": "{{Zone}}", "selfLink": "{{Zone}}/instances/vm-1" }"""
            );
        State
            .Workloads.CloudDeploy("games")
            .Apply(
                "us-central1/main",
                """{ "name": "projects/games/locations/us-central1/deliveryPipelines/main/releases/r1","""
                    + """ "buildArtifacts": [ { "image": "web", "tag": "us-docker.pkg.dev/shop/apps/web:v1" } ] }"""
            );
        State.Workloads.CloudRun("games").Apply("us-central1", Templated("serving.knative.dev/v1", "Service", "web"));

        Assert.Equal(["v1"], await LinesAsync("app versions list --service=default", "--format=value(id)"));
        Assert.Equal(["vm-1"], await LinesAsync("compute instances list", "--format=value(name)"));
        Assert.Equal(
            [Image + ":v1"],
            await LinesAsync(
                "deploy releases list --delivery-pipeline=main --region=us-central1",
                "--format=value(buildArtifacts[0].tag)"
            )
        );
        Assert.Equal(
            ["//run.googleapis.com/projects/games/locations/us-central1/services/web"],
            await LinesAsync(
                "asset list --project=games --asset-types=run.googleapis.com/Service --content-type=resource",
                "--format=value(name)"
            )
        );
    }

    private static string Revision(string name, string label, string owner) => new JsonObject
    {
        ["apiVersion"] = "serving.knative.dev/v1",
        ["kind"] = "Revision",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { [label] = owner } },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["image"] = Image + ":v1" }) },
        ["status"] = new JsonObject { ["imageDigest"] = Running },
    }.ToJsonString();

    private static string Templated(string apiVersion, string kind, string name) =>
        $$"""{ "apiVersion": "{{apiVersion}}", "kind": "{{kind}}", "metadata": { "name": "{{name}}" },"""
            + $$""" "spec": { "template": { "spec": {} } } }""";

    private async Task<string[]> LinesAsync(string command, string format) =>
        (await GcloudAsync(command, format)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<ToolRun> GcloudAsync(string command, string format)
    {
        Dictionary<string, string> environment = new(ClientEnvironment.For(Emulator.Url))
        {
            ["CLOUDSDK_CONFIG"] = _folder.Path,
            ["CLOUDSDK_CORE_PROJECT"] = "games",
            ["CLOUDSDK_CORE_DISABLE_USAGE_REPORTING"] = "true",
            ["CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK"] = "true",
        };
        if (
            command.Contains("--region", StringComparison.Ordinal) && command.Contains("run ", StringComparison.Ordinal)
        )
        {
            environment["CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN"] = "http://run.googleapis.com/";
            environment["CLOUDSDK_PROXY_TYPE"] = "http";
            environment["CLOUDSDK_PROXY_ADDRESS"] = "127.0.0.1";
            environment["CLOUDSDK_PROXY_PORT"] = Emulator.Url.Port.ToString(CultureInfo.InvariantCulture);
        }
        ToolRun run = await ToolRun.RunAsync(
            ToolRun.Find("gcloud")!,
            [.. command.Split(' '), format],
            environment,
            null,
            Stop
        );
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }
}
