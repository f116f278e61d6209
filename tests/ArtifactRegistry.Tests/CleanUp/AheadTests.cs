using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>A repository with several images is looked at some images ahead, and told in the service's order.</summary>
public sealed class AheadTests
{
    private const string Apps = "us-docker.pkg.dev/shop/apps";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Four_images_are_listed_at_once_and_told_in_order()
    {
        await using Shop shop = await OpenAsync();
        // The first is the last to be answered.
        using RequestHold first = shop.Hold("GET", "image0/versions?");
        using RequestHold others = shop.Emulator.Requests.Hold(
            request => request.Is("GET", "/versions?") && !request.Is("GET", "image0/versions?"), HoldPoint.BeforeWork);
        using RunningScript script = shop.Start($"Get-ArUntaggedImage {Apps}");

        await first.WaitForArrivalAsync(1, Stop);
        await others.WaitForArrivalAsync(3, Stop);
        others.Release();
        first.Release();

        ScriptResult result = (await script.EndAsync(Stop)).MustSucceed();
        Assert.Equal(Enumerable.Range(0, 9).Select(i => $"{Apps}/image{i}"), result.Values("Image"));
    }

    [Fact]
    public async Task With_ThrottleLimit_1_one_image_is_listed_after_the_other()
    {
        await using Shop shop = await OpenAsync();

        shop.Run($"Get-ArUntaggedImage {Apps} -ThrottleLimit 1").MustSucceed();

        // The listing and the manifest of an image come before anything of the next one.
        string[] images =
        [
            .. shop.Emulator.Requests.Snapshot().Select(request => Regex.Match(request.Path, @"image\d"))
                .Where(match => match.Success).Select(match => match.Value),
        ];
        Assert.Equal(9 * 2, images.Length);
        Assert.Equal(9, images.Where((image, i) => i == 0 || image != images[i - 1]).Count());
    }

    [Fact]
    public async Task An_image_that_cannot_be_listed_does_not_keep_the_others_from_being_cleaned()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.Unavailable)
        {
            RetryAfter = "86400", // longer than anybody waits, so it is reported at once
            When = request => request.PathAndQuery.Contains("image3/versions?", StringComparison.Ordinal),
        });

        ScriptResult result = shop.Run($"Remove-ArUntaggedImage {Apps} -Confirm:$false");

        Assert.Contains($"{Apps}/image3", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Equal(8, result.Values("Status").Count(status => status is "Removed"));
        Assert.Single(shop.State.Digests(shop.Repository, "image3"));
    }

    [Theory]
    [InlineData("Get-ArUntaggedImage")]
    [InlineData("Remove-ArUntaggedImage -Confirm:$false")]
    public async Task Who_stops_meanwhile_leaves_nothing_running(string command)
    {
        await using Shop shop = await OpenAsync();
        using RequestHold hold = shop.Hold("GET", "/versions?");
        using RunningScript script = shop.Start($"{command} {Apps}");
        await hold.WaitForArrivalAsync(4, Stop);

        script.Stop();

        await script.EndAsync(Stop);
        await shop.MustBeIdleAsync();
        Assert.Equal(9, Enumerable.Range(0, 9).Sum(i => shop.State.Digests(shop.Repository, $"image{i}").Count));
    }

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        for (int i = 0; i < 9; i++)
            shop.State.AddImage(
                shop.Repository,
                $"image{i}",
                new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-10) }
            );
        return shop;
    }
}
