using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Copy;

/// <summary>Copy-ArImage: what it copies, what it leaves where it is, and what it says.</summary>
public sealed class CopyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_has_the_same_digest_and_its_blobs_are_mounted()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        string digest = shop.AddBuild("v1");

        ScriptResult result = shop.Run("Copy-ArImage ${app}:v1 $prod -KeepTag").MustSucceed();

        PSObject row = Assert.Single(result.Output);
        Assert.Equal($"{CopyShop.Prod}/web@{digest}", row.ToString());
        Assert.Equal($"{Shop.App}@{digest}", row.Properties["Source"].Value);
        Assert.Equal("Copied", row.Properties["Status"].Value);
        Assert.Equal(
            (1, 2, 0, 0L),
            ((int)row.Properties["Manifests"].Value, (int)row.Properties["BlobsMounted"].Value,
                (int)row.Properties["BlobsUploaded"].Value, (long)row.Properties["BytesUploaded"].Value));
        Assert.Equal([digest], shop.Copied());
        Assert.Equal([$"v1={digest}"], shop.CopiedTags());
        Assert.DoesNotContain(shop.Emulator.Requests.Snapshot(), request => request.Is("GET", "/blobs/"));
    }

    [Fact]
    public async Task Without_mounting_each_blob_is_sent_once()
    {
        await using Shop shop = await CopyShop.OpenAsync(new Behaviour { RefusesMounts = true });
        string digest = shop.AddBuild("v1");

        ScriptResult result = shop.Run("Copy-ArImage $app $prod -KeepTag").MustSucceed();

        Assert.Equal(["2"], result.Values("BlobsUploaded"));
        Assert.Equal(["20000"], result.Values("BytesUploaded"));
        Assert.Equal(2, shop.Emulator.Requests.Snapshot(request => request.Is("PUT", "/artifacts-uploads/")).Count);
        Assert.Equal([$"v1={digest}"], shop.CopiedTags());
    }

    [Fact]
    public async Task An_index_comes_whole_with_the_signatures_of_it_and_of_its_platforms()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        AddedIndex index = shop.AddBuilds("v1");
        string signature = shop.Sign(index.Digest), ofPlatform = shop.Sign(index.Children[0]);
        string ofSignature = shop.Sign(signature);
        string fallback = shop.State.AddFallbackTag(shop.Repository, "web", index.Digest);
        shop.AddBuild("other");

        ScriptResult result = shop.Run("Copy-ArImage ${app}:v1 -Destination $prod -KeepTag").MustSucceed();

        Assert.Equal(
            Sorted([index.Digest, .. index.Children, signature, ofPlatform, ofSignature, fallback]),
            Sorted(shop.Copied()));
        Assert.Equal(
            Sorted([$"v1={index.Digest}", $"{index.Digest.Replace(':', '-')}={fallback}"]), Sorted(shop.CopiedTags()));
        Assert.Equal(["4"], result.Values("Referrers"));
        Assert.Equal(["v1"], result.Values("Tags"));
    }

    [Fact]
    public async Task Without_referrers_there_are_the_index_and_its_platforms()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        AddedIndex index = shop.AddBuilds("v1");
        shop.Sign(index.Digest);

        shop.Run("Copy-ArImage ${app}:v1 $prod -NoReferrer").MustSucceed();

        Assert.Equal(Sorted([index.Digest, .. index.Children]), Sorted(shop.Copied()));
        Assert.Empty(shop.CopiedTags());
    }

    [Fact]
    public async Task A_signature_that_came_later_follows()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        string digest = shop.AddBuild("v1"), first = shop.Sign(digest);
        shop.State.AddFallbackTag(shop.Repository, "web", digest);
        shop.Run("Copy-ArImage ${app}:v1 $prod").MustSucceed();
        string second = shop.Sign(digest);
        string fallback = shop.State.AddFallbackTag(shop.Repository, "web", digest);

        ScriptResult result = shop.Run("Copy-ArImage ${app}:v1 $prod").MustSucceed();

        Assert.Equal(["Copied"], result.Values("Status"));
        Assert.All(new[] { first, second, fallback }, each => Assert.Contains(each, shop.Copied()));
        Assert.Equal([$"{digest.Replace(':', '-')}={fallback}"], shop.CopiedTags());
    }

    [Fact]
    public async Task Run_again_it_finds_everything_there_and_changes_nothing()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        AddedIndex index = shop.AddBuilds("v1");
        shop.Sign(index.Digest);
        shop.Run("Copy-ArImage ${app}:v1 $prod -KeepTag").MustSucceed();

        ScriptResult again = shop.Run("Copy-ArImage ${app}:v1 $prod -KeepTag").MustSucceed();

        Assert.Equal(["AlreadyThere"], again.Values("Status"));
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData("${app}:v1", "v1")]
    [InlineData("${app}:v*", "v1, v2")]
    [InlineData("$app", "latest, v1, v2")]
    public async Task The_tags_that_are_kept_are_those_by_which_the_image_was_named(string image, string tags)
    {
        await using Shop shop = await CopyShop.OpenAsync();
        shop.AddBuild("v1", "v2", "latest");

        ScriptResult result = shop.Run($"Copy-ArImage \"{image}\" $prod -KeepTag").MustSucceed();

        Assert.Equal(tags.Split(", "), Sorted(shop.State.Tags(CopyShop.Prod, "web").Select(tag => tag.Key)));
        Assert.Single(result.Output);
    }

    [Fact]
    public async Task Rows_are_copied_and_what_comes_out_gets_tags()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        string digest = shop.AddBuild("v1");

        shop.Run("Get-ArImage $app -Tag v1 | Copy-ArImage -Destination $prod/shop -Tag new | Add-ArImageTag -Tag more")
            .MustSucceed();

        Assert.Equal(
            [$"more={digest}", $"new={digest}"],
            Sorted(shop.State.Tags(CopyShop.Prod, "shop").Select(tag => $"{tag.Key}={tag.Value}")));
    }

    [Theory]
    [InlineData("", "TagExists")]
    [InlineData("-ExpectedDigest sha256:0000000000000000000000000000000000000000000000000000000000000000", "TagMoved")]
    public async Task Nothing_is_copied_if_a_tag_would_have_to_move(string how, string error)
    {
        await using Shop shop = await CopyShop.OpenAsync();
        shop.AddBuild("v1");
        string there = shop.State.AddImage(CopyShop.Prod, "web", "v1");

        ScriptResult result = shop.Run($"Copy-ArImage ${{app}}:v1 $prod -KeepTag {how}");

        Assert.Equal(error, result.ErrorId);
        Assert.Empty(result.Output);
        Assert.Empty(shop.Changes);
        Assert.Equal([$"v1={there}"], shop.CopiedTags());
    }

    [Theory]
    [InlineData("-Force")]
    [InlineData("-ExpectedDigest $there")]
    public async Task A_tag_moves_where_that_is_allowed(string how)
    {
        await using Shop shop = await CopyShop.OpenAsync();
        string digest = shop.AddBuild("v1");
        shop.Session.Set("there", shop.State.AddImage(CopyShop.Prod, "web", "v1"));

        shop.Run($"Copy-ArImage ${{app}}:v1 $prod -KeepTag {how}").MustSucceed();

        Assert.Equal([$"v1={digest}"], shop.CopiedTags());
    }

    [Fact]
    public async Task A_repository_with_immutable_tags_takes_new_ones_and_keeps_its_own()
    {
        await using Shop shop = await CopyShop.OpenAsync(prod: new RepositoryOptions { ImmutableTags = true });
        string digest = shop.AddBuild("v1", "v2");
        string there = shop.State.AddImage(CopyShop.Prod, "web", "v1");

        shop.Run("Copy-ArImage ${app}:v2 $prod -KeepTag").MustSucceed();
        ScriptResult refused = shop.Run("Copy-ArImage ${app}:v1 $prod -KeepTag -Force");

        Assert.Equal("NotAllowedByState", refused.ErrorId);
        Assert.Equal([""], refused.Values("Tags"));
        Assert.Equal(Sorted([$"v1={there}", $"v2={digest}"]), Sorted(shop.CopiedTags()));
    }

    [Fact]
    public async Task A_preview_sends_no_change()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        shop.AddBuild("v1");

        ScriptResult result = shop.Run("Copy-ArImage ${app}:v1 $prod -KeepTag -WhatIf").MustSucceed();

        Assert.Empty(result.Output);
        Assert.Empty(shop.Changes);
        Assert.Empty(shop.State.Packages(CopyShop.Prod));
    }

    [Theory]
    [InlineData("Copy-ArImage ${app}:v1 ${app}", "NameNotSpecific")]
    [InlineData("Copy-ArImage ${app}:v1 ${prod}/web:v1", "NameNotSpecific")]
    [InlineData("Copy-ArImage ${app}:v1 us-docker.pkg.dev/shop/none", "NotFound")]
    [InlineData("Copy-ArImage ${app}:none $prod", "NotFound")]
    [InlineData("Copy-ArImage ${app}:v1 $prod -ExpectedDigest abc", "NameNotSpecific")]
    [InlineData("Copy-ArImage ${app}:v1, us-docker.pkg.dev/shop/apps/api:v1 $prod/one", "NameNotSpecific")]
    [InlineData("Copy-ArImage ${app}:v1, ${app}:v2 $prod -Tag same", "TagExists")]
    public async Task What_makes_no_sense_is_an_error(string script, string error)
    {
        await using Shop shop = await CopyShop.OpenAsync();
        shop.AddBuild("v1");
        shop.AddBuild("v2");
        shop.State.AddImage(
            shop.Repository, "api", new ImageOptions { HasContent = true, Size = 100, Tags = ["v1"] });

        Assert.Equal(error, shop.Run(script).ErrorId);
    }

    [Fact]
    public async Task A_destination_that_does_not_exist_is_named_and_not_the_source()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        shop.AddBuild("v1");

        ScriptResult result = shop.Run("Copy-ArImage ${app}:v1 us-docker.pkg.dev/shop/none");

        Assert.StartsWith(
            "Nothing was copied: the destination 'us-docker.pkg.dev/shop/none' was not found.", result.ErrorText,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Foreign_layers_are_copied_by_their_descriptor()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        string whole = shop.AddBuild();
        string manifest = shop.State.Manifest(shop.Repository, "web", whole).Replace(
            "\"layers\":[",
            "\"layers\":[{\"mediaType\":\"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\",\"size\":9,"
                + $"\"digest\":\"sha256:{new string('f', 64)}\",\"urls\":[\"https://example.com/base\"]}},",
            StringComparison.Ordinal);
        string digest = shop.Add(new ImageOptions { Manifest = manifest, Tags = ["windows"] });

        shop.Run("Copy-ArImage ${app}:windows $prod").MustSucceed();

        Assert.Equal([digest], shop.Copied());
        Assert.DoesNotContain(
            shop.Emulator.Requests.Snapshot(), request => request.Path.Contains("ffff", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_bar_counts_bytes_and_images()
    {
        await using Shop shop = await CopyShop.OpenAsync(new Behaviour { RefusesMounts = true });
        shop.AddBuild(3 << 20, "v1");
        using RequestHold held = shop.Hold("PUT", "/manifests/");
        using RunningScript script = shop.Start("Copy-ArImage ${app}:v1 $prod");
        await held.WaitForArrivalAsync(1, Stop);

        ProgressRecord bar = await script.WaitForProgressAsync(Stop, shown => shown.PercentComplete == 100);

        Assert.Equal("3 MB of 3 MB, 0 of 1 images", bar.StatusDescription);
        held.Release();
        (await script.EndAsync(Stop)).MustSucceed();
    }

    private static string[] Sorted(IEnumerable<string> texts) => [.. texts.Order(StringComparer.Ordinal)];
}
