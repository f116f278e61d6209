using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>
/// The sources that are asked by name: App Engine, Compute Engine, Cloud Deploy, Cloud Asset Inventory.
/// </summary>
public sealed class OtherSourceTests
{
    private static readonly Dictionary<string, Action<Shop, string>> Sources = new()
    {
        ["AppEngine"] = (shop, image) =>
            shop
                .State.Workloads.AppEngine("games")
                .Apply(
                    "default",
                    $$"""
                    [{ "id": "v1", "servingStatus": "STOPPED", "deployment": { "container": {
                      "image": "{{image}}" } } },
                     { "id": "standard", "servingStatus": "SERVING", "deployment": { "zip": {
                       "sourceUrl": "gs://x" } } }]
                    """
                ),
        ["ComputeEngine"] = (shop, image) =>
            shop
                .State.Workloads.ComputeEngine("games")
                .Instances.Apply(
                    "zones/europe-west1-b",
                    $$"""
                    { "name": "vm", "status": "RUNNING", "metadata": { "items": [
                        { "key": "gce-container-declaration",
                          "value": "spec:\n  containers:\n  - name: web\n    image: '{{image}}'\n" }] } }
                    """
                ),
        ["ComputeEngine template"] = (shop, image) =>
            shop
                .State.Workloads.ComputeEngine("games")
                .InstanceTemplates.Apply(
                    "global",
                    $$"""
                    { "name": "vm-template", "properties": { "metadata": { "items": [
                        { "key": "startup-script", "value": "#!/bin/sh\ndocker run -d {{image}} --port 80\n" }] } } }
                    """
                ),
        ["CloudDeploy"] = (shop, image) =>
            shop
                .State.Workloads.CloudDeploy("games")
                .Apply(
                    "europe-west1/pipeline",
                    $$"""
                    { "name": "projects/games/locations/europe-west1/deliveryPipelines/pipeline/releases/r1",
                      "buildArtifacts": [{ "image": "web", "tag": "{{image}}" }] }
                    """
                ),
        ["Asset"] = (shop, image) => shop.AddCluster().Add(Kube.Pod("web", image)),
    };

    public static TheoryData<string> Names => [.. Sources.Keys];

    public static TheoryData<string, string> Denials => new()
    {
        { "AppEngine", "appengine.services.list" }, { "AppEngine", "appengine.versions.list" },
        { "ComputeEngine", "compute.instances.list" }, { "ComputeEngine", "compute.instanceTemplates.list" },
        { "CloudDeploy", "clouddeploy.releases.list" }, { "Asset", "cloudasset.assets.listResource" },
    };

    [Theory, MemberData(nameof(Names))]
    public async Task Each_source_keeps_its_image_and_no_other(string source)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddProject("games");
        string used = shop.AddUntagged();
        shop.AddUntagged();
        Sources[source](shop, used);

        shop.Run(
                $"Remove-ArUntaggedImage $app -InUse (Get-ArImageInUse games -Source {source.Split(' ')[0]}) "
                    + $"-Confirm:$false"
            )
            .MustSucceed();

        Assert.Equal([used], shop.Names());
    }

    [Theory, MemberData(nameof(Denials))]
    public async Task A_source_that_may_not_be_asked_ends_the_command(string source, string permission)
    {
        await using Shop shop = await Shop.OpenAsync(new Behaviour { Denials = [new Denial(permission)] });
        shop.State.AddProject("games");
        foreach (Action<Shop, string> add in Sources.Values) add(shop, shop.AddUntagged());

        ScriptResult result = shop.Run($"Get-ArImageInUse games -Source {source}");

        Assert.Empty(result.Output);
        Assert.Equal("InUseIncomplete", result.ErrorIds[^1]);
        Assert.Contains(permission, result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_location_that_does_not_answer_ends_the_command()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddProject("games");
        Sources["CloudDeploy"](shop, shop.AddUntagged());
        shop.State.Workloads.CloudDeploy("games").Unreachable = ["europe-west1"];

        ScriptResult result = shop.Run("Get-ArImageInUse games -Source CloudDeploy");

        Assert.Empty(result.Output);
        Assert.Equal(["LocationUnreachable", "InUseIncomplete"], result.ErrorIds);
    }

    [Fact]
    public async Task A_project_without_an_application_has_no_versions()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddProject("games");

        Assert.Empty(shop.Run("Get-ArImageInUse games -Source AppEngine").MustSucceed().Output);
    }
}
