using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp.Stale;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp.Quarantine;

/// <summary>How a clean-up with -Quarantine marks first and deletes later, and what saves a digest in between.</summary>
public sealed class QuarantineTests
{
    private const string Sweep = QuarantineShop.Sweep;

    [Fact]
    public async Task Garbage_is_marked_first_waits_and_goes_with_its_mark()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string live = shop.Add("v1"), garbage = shop.Add();

        ScriptResult first = shop.Run(Sweep).MustSucceed();

        Assert.Equal([garbage], Row.Digests(first, "Quarantined"));
        Assert.Contains("is in quarantine until ", first.Values("Reason").Single(), StringComparison.Ordinal);
        Assert.Matches(
            $@"^quarantine-\d{{8}}T\d{{4}}Z-14d-{garbage.Substring(7, 12)}$", Assert.Single(
                quarantine.MarksOf(garbage)));
        Assert.Equal("POST", Assert.Single(shop.Changes).Split(' ')[0]);

        quarantine.Pass(days: 13);
        ScriptResult early = shop.Run(Sweep).MustSucceed();
        Assert.Equal([garbage], Row.Digests(early, "Kept"));
        Assert.Matches(@"^in quarantine until \d{4}-\d\d-\d\d$", early.Values("Reason").Single());
        Assert.Empty(shop.Changes);

        quarantine.Pass(days: 1.1);
        ScriptResult due = shop.Run(Sweep).MustSucceed();
        Assert.Equal([garbage], Row.Digests(due, "Removed"));
        Assert.Contains("in quarantine since ", due.Values("Reason").Single(), StringComparison.Ordinal);
        Assert.Equal([live], shop.Left());
        Assert.Equal(["v1"], shop.State.Tags(shop.Repository, "web").Keys);
    }

    [Fact]
    public async Task What_is_young_is_not_marked_and_a_mark_does_not_make_a_digest_young()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        string young = quarantine.Shop.AddAged(TimeSpan.FromDays(29)), old = quarantine.Shop
            .AddAged(TimeSpan.FromDays(31));

        Assert.Equal([old], quarantine.Digests($"{Sweep} -OlderThan 30d", "Quarantined"));
        quarantine.Pass(days: 15);
        Assert.Equal([old], quarantine.Digests($"{Sweep} -OlderThan 30d", "Removed"));
        Assert.Equal([young], quarantine.Shop.Left());
    }

    [Theory]
    [InlineData("14d", "30d", 15, 16)] // a longer period counts, although the mark promises less
    [InlineData("30d", "14d", 15, 16)] // and the mark's own promise is kept
    [InlineData("2w", "336h", 13, 2)]
    public async Task The_longer_of_two_periods_counts(string first, string later, double tooEarly, double then)
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        string garbage = quarantine.Shop.Add();
        string sweep = "Remove-ArUntaggedImage $app -Confirm:$false -Quarantine";

        Assert.Equal([garbage], quarantine.Digests($"{sweep} {first}", "Quarantined"));
        quarantine.Pass(tooEarly);
        Assert.Equal([garbage], quarantine.Digests($"{sweep} {later}", "Kept"));
        quarantine.Pass(then);
        Assert.Equal([garbage], quarantine.Digests($"{sweep} {later}", "Removed"));
    }

    [Fact]
    public async Task A_run_without_quarantine_keeps_what_is_marked_for_good()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        AddedIndex garbage = shop.AddIndex(TimeSpan.FromDays(9));
        shop.Run(Sweep).MustSucceed();
        quarantine.Pass(days: 100);

        ScriptResult result = shop.Run(
            "Remove-ArUntaggedImage $app -Confirm:$false; "
            + "Remove-ArStaleImage $app -OlderThan 0s -WithoutInUse -Tag '*' -Confirm:$false").MustSucceed();

        Assert.Empty(shop.Changes);
        Assert.Equal(4, shop.Left().Count);
        Assert.Contains(
            result.Values("Reason"),
            reason => reason?.StartsWith("in quarantine since ", StringComparison.Ordinal) is true);
        Assert.Equal(4, quarantine.Digests(Sweep, "Removed").Count);
        Assert.DoesNotContain(garbage.Digest, shop.Left());
    }

    [Fact]
    public async Task The_mark_of_another_digest_is_a_tag_like_any_other()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string marked = shop.Add();
        shop.Run(Sweep).MustSucceed();
        string other = shop.Add(quarantine.MarksOf(marked)[0][..^1] + "0");
        quarantine.Pass(days: 20);

        ScriptResult result = shop.Run($"Get-ArUntaggedImage \"$app@{other}\" -Quarantine 14d; {Sweep}").MustSucceed();

        Assert.Equal([marked], Row.Digests(result, "Removed"));
        Assert.Equal([other], shop.Left());
    }

    [Fact]
    public async Task An_index_waits_and_goes_with_its_children_and_their_signatures()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        string signature = shop.AddSignature(index.Children[0]);
        string tagged = shop.Add($"{index.Digest.Replace(':', '-')}.sig");

        Assert.Equal(6, quarantine.Digests($"{Sweep} -IncludeReferrerTag", "Quarantined").Count);
        quarantine.Pass(days: 10);
        // Somebody signs it: the whole image waits for the new signature.
        string late = shop.AddSignature(index.Digest);
        Assert.Equal([late], quarantine.Digests($"{Sweep} -IncludeReferrerTag", "Quarantined"));
        quarantine.Pass(days: 5);
        Assert.Equal(7, quarantine.Digests($"{Sweep} -IncludeReferrerTag", "Kept").Count);
        quarantine.Pass(days: 10);

        IReadOnlyList<string> gone = quarantine.Digests($"{Sweep} -IncludeReferrerTag", "Removed");
        Assert.Equal(CleanUpWords.Sorted([index.Digest, .. index.Children, signature, tagged, late]), gone);
        Assert.Empty(shop.Left());
    }

    [Fact]
    public async Task Children_that_the_service_does_not_release_at_once_go_all_the_same()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.Zero, SettleAttempts = 2 });
        quarantine.Shop.AddIndex(TimeSpan.FromDays(9));
        Assert.Equal(4, quarantine.Digests(Sweep, "Quarantined").Count);
        quarantine.Pass(days: 15);

        Assert.Equal(4, quarantine.Digests(Sweep, "Removed").Count);
        Assert.Empty(quarantine.Shop.Left());
    }

    [Theory]
    [InlineData("pr-1", "-Tag 'pr-*'")]
    [InlineData("v1.2.3", "-KeepNewest 1 -SortBy Version -Tag '/^v[0-9.]+$/' -ExcludeTag 'keep*', '*1*Z*'")]
    [InlineData("1.2-rc", "-KeepNewestPer '^([0-9])' -ExcludeTag 'quarantine*', 'v*'")]
    public async Task Stale_images_are_marked_with_what_belongs_to_them_and_their_marks_count_as_no_tags(
        string tag, string rules)
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        AddedIndex stale = shop.AddIndex(TimeSpan.FromDays(90), tag);
        string signature = shop.AddSignature(stale.Digest), kept = shop.Add("v9.9.9", "keep-it");
        string sweep = $"Remove-ArStaleImage $app -OlderThan 30d {rules} -WithoutInUse -Confirm:$false -Quarantine 14d";
        shop.AddTagged("80 v2.0.0|70 1.3-rc");

        Assert.Equal(
            CleanUpWords.Sorted([stale.Digest, .. stale.Children, signature]), quarantine.Digests(
                sweep,
                "Quarantined"));
        Assert.Empty(quarantine.Digests(sweep, "Quarantined"));
        // The other clean-up is about other digests, and leaves these marks alone.
        Assert.Empty(quarantine.Digests(Sweep, "Quarantined"));
        Assert.Equal(5, quarantine.Marked.Count);
        quarantine.Pass(days: 15);
        Assert.Empty(quarantine.Digests(Sweep, "Removed"));
        Assert.Equal(
            CleanUpWords.Sorted([stale.Digest, .. stale.Children, signature]), quarantine.Digests(sweep, "Removed"));
        Assert.Contains(kept, shop.Left());
        Assert.Equal(["1.3-rc", "keep-it", "v2.0.0", "v9.9.9"], shop.TagsLeft());
    }

    [Fact]
    public async Task Two_clean_ups_with_other_rules_leave_each_others_marks_alone()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        shop.AddTagged("90 pr-1|90 nightly-1|1 main");
        string untagged = shop.Add();
        string stale = "Remove-ArStaleImage $app -OlderThan 30d -WithoutInUse -Confirm:$false -Quarantine 14d -Tag";
        string all = $"{stale} 'pr-*'; {stale} 'nightly-*'; {Sweep}";

        Assert.Equal(3, quarantine.Digests(all, "Quarantined").Count);
        quarantine.Pass(days: 7);
        shop.Run(all).MustSucceed();
        Assert.Empty(shop.Changes);
        quarantine.Pass(days: 8);

        Assert.Equal(3, quarantine.Digests(all, "Removed").Count);
        Assert.DoesNotContain(untagged, shop.Left());
        Assert.Equal(["main"], shop.TagsLeft());
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("14")]
    [InlineData("2026-01-01")]
    [InlineData("soon")]
    public async Task A_period_that_is_none_is_refused_before_any_request(string period)
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        quarantine.Shop.Add();

        ScriptResult result = quarantine.Shop.Run($"Remove-ArUntaggedImage $app -Quarantine {period} -Confirm:$false");

        Assert.Equal("InvalidAge", result.ErrorId);
        // That of -OlderThan would delete at once.
        Assert.DoesNotContain("for no limit", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(quarantine.Shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task Rows_of_the_preview_carry_the_quarantine_with_them()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string garbage = shop.Add();

        Dictionary<string, Row> rows = Row.ByDigest(shop.Run("Get-ArUntaggedImage $app -Quarantine 14d").MustSucceed());
        Assert.Equal("Mark", rows[garbage].Decision);
        Assert.Equal(
            [garbage],
            quarantine.Digests(
                "Get-ArUntaggedImage $app -Quarantine 14d | Remove-ArUntaggedImage -Confirm:$false", "Quarantined"));
        quarantine.Pass(days: 15);
        Assert.Equal(
            [garbage],
            quarantine.Digests(
                "Get-ArUntaggedImage $app -Quarantine 14d | Where-Object Decision -eq Delete | "
                    + "Remove-ArUntaggedImage -Confirm:$false",
                "Removed"));
    }

    [Fact]
    public async Task A_wrong_clock_of_this_machine_does_not_shorten_a_quarantine()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        string garbage = quarantine.Shop.Add();
        // This machine is 20 days behind the service when it marks, and 20 days ahead when it deletes.
        quarantine.Pass(days: 20);
        Assert.Equal([garbage], quarantine.Digests(Sweep, "Quarantined"));
        Assert.Equal([garbage], quarantine.Digests(Sweep, "Kept"));

        await using QuarantineShop ahead = await QuarantineShop.OpenAsync();
        ahead.Shop.Emulator.Behaviour.ClockOffset = TimeSpan.FromDays(-1);
        string other = ahead.Shop.Add();
        Assert.Equal([other], ahead.Digests(Sweep, "Quarantined"));
        Assert.Contains(
            DateTime.UtcNow.AddDays(-1).ToString("yyyyMM", System.Globalization.CultureInfo.InvariantCulture),
            Assert.Single(ahead.MarksOf(other)), StringComparison.Ordinal);
        Assert.Equal([other], ahead.Digests(Sweep, "Kept"));
    }

    [Fact]
    public async Task What_comes_back_after_its_deletion_with_its_mark_waits_anew()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        using TemporaryFolder folder = new();
        string sweep = $"{Sweep} -OlderThan 0s", archive = $"-ArchivePath '{folder.Path}' -IncludeLayer";
        string garbage = shop.Add(
            new ImageOptions { HasContent = true, Size = 2_000, UploadTime = DateTimeOffset.UtcNow.AddDays(-10) });
        shop.Run(sweep).MustSucceed();
        string mark = Assert.Single(quarantine.MarksOf(garbage));
        quarantine.Pass(days: 20);
        shop.Run($"{sweep} {archive}").MustSucceed();
        Assert.Empty(shop.Left());

        shop.Run($"Restore-ArImage '{folder.Path}' -Confirm:$false").MustSucceed();
        Assert.Equal([mark], quarantine.MarksOf(garbage));
        quarantine.Pass(days: 13);

        Assert.Equal([garbage], quarantine.Digests(sweep, "Kept"));
        quarantine.Pass(days: 2);
        Assert.Equal([garbage], quarantine.Digests(sweep, "Removed"));
    }
}
