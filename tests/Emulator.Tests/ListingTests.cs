using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>Listings that are not the truth: with gaps, late, and with pages that overlap.</summary>
public sealed class ListingTests : EmulatorTest
{
    private static readonly DateTimeOffset Old = DateTimeOffset.UtcNow.AddDays(-1);

    [Theory]
    [InlineData("dockerImages", "dockerImages")]
    [InlineData("packages/web/versions", "versions")]
    public async Task A_listing_may_lack_a_digest_that_another_has(string path, string field)
    {
        string missing = State.AddImage(Apps, "web"), there = State.AddImage(Apps, "web");
        Behaviour.ListingGap = (request, name) => name == missing
            && request.Path.EndsWith(field, StringComparison.Ordinal);

        Assert.Equal([there], (await ListAsync($"{AppsPath}/{path}", field)).Select(Digest));
        foreach ((string other, string list) in ((string, string)[])
            [("dockerImages", "dockerImages"), ("packages/web/versions", "versions")])
        {
            if (other != path) Assert.Equal(2, (await ListAsync($"{AppsPath}/{other}", list)).Count);
        }
    }

    [Fact]
    public async Task A_listing_may_lack_a_tag_and_the_images_may_lack_it_too()
    {
        State.AddImage(Apps, "web", "v1", "v2");
        Behaviour.ListingGap = (_, name) => name == "v1";

        Assert.Equal(["v2"], (await ListAsync($"{AppsPath}/packages/web/tags", "tags")).Select(Digest));
        JsonObject image = Assert.Single(await ListAsync($"{AppsPath}/dockerImages", "dockerImages"));
        Assert.Equal("""["v2"]""", image["tags"]!.ToJsonString());
        JsonObject version = Assert.Single(await ListAsync($"{AppsPath}/packages/web/versions?view=FULL", "versions"));
        Assert.Single(version["relatedTags"]!.AsArray());
    }

    [Fact]
    public async Task A_listing_that_lags_does_not_show_what_is_new()
    {
        string old = State.AddImage(Apps, "web", new ImageOptions { UploadTime = Old, Tags = ["v1"] });
        State.AddImage(Apps, "web", "v2");
        State.MoveTag(Apps, "web", "latest", old);
        Behaviour.ListingLag = TimeSpan.FromHours(1);

        Assert.Equal(["v1"], (await ListAsync($"{AppsPath}/packages/web/tags", "tags")).Select(Digest));
        JsonObject image = Assert.Single(await ListAsync($"{AppsPath}/dockerImages", "dockerImages"));
        Assert.Equal("""["v1"]""", image["tags"]!.ToJsonString());
        Assert.Equal([old], (await ListAsync($"{AppsPath}/packages/web/versions", "versions")).Select(Digest));

        Behaviour.ListingLag = TimeSpan.Zero;
        Assert.Equal(3, (await ListAsync($"{AppsPath}/packages/web/tags", "tags")).Count);
    }

    [Theory]
    [InlineData(1, 4, 7)]
    [InlineData(3, 4, 12)]
    [InlineData(9, 2, 10)]
    public async Task Pages_may_overlap_and_come_to_an_end_all_the_same(int overlap, int size, int listed)
    {
        for (int i = 0; i < 6; i++) State.AddImage(Apps, "web");
        Behaviour.PageOverlap = overlap;

        List<JsonObject> images = await ListAsync($"{AppsPath}/dockerImages?pageSize={size}", "dockerImages");

        Assert.Equal(listed, images.Count);
        Assert.Equal(State.Digests(Apps, "web"), images.Select(Digest).Distinct());
    }
}
