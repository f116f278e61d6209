using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>What may be piped to the clean-up, and what it is taken for.</summary>
public sealed class PipeTests
{
    [Fact]
    public async Task Decision_Keep_is_final_even_if_the_registry_says_otherwise_by_now()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9), "v3");
        string garbage = shop.Add();
        shop.Run("$rows = Get-ArUntaggedImage $app").MustSucceed();
        shop.State.RemoveTag(shop.Repository, "web", "v3");

        ScriptResult result = shop.Run("$rows | Remove-ArUntaggedImage -Confirm:$false -OlderThan 0s").MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(index.Children), Row.Digests(result, "Kept"));
        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal([garbage], shop.DeletesAsked());
    }

    [Theory]
    [InlineData("$rows + $app")]
    [InlineData("@($app) + $rows")]
    [InlineData("$rows + ($rows | ForEach-Object Uri)")]
    public async Task What_one_row_keeps_no_other_input_beside_it_deletes(string input)
    {
        await using Shop shop = await Shop.OpenAsync();
        string kept = shop.AddAged(TimeSpan.FromDays(2)), garbage = shop.AddAged(TimeSpan.FromDays(5));
        shop.Run("$rows = @(Get-ArUntaggedImage $app -OlderThan 4d)").MustSucceed();
        shop.Run("$rows = @($rows | ForEach-Object { [pscustomobject]@{ Uri = $_.Uri; Decision = $_.Decision } })")
            .MustSucceed();

        ScriptResult result = shop.Run($"{input} | Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal([kept], Row.Digests(result, "Kept").Distinct());
        Assert.Equal([kept], shop.Left());
    }

    [Fact]
    public async Task KeepNewest_travels_with_the_objects()
    {
        await using Shop shop = await Shop.OpenAsync();
        string old = shop.AddAged(TimeSpan.FromDays(5)), newest = shop.AddAged(TimeSpan.FromDays(2));
        shop.Run("$rows = Get-ArUntaggedImage $app -KeepNewest 1 | Where-Object Decision -eq Delete").MustSucceed();
        shop.State.DeleteVersion(shop.Repository, "web", newest);

        ScriptResult result = shop.Run("$rows | Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal([old], Row.Digests(result, "Kept"));
    }

    [Fact]
    public async Task What_is_in_use_travels_with_the_objects()
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.Add(), sibling = shop.Add();
        shop.Run($"$rows = Get-ArUntaggedImage $app -InUse {used} | Where-Object Decision -eq Delete").MustSucceed();
        shop.AddIndexOver(used, sibling);

        ScriptResult result = shop.Run("$rows | Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal([sibling], Row.Digests(result, "Kept"));
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task An_age_travels_with_the_objects_and_the_default_of_Remove_does_not_replace_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        string young = shop.AddAged(TimeSpan.FromMinutes(5));

        ScriptResult result = shop.Run(
            "Get-ArUntaggedImage $app -OlderThan 0s | Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal([young], Row.Digests(result, "Removed"));
    }

    [Theory]
    [InlineData("-OlderThan 1h")]
    [InlineData("-KeepNewest 1")]
    [InlineData("-InUse DIGEST")]
    public async Task Rules_of_Remove_add_to_those_that_came_with_the_objects(string rule)
    {
        await using Shop shop = await Shop.OpenAsync();
        string young = shop.AddAged(TimeSpan.FromMinutes(5)), old = shop.AddAged(TimeSpan.FromDays(5));
        rule = rule.Replace("DIGEST", young, StringComparison.Ordinal);

        ScriptResult result = shop.Run(
            $"Get-ArUntaggedImage $app -OlderThan 0s | Remove-ArUntaggedImage -Confirm:$false {rule}").MustSucceed();

        Assert.Equal([young], Row.Digests(result, "Kept"));
        Assert.Equal([old], Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task Rules_that_came_with_objects_do_not_widen_what_is_deleted_of_a_name_typed_beside_them()
    {
        await using Shop shop = await Shop.OpenAsync();
        string asked = shop.AddAged(TimeSpan.FromDays(1)), beside = shop.AddAged(TimeSpan.FromMinutes(5), "api");

        ScriptResult result = shop.Run(
            "@('us-docker.pkg.dev/shop/apps/api') + @(Get-ArUntaggedImage $app -OlderThan 0s) | "
            + "Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal([asked], Row.Digests(result, "Removed"));
        Assert.Equal([beside], Row.Digests(result, "Kept"));
    }

    [Theory]
    [InlineData("Get-ArImage $app")]
    [InlineData("Get-ArImageTag $app")]
    [InlineData($"Get-ArImage $app | {Journey.Clixml}")]
    [InlineData($"Get-ArImageTag $app | {Journey.Clixml}")]
    [InlineData("Get-ArImage $app | ForEach-Object { [pscustomobject]@{ Uri = $_.Uri; Tags = [string]$_.Tags } }")]
    [InlineData(
        "Get-ArImageTag $app | ForEach-Object { [pscustomobject]@{ Image = $_.Image; Digest = $_.Digest; Tag = $_.Tag "
            + "} }"
    )]
    public async Task A_row_with_a_tag_is_never_deleted_even_if_the_tag_has_gone_since(string rows)
    {
        await using Shop shop = await Shop.OpenAsync();
        string tagged = shop.Add("v1", "v2"), garbage = shop.Add();
        shop.Run($"$rows = @({rows})").MustSucceed();
        shop.State.RemoveTag(shop.Repository, "web", "v1");
        shop.State.RemoveTag(shop.Repository, "web", "v2");

        ScriptResult result = shop.Run("$rows | Remove-ArUntaggedImage -Confirm:$false -OlderThan 0s").MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal([tagged], Row.Digests(result, "Kept").Distinct());
        Assert.All(
            result.Output.Where(row => (string)row.Properties["Digest"].Value == tagged),
            row => Assert.StartsWith(
                "was given with the tag", (string)row.Properties["Reason"].Value, StringComparison.Ordinal));
        Assert.Equal([garbage], shop.DeletesAsked());
    }

    [Fact]
    public async Task The_untagged_rows_of_the_tag_listing_are_the_whole_clean_up()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9), "v3");
        string garbage = shop.Add();

        ScriptResult result = shop.Run(
            "Get-ArImageTag $app | Where-Object { -not $_.Tags } | Remove-ArUntaggedImage -Confirm:$false")
            .MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(index.Children), Row.Digests(result, "Kept"));
    }

    [Fact]
    public async Task Decided_objects_can_be_stored_and_cleaned_up_later()
    {
        await using Shop shop = await Shop.OpenAsync();
        string kept = shop.AddAged(TimeSpan.FromDays(2)), garbage = shop.AddAged(TimeSpan.FromDays(5));

        ScriptResult result = shop.Run(
            $"$rows = @(Get-ArUntaggedImage $app -KeepNewest 1 | {Journey.Clixml}); "
            + "$rows | Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal([kept], Row.Digests(result, "Kept"));
        Assert.Contains("one of the 1 newest untagged images", result.Values("Reason"));
    }

    [Theory]
    [InlineData("us-docker.pkg.dev/shop/apps", true, true)]
    [InlineData("us-docker.pkg.dev/shop/apps/web", true, false)]
    [InlineData("us-docker.pkg.dev/shop/apps/w*", true, false)]
    [InlineData("us-docker.pkg.dev/shop/apps/team/?pi", false, true)]
    [InlineData("us-docker.pkg.dev/shop/apps/*", true, true)]
    [InlineData("projects/shop/locations/us/repositories/apps/packages/team%2Fapi", false, true)]
    public async Task Names_and_patterns_say_which_images_are_cleaned(string name, bool web, bool api)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add();
        shop.AddAged(TimeSpan.FromDays(5), "team/api");

        shop.Run($"'{name}' | Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal(web ? 0 : 1, shop.Left().Count);
        Assert.Equal(api ? 0 : 1, shop.Left("team/api").Count);
    }

    [Theory]
    [InlineData("\"${app}:v1\"")]
    [InlineData("\"${app}:v*\"")]
    public async Task A_tag_is_refused_and_the_rest_goes_on(string tag)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        string garbage = shop.Add();

        ScriptResult result = shop.Run($"{tag}, $app | Remove-ArUntaggedImage -Confirm:$false");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Contains("Remove-ArImage", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal([garbage], Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task A_tag_and_digest_as_text_says_that_it_is_tagged_and_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add();

        ScriptResult result = shop.Run($"Remove-ArUntaggedImage \"${{app}}:v1@{digest}\" -Confirm:$false");

        Assert.Equal([digest], shop.Left());
        Assert.Empty(shop.Changes);
        Assert.DoesNotContain("Removed", result.Values("Status"));
    }

    [Fact]
    public async Task Of_single_digests_only_these_go_live_ones_stay_and_gone_ones_are_no_error()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9), "v3");
        string garbage = shop.Add(), other = shop.Add(), signature = shop.AddSignature(index.Digest);

        ScriptResult result = shop.Run(
            $"'{garbage}', '{index.Children[0]}', '{signature}', '{CleanUpWords.Nothing()}' | "
            + "ForEach-Object { \"$app@$_\" } | Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(index.Children[0], signature), Row.Digests(result, "Kept"));
        Assert.Equal([CleanUpWords.Nothing()], Row.Digests(result, "AlreadyGone"));
        Assert.Contains(other, shop.Left());
        Assert.Equal([garbage], shop.DeletesAsked());
    }

    [Fact]
    public async Task What_is_given_twice_is_cleaned_and_reported_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.Add();

        ScriptResult result = shop.Run(
            $"$app, $app, 'us-docker.pkg.dev/shop/apps', \"$app@{garbage}\" | Remove-ArUntaggedImage -Confirm:$false")
            .MustSucceed();

        Assert.Equal([garbage], result.Values("Digest"));
        Assert.Equal(["Removed"], result.Values("Status"));
    }

    [Fact]
    public async Task Rows_of_a_run_that_say_Kept_stay_kept()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.Add(), garbage = shop.Add();
        shop.Run($"$rows = Remove-ArUntaggedImage $app -InUse '{running}' -WhatIf").MustSucceed();

        ScriptResult result = shop.Run("$rows | Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal([running], shop.Left());
        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal([running], Row.Digests(result, "Kept"));
    }

    [Theory]
    [InlineData("'Kept'", true)]
    [InlineData("[ArtifactRegistry.RemovalStatus]::Kept", true)]
    [InlineData("[int] [ArtifactRegistry.RemovalStatus]::Kept", true)]
    [InlineData("'WouldRemove'", false)]
    [InlineData("'Running'", false)]
    public async Task A_row_from_a_file_that_says_Kept_stays(string status, bool stays)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Session.Set("uri", $"{Shop.App}@{shop.Add()}");

        shop.Run(
                $"[pscustomobject]@{{ Uri = $uri; Tags = ''; Status = {status}; Reason = 'in use' }} | "
                    + $"Remove-ArUntaggedImage -Confirm:$false"
            )
            .MustSucceed();

        Assert.Equal(stays, shop.Left().Count == 1);
    }

    [Fact]
    public async Task A_digest_that_has_a_tag_by_now_has_its_row()
    {
        await using Shop shop = await Shop.OpenAsync();
        string tagged = shop.Add("v1");

        ScriptResult result = shop.Run($"\"$app@{tagged}\" | Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal([tagged], Row.Digests(result, "Kept"));
        Assert.Equal(["has the tag v1"], result.Values("Reason"));
        Assert.Empty(shop.Run($"\"$app@{tagged}\" | Get-ArUntaggedImage").MustSucceed().Output);
    }

    [Fact]
    public async Task A_digest_that_one_listing_lacks_is_found_by_the_other_and_not_told_as_gone()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.Add(), hidden = shop.Add(), gone = CleanUpWords.Nothing();
        shop.Emulator.Behaviour.NotYetListed = digest => digest == hidden;

        ScriptResult result = shop.Run(
                $"'{garbage}', '{hidden}', '{gone}' | ForEach-Object {{ \"$app@$_\" }} | Remove-ArUntaggedImage "
                    + $"-Confirm:$false"
            )
            .MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(garbage, hidden), Row.Digests(result, "Removed"));
        Assert.Equal([gone], Row.Digests(result, "AlreadyGone"));
    }
}
