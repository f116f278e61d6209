using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>-Image of Get-ArImageInUse: what runs of an image.</summary>
public sealed class ImageFilterTests
{
    [Theory]
    [InlineData("$app", "api,moved,pod")]
    [InlineData("us-docker.pkg.dev/shop/apps/we?", "api,moved,pod")]
    [InlineData("us-docker.pkg.dev/shop/apps", "api,batch,moved,pod")]
    [InlineData("(Get-ArRepository -Project shop)", "api,batch,moved,pod")]
    [InlineData("$app, us-docker.pkg.dev/shop/apps/batch", "api,batch,moved,pod")]
    [InlineData("${app}:v1", "api")]
    [InlineData("${app}:v*", "api,moved")]
    [InlineData("${app}:latest", "pod")]
    [InlineData("$app@$digest", "pod")]
    [InlineData("$app@$tagged", "api")]
    [InlineData("(Get-ArImage ${app}:v1)", "api")]
    [InlineData("(Get-ArImageTag $app -Tag v1)", "api")]
    [InlineData("us-docker.pkg.dev/shop/apps/none*", "")]
    [InlineData("us-docker.pkg.dev/shop/other/web", "")]
    public async Task Only_what_is_known_to_be_that_image_is_listed(string image, string names)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"Get-ArImageInUse games -Image {image}").MustSucceed();

        Assert.Equal(names, string.Join(',', result.Values("Name").Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_filter_does_not_turn_an_incomplete_reading_into_a_complete_one()
    {
        await using Shop shop = await OpenAsync(new Behaviour { Denials = [new Denial("run.jobs.list")] });

        ScriptResult result = shop.Run("Get-ArImageInUse games -Image us-docker.pkg.dev/shop/apps/none");

        Assert.Equal(["NotPermitted", "InUseIncomplete"], result.ErrorIds);
    }

    [Fact]
    public async Task Only_the_images_that_are_wanted_are_asked_for()
    {
        await using Shop shop = await OpenAsync();

        shop.Run("Get-ArImageInUse games -Image us-docker.pkg.dev/shop/apps/none").MustSucceed();

        Assert.Empty(shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/packages/")));
    }

    private static async Task<Shop> OpenAsync(Behaviour? behaviour = null)
    {
        Shop shop = await Shop.OpenAsync(behaviour);
        string digest = shop.Add(), tagged = shop.Add("v1", "latest");
        shop.Session.Set("digest", digest);
        shop.Session.Set("tagged", tagged);
        shop.AddCluster().Add(
            Kube.Pod("pod", Shop.App, $"{Shop.App}@{digest}"),
            Kube.Deployment("api", $"{Shop.App}:v1"),
            Kube.Deployment("moved", $"{Shop.App}:v2"),
            Kube.Deployment("batch", "us-docker.pkg.dev/shop/apps/batch:v1"),
            Kube.Deployment("cache", "docker.io/library/web:v1"),
            Kube.Deployment("unnamed", "web:v1"));
        return shop;
    }
}
