using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>The progress bar while a clean-up examines images: how much there is, and how much of it is done.</summary>
public sealed class PlanningBarTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Get-ArUntaggedImage")]
    [InlineData("Remove-ArUntaggedImage -WhatIf")]
    public async Task The_images_of_a_repository_are_counted(string command)
    {
        await using Shop shop = await Shop.OpenAsync();
        foreach (string package in new[] { "a", "b", "c" }) AddIndex(shop, package);
        using RequestHold held = shop.Hold("GET", "/apps/b/manifests/");

        (string status, int percent) = await BarAsync(
            shop,
            $"{command} us-docker.pkg.dev/shop/apps",
            held,
            "1 of 3 images, 4 of 6 "
        );

        Assert.Equal("1 of 3 images, 4 of 6 manifests read, in us-docker.pkg.dev/shop/apps", status);
        Assert.Equal(66, percent);
    }

    [Fact]
    public async Task The_manifests_of_an_image_are_counted()
    {
        await using Shop shop = await Shop.OpenAsync();
        for (int i = 0; i < 3; i++) AddIndex(shop, "web");
        string index = AddIndex(shop, "web");
        using RequestHold held = shop.Hold("GET", $"/manifests/{index}");

        (string status, int percent) = await BarAsync(shop, "Get-ArUntaggedImage $app", held, "7 of 8 manifests read");

        Assert.Equal($"7 of 8 manifests read, in {Shop.App}", status);
        Assert.Equal(87, percent);
    }

    [Fact]
    public async Task A_second_look_says_that_the_first_one_is_remembered()
    {
        await using Shop shop = await Shop.OpenAsync();
        for (int i = 0; i < 3; i++) AddIndex(shop, "web");
        ScriptResult first = shop.Run("Get-ArUntaggedImage $app -Verbose").MustSucceed();
        string index = AddIndex(shop, "web");
        using RequestHold held = shop.Hold("GET", $"/manifests/{index}");

        (string status, _) = await BarAsync(shop, "Get-ArUntaggedImage $app", held, "7 of 8 manifests read");
        held.Release();
        ScriptResult again = shop.Run("Get-ArUntaggedImage $app -Verbose").MustSucceed();

        Assert.Contains(" of 8 manifests read (6 remembered), in ", status, StringComparison.Ordinal);
        Assert.DoesNotContain(first.Verbose, line => line.Contains("remembered", StringComparison.Ordinal));
        Assert.Contains(again.Verbose, line =>
            line == "7 of 8 manifests are remembered from before, and were not read again."
        );
    }

    [Fact]
    public async Task A_listing_in_order_shows_its_share_from_the_first_page_on()
    {
        await using Shop shop = await Shop.OpenAsync(new Behaviour { PageSizeCap = 2 });
        foreach (char first in "048c") shop.Add(new ImageOptions { Digest = $"sha256:{first}{new string('0', 63)}" });
        using RequestHold held = shop.Hold("GET", "pageToken");

        (string status, int percent) = await BarAsync(shop, "Get-ArUntaggedImage $app", held, "2 digests listed");

        Assert.Equal($"2 digests listed, in {Shop.App}", status);
        Assert.Equal(25, percent); // 4 of 16 leading digits
    }

    private static async Task<(string Status, int Percent)> BarAsync(
        Shop shop,
        string command,
        RequestHold held,
        string status
    )
    {
        using RunningScript script = shop.Start(command);
        await held.WaitForArrivalAsync(1, Stop);
        // What is held stays held, so the bar gets there and stays there.
        ProgressRecord bar = await script.WaitForProgressAsync(Stop, shown =>
            shown.StatusDescription.Contains(status, StringComparison.Ordinal)
        );
        script.Stop();
        await script.EndAsync(Stop);
        return (bar.StatusDescription, bar.PercentComplete);
    }

    private static string AddIndex(Shop shop, string package)
    {
        string child = shop.State.AddImage(
            shop.Repository,
            package,
            new ImageOptions { MediaType = "application/vnd.oci.image.manifest.v1+json" }
        );
        return shop.State.AddImage(
            shop.Repository,
            package,
            new ImageOptions { Children = [new ChildManifest(child)] }
        );
    }
}
