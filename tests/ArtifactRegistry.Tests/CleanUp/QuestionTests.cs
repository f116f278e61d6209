using System.Globalization;
using System.Text.RegularExpressions;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>What the question of a clean-up says about this run, and whether the run then says the same.</summary>
public sealed class QuestionTests
{
    private const string Unsaved = "Nothing is saved, so this cannot be undone: see -ArchivePath.";

    [Theory]
    [InlineData("Remove-ArUntaggedImage $app", Unsaved)]
    [InlineData(
        "Remove-ArUntaggedImage $app -ArchivePath saved",
        "Manifests are saved to saved first. Layers are not saved: an undo works only while the registry still has "
            + "them; -IncludeLayer saves them."
    )]
    [InlineData(
        "Remove-ArUntaggedImage $app -ArchivePath saved -IncludeLayer",
        "Manifests and layers are saved to saved first."
    )]
    [InlineData("Remove-ArImage \"$app@$free\"", Unsaved)]
    [InlineData("Remove-ArImage $app -All", Unsaved)]
    [InlineData(
        "Remove-ArImage \"$app@$free\" -ArchivePath saved",
        "Manifests are saved to saved first. Layers are not saved: an undo works only while the registry still has "
            + "them; -IncludeLayer saves them."
    )]
    public async Task The_question_ends_with_whether_what_goes_can_be_brought_back(string command, string words)
    {
        ScriptedHost host = new("No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.Session.Set("free", shop.Add());
        using TemporaryFolder folder = new();

        shop.Run($"Set-Location '{folder.Path}'; {command}").MustSucceed();

        Assert.EndsWith("\n" + words, Assert.Single(host.Questions).Message.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Remove-ArUntaggedImage $app -WhatIf", null)]
    [InlineData("Remove-ArUntaggedImage $app -ArchivePath saved -IncludeLayer -WhatIf", null)]
    [InlineData("Remove-ArUntaggedImage $app -ArchivePath saved -WhatIf", "would be saved to saved, layers would not")]
    [InlineData("Remove-ArUntaggedImage $app -ArchivePath saved -Force", "were saved to saved, layers were not")]
    [InlineData("Remove-ArUntaggedImage $app -ArchivePath saved -IncludeLayer -Force -OlderThan 300d", null)]
    [InlineData("Remove-ArUntaggedImage $app -ArchivePath saved -OlderThan 300d -Force", null)]
    [InlineData(
        "Remove-ArImage \"$app@$free\" -ArchivePath saved -WhatIf", "would be saved to saved, layers would not")]
    [InlineData("Remove-ArImage \"$app@$free\" -ArchivePath saved -Force", "were saved to saved, layers were not")]
    [InlineData("Remove-ArImage $app -All -ArchivePath saved -Force", "were saved to saved, layers were not")]
    public async Task A_run_without_a_question_says_once_that_layers_are_not_saved(string command, string? words)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Session.Set("free", shop.AddBuild());
        using TemporaryFolder folder = new();

        ScriptResult result = shop.Run($"Set-Location '{folder.Path}'; {command}").MustSucceed();

        IEnumerable<string> said = result.Information.Where(line => line.Contains("saved", StringComparison.Ordinal));
        if (words is null) Assert.Empty(said);
        else Assert.EndsWith($"Manifests {words}: see -IncludeLayer.", Assert.Single(said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Remove-ArUntaggedImage $app -ArchivePath saved", "saved")]
    [InlineData("Remove-ArImage \"$app@$free\" -ArchivePath \"it's saved\"", "it's saved", "'it''s saved'")]
    public async Task A_run_that_saves_everything_says_how_that_comes_back(
        string command, string path, string? argument = null)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Session.Set("free", shop.AddBuild());
        using TemporaryFolder folder = new();

        ScriptResult result =
            shop.Run($"Set-Location '{folder.Path}'; {command} -IncludeLayer -Force").MustSucceed();

        Assert.EndsWith(
            $"Manifests and layers were saved to {path}. Restore-ArImage {argument ?? path} brings them back.",
            Assert.Single(result.Information), StringComparison.Ordinal);
        shop.Run($"Set-Location '{folder.Path}'; Restore-ArImage {argument ?? path}").MustSucceed();
        Assert.Single(shop.Left());
    }

    [Fact]
    public async Task A_question_about_what_deletes_no_image_says_nothing_of_saving()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.Add("v1");

        shop.Run("Remove-ArImageTag \"${app}:v1\" -Confirm").MustSucceed();

        Assert.DoesNotContain("saved", Assert.Single(host.Questions).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_headline_counts_what_goes_in_this_run_and_not_what_MaxCount_leaves()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        for (int i = 0; i < 7; i++) shop.Add();

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -MaxCount 3").MustSucceed();

        Question question = Assert.Single(host.Questions);
        Assert.Contains(
            "Delete 3 of 7 untagged digests (229 MB), keep 0 digests", question.Message, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(question.Message, "sha256:"));
        Assert.DoesNotContain("more", question.Message, StringComparison.Ordinal);
        Assert.Contains("The run ends after 3 deletions (-MaxCount).", question.Message, StringComparison.Ordinal);
        Assert.Equal(3, Row.Digests(result, "Removed").Count);
    }

    [Fact]
    public async Task An_image_that_MaxCount_leaves_alone_is_not_asked_about()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.AddAged(TimeSpan.FromDays(5), "a");
        shop.AddAged(TimeSpan.FromDays(5), "b");

        ScriptResult result = shop.Run("Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -MaxCount 1").MustSucceed();

        Assert.Single(host.Questions);
        Assert.Single(Row.Digests(result, "Removed"));
        Assert.Equal(shop.Left("b"), Row.Digests(result, "NotReached"));
    }

    [Theory]
    [InlineData(1, "keep the other 4 digests")]
    [InlineData(2, "keep 1 untagged digest")]
    public async Task Of_chosen_rows_one_number_says_what_stays(int chosen, string words)
    {
        ScriptedHost host = new("No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.Add("v1");
        shop.Add();
        shop.Add();
        shop.AddAged(TimeSpan.FromMinutes(1));
        shop.AddAged(TimeSpan.FromMinutes(1));

        shop.Run(
            "$rows = Get-ArUntaggedImage $app | Group-Object Decision -AsHashTable; "
                + $"$rows.Delete[0], $rows.Keep[0] | Select-Object -First {chosen} | Remove-ArUntaggedImage")
            .MustSucceed();

        Assert.Contains(
            $"Delete 1 untagged digest (76 MB), {words}\" on target", Assert.Single(host.Questions).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Remove-ArUntaggedImage $app")]
    [InlineData("Get-ArUntaggedImage $app | Remove-ArUntaggedImage")]
    [InlineData("Get-ArImage $app | Where-Object { -not $_.Tags } | Remove-ArUntaggedImage")]
    [InlineData("$rows = @(Get-ArUntaggedImage $app); $rows + $app | Remove-ArUntaggedImage")]
    public async Task The_question_Verbose_the_rows_and_the_last_line_count_the_same(string command)
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.AddIndex(TimeSpan.FromDays(9), "v3");
        shop.AddIndex(TimeSpan.FromDays(9), "v4");
        shop.Add();
        shop.AddAged(TimeSpan.FromMinutes(1));

        ScriptResult result = shop.Run($"{command} -Verbose -OutVariable rows > $null; $rows").MustSucceed();

        int kept = Row.Digests(result, "Kept").Count;
        string words = $"keep {kept.ToString(CultureInfo.InvariantCulture)} untagged and 2 tagged digests";
        Assert.True(kept > 2);
        Assert.Contains($"Delete 1 untagged digest (76 MB), {words}", Assert.Single(host.Questions).Message,
            StringComparison.Ordinal);
        Assert.Contains(result.Verbose, line => line.Contains($"delete 1 (76 MB), {words}.", StringComparison.Ordinal));
        Assert.Contains(result.Information, line =>
            line.Contains($"Removed 1 digest (76 MB), kept {kept} in", StringComparison.Ordinal)
        );
    }
}
