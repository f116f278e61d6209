using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>
/// Tags that name a digest, as cosign and others push them: what they point to belongs to that digest.
/// </summary>
public sealed class ReferrerTagTests
{
    private static readonly DateTimeOffset Long = DateTimeOffset.UtcNow.AddDays(-100);

    // goharbor/harbor#20184, project-zot/zot#906
    [Fact]
    public async Task Cosigns_tags_go_with_their_image_if_that_is_asked_for_and_stay_with_a_live_one()
    {
        await using Shop shop = await Shop.OpenAsync();
        string dead = shop.Add(), live = shop.Add("latest");
        string[] ofDead = [Tagged(shop, dead, ".sig"), Tagged(shop, dead, ".att"), Tagged(shop, dead, ".sbom")];
        string ofLive = Tagged(shop, live, ".sig");

        Dictionary<string, Row> rows = Row.ByDigest(
            shop.Run("Get-ArUntaggedImage $app -IncludeReferrerTag").MustSucceed()
        );

        Assert.All(ofDead.Append(dead), digest => Assert.Equal("Delete", rows[digest].Decision));
        Assert.Equal(("Keep", live), (rows[ofLive].Decision, rows[ofLive].RelatedTo));
        Assert.StartsWith("signature of sha256:", rows[ofLive].Reason, StringComparison.Ordinal);
        Assert.Equal(5, rows.Count);
    }

    // oras-project/oras#1228: the index of referrers keeps the referrers, and they their subject.
    [Fact]
    public async Task The_index_of_referrers_alone_does_not_keep_its_image_if_that_is_asked_for()
    {
        await using Shop shop = await Shop.OpenAsync();
        string dead = shop.Add(), live = shop.Add("latest");
        string[] signatures = [shop.AddSignature(dead), shop.AddSignature(live)];
        string[] indexes = [Fallback(shop, dead), Fallback(shop, live)];

        Dictionary<string, Row> without = Row.ByDigest(shop.Run("Get-ArUntaggedImage $app").MustSucceed());
        Dictionary<string, Row> with = Row.ByDigest(
            shop.Run("Get-ArUntaggedImage $app -IncludeReferrerTag").MustSucceed()
        );

        Assert.All([dead, signatures[0]], digest => Assert.EndsWith(
            "only referrer tags keep it, see -IncludeReferrerTag", without[digest].Reason, StringComparison.Ordinal));
        Assert.DoesNotContain("-IncludeReferrerTag", without[signatures[1]].Reason, StringComparison.Ordinal);
        Assert.All([dead, signatures[0], indexes[0]], digest => Assert.Equal("Delete", with[digest].Decision));
        Assert.All([signatures[1], indexes[1]], digest => Assert.Equal("Keep", with[digest].Decision));
    }

    [Fact]
    public async Task The_plan_says_how_many_digests_stay_only_for_such_tags_and_what_goes_with_tags()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string dead = shop.Add(), garbage = shop.Add();
        shop.AddSignature(dead);
        Fallback(shop, dead);

        ScriptResult result = shop.Run(
            "Remove-ArUntaggedImage $app -Verbose 4>&1 | Where-Object { $_ -match 'has \\d+ digests' }"
        );
        Assert.Contains(
            "3 only for referrer tags: see -IncludeReferrerTag",
            Assert.Single(result.Output).ToString(),
            StringComparison.Ordinal
        );
        Assert.Contains(garbage, shop.Left());
    }

    [Fact]
    public async Task A_tag_that_names_no_digest_of_its_image_is_shown_as_an_orphan_and_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        string orphan = Tagged(shop, CleanUpWords.Nothing(), ".sig");

        Dictionary<string, Row> rows = Row.ByDigest(
            shop.Run("Get-ArUntaggedImage $app -IncludeReferrerTag").MustSucceed()
        );

        Assert.Equal("Keep", rows[orphan].Decision);
        Assert.StartsWith("orphan: its tag sha256-", rows[orphan].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("sha256-1234.sig")]
    public async Task Another_tag_keeps_what_has_it(string other)
    {
        await using Shop shop = await Shop.OpenAsync();
        string dead = shop.Add();
        string signature = shop.Add(new ImageOptions { Tags = [TagOf(dead) + ".sig", other], UploadTime = Long });

        ScriptResult result = shop.Run("Get-ArUntaggedImage $app -IncludeReferrerTag").MustSucceed();

        Assert.Equal([dead], result.Values("Digest"));
        Assert.DoesNotContain(signature, result.Values("Digest"));
    }

    [Fact]
    public async Task A_signature_that_two_images_share_stays_while_one_of_them_does()
    {
        await using Shop shop = await Shop.OpenAsync();
        string dead = shop.Add(),
            live = shop.Add("latest");
        string sbom = shop.Add(
            new ImageOptions { Tags = [TagOf(dead) + ".sbom", TagOf(live) + ".sbom"], UploadTime = Long }
        );

        Dictionary<string, Row> rows = Row.ByDigest(
            shop.Run("Get-ArUntaggedImage $app -IncludeReferrerTag").MustSucceed()
        );

        Assert.Equal(("Keep", live), (rows[sbom].Decision, rows[sbom].RelatedTo));
        Assert.Equal("Delete", rows[dead].Decision);
    }

    [Fact]
    public async Task A_signature_that_was_just_pushed_keeps_its_image()
    {
        await using Shop shop = await Shop.OpenAsync();
        string dead = shop.Add();
        shop.Add(new ImageOptions { Tags = [TagOf(dead) + ".sig"], UploadTime = DateTimeOffset.UtcNow });

        Assert.All(
            shop.Run("Get-ArUntaggedImage $app -IncludeReferrerTag").MustSucceed().Values("Decision"),
            decision => Assert.Equal("Keep", decision));
    }

    [Fact]
    public async Task Tags_that_name_each_other_end_and_delete_nothing_of_the_circle()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add(), two = shop.Add(), garbage = shop.Add();
        shop.State.MoveTag(shop.Repository, "web", TagOf(one) + ".sig", two);
        shop.State.MoveTag(shop.Repository, "web", TagOf(two) + ".sig", one);

        ScriptResult result = shop.Run("Get-ArUntaggedImage $app -IncludeReferrerTag -OlderThan 0s").MustSucceed();

        Dictionary<string, Row> rows = Row.ByDigest(result);
        Assert.Equal(("Keep", "Keep", "Delete"), (rows[one].Decision, rows[two].Decision, rows[garbage].Decision));
    }

    [Fact]
    public async Task A_plan_for_signed_images_can_be_carried_out_row_by_row_only_as_far_as_its_rules_are_given()
    {
        await using Shop shop = await Shop.OpenAsync();
        string dead = shop.Add(), signature = Tagged(shop, dead, ".sig");

        ScriptResult plain = shop.Run(
                "Get-ArUntaggedImage $app -IncludeReferrerTag | ConvertTo-Csv | ConvertFrom-Csv | "
                    + "Remove-ArUntaggedImage -WhatIf"
            )
            .MustSucceed();
        ScriptResult travelled = shop.Run(
                "Get-ArUntaggedImage $app -IncludeReferrerTag | Remove-ArUntaggedImage -WhatIf"
            )
            .MustSucceed();

        Assert.Equal([signature], Row.Digests(plain, "Kept"));
        Assert.Equal(CleanUpWords.Sorted(dead, signature), Row.Digests(travelled, "WouldRemove"));
    }

    private static string TagOf(string digest) => digest.Replace(':', '-');

    private static string Tagged(Shop shop, string subject, string suffix) => shop.Add(new ImageOptions
    {
        Tags = [TagOf(subject) + suffix],
        UploadTime = Long,
        Size = 2_000,
    });

    private static string Fallback(Shop shop, string subject) =>
        shop.State.AddFallbackTag(shop.Repository, "web", subject, Long);
}
