using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>What is asked before anything is changed, and what the answers do.</summary>
public sealed class ConfirmationTests
{
    private const string Repository = "us-docker.pkg.dev/shop/apps";

    /// <summary>Each changing cmdlet, with something that it would change.</summary>
    public static TheoryData<string> Changes =>
    [
        "Add-ArImageTag \"${app}:v1\" -Tag new",
        "Add-ArImageTag \"${app}:v1\" -Tag v2 -Force",
        "Remove-ArImageTag \"${app}:v1\"",
        "Remove-ArImageTag \"${app}:v1\" -Force",
        "Remove-ArImage \"$app@$free\"",
        "Remove-ArImage \"$app@$free\" -Force",
        "Remove-ArImage \"${app}:v1\" -DeleteTags -Force",
        "Remove-ArImage $app -All",
        "Remove-ArImage $app -All -Force",
        "Remove-ArUntaggedImage $app",
        "Remove-ArUntaggedImage $app -Force",
        "\"$app@$free\" | Remove-ArUntaggedImage -Force",
        $"Grant-ArReader {Repository} -Member user:a@b.example",
        $"Grant-ArReader {Repository} -Member allUsers -Force",
    ];

    /// <summary>The ones after which images are gone.</summary>
    public static TheoryData<string> Deletions =>
    [
        "Remove-ArImage \"$app@$free\"",
        "Remove-ArImage \"${app}:v1\"",
        "Remove-ArImage $app -All",
        "Remove-ArUntaggedImage $app",
        "\"$app@$free\" | Remove-ArUntaggedImage",
    ];

    [Theory, MemberData(nameof(Deletions))]
    public async Task Deletions_ask_by_default_and_No_changes_nothing(string command)
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);
        string before = shop.Contents();

        ScriptResult result = shop.Run(command).MustSucceed();

        Assert.Single(host.Questions);
        Assert.DoesNotContain(result.Values("Status"), status => status is "Removed");
        Assert.Empty(shop.Changes);
        Assert.Equal(before, shop.Contents());
    }

    [Theory, MemberData(nameof(Deletions))]
    public async Task Deletions_go_on_after_Yes(string command)
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await OpenAsync(host);
        int before = shop.State.DigestCount(shop.Repository);

        ScriptResult result = shop.Run(command).MustSucceed();

        Assert.Single(host.Questions);
        Assert.Contains("Removed", result.Values("Status"));
        Assert.True(shop.State.DigestCount(shop.Repository) < before);
    }

    [Fact]
    public async Task The_question_names_the_digest_and_all_tags_that_go_with_it()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);
        string digest = shop.Add("latest", "stable", "v3");

        shop.Run("Remove-ArImage \"${app}:v3\" -DeleteTags").MustSucceed();

        Question question = Assert.Single(host.Questions);
        Assert.Contains($"{Shop.App}@{digest}", question.Message, StringComparison.Ordinal);
        Assert.Contains(
            "Delete the image and its 3 tags latest, stable, v3 (76 MB)",
            question.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_question_of_All_counts_what_is_lost()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);

        shop.Run("Remove-ArImage $app -All").MustSucceed();

        Question question = Assert.Single(host.Questions);
        Assert.Contains($"\"{Shop.App}\"", question.Message, StringComparison.Ordinal);
        Assert.Contains("Delete the whole image (5 digests, 2 tags, ", question.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clean_up_asks_once_an_image_with_its_count_and_size()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await OpenAsync(host);
        shop.State.AddImage(
            shop.Repository,
            "team/api",
            new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-40) }
        );

        shop.Run("Get-ArImageTag us-docker.pkg.dev/shop/apps | Where-Object { -not $_.Tags } | Remove-ArUntaggedImage")
            .MustSucceed();

        Assert.Equal(2, host.Questions.Count);
        Question web = Assert.Single(host.Questions, question =>
            question.Message.Contains(Shop.App, StringComparison.Ordinal)
        );
        Assert.Contains("Delete 3 untagged", web.Message, StringComparison.Ordinal);
        Assert.Empty(shop.State.UntaggedDigests(shop.Repository, "web"));
        Assert.Empty(shop.State.UntaggedDigests(shop.Repository, "team/api"));
    }

    [Fact]
    public async Task Each_image_is_asked_for_by_itself_and_each_answer_counts_for_one()
    {
        ScriptedHost host = new("Yes", "No", "Yes");
        await using Shop shop = await OpenAsync(host);

        ScriptResult result = shop.Run("$digests | Remove-ArImage").MustSucceed();

        Assert.Equal(3, host.Questions.Count);
        Assert.Equal(["Removed", "NotReached", "Removed"], result.Values("Status"));
        string kept = Assert.Single(shop.State.UntaggedDigests(shop.Repository, "web"));
        Assert.Contains(kept, host.Questions[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Yes to All", 0)]
    [InlineData("No to All", 3)]
    public async Task An_answer_for_all_ends_the_questions(string answer, int left)
    {
        ScriptedHost host = new(answer);
        await using Shop shop = await OpenAsync(host);

        shop.Run("$digests | Remove-ArImage").MustSucceed();

        Assert.Single(host.Questions);
        Assert.Equal(left, shop.State.UntaggedDigests(shop.Repository, "web").Count);
    }

    [Theory]
    [InlineData("Add-ArImageTag \"${app}:v1\" -Tag new", "Add the tag to sha256:")]
    [InlineData("Add-ArImageTag \"${app}:v1\" -Tag v2 -Force", "Move the tag from sha256:")]
    [InlineData("Remove-ArImageTag \"${app}:v1\"", "stays without a tag")]
    [InlineData(
        $"Grant-ArReader {Repository} -Member user:a@b.example",
        "Grant roles/artifactregistry.reader to user:a@b.example"
    )]
    public async Task Lesser_changes_ask_with_Confirm_alone(string command, string action)
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);

        shop.Run($"{command} -Confirm").MustSucceed();
        Assert.Contains(action, Assert.Single(host.Questions).Message, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);

        shop.Run(command).MustSucceed();
        Assert.Single(host.Questions);
        Assert.NotEmpty(shop.Changes);
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task WhatIf_sends_no_changing_request_and_asks_nothing(string command)
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await OpenAsync(host);
        string before = shop.Contents();

        shop.Run($"{command} -WhatIf").MustSucceed();
        Assert.Empty(shop.Changes);

        shop.Run($"$WhatIfPreference = $true; {command}; $WhatIfPreference = $false").MustSucceed();
        Assert.Empty(shop.Changes);

        shop.Run($"{command} -WhatIf -Confirm:$false").MustSucceed();
        Assert.Empty(shop.Changes);
        Assert.Empty(host.Questions);
        Assert.Equal(before, shop.Contents());
        Assert.Equal(3, host.Screen.Count(line => line.Contains("What if: ", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task No_question_with_Confirm_false(string command)
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);

        shop.Run($"{command} -Confirm:$false").MustSucceed();

        Assert.Empty(host.Questions);
        Assert.NotEmpty(shop.Changes);
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task No_question_while_the_preference_is_None(string command)
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);

        shop.Run($"$ConfirmPreference = 'None'; {command}").MustSucceed();

        Assert.Empty(host.Questions);
        Assert.NotEmpty(shop.Changes);
    }

    [Theory]
    [InlineData("Add-ArImageTag \"${app}:v1\" -Tag new")]
    [InlineData("Remove-ArImageTag \"${app}:v1\"")]
    [InlineData("Remove-ArImage \"$app@$free\"")]
    [InlineData($"Grant-ArReader {Repository} -Member user:a@b.example")]
    public async Task Every_change_asks_while_the_preference_is_Low(string command)
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);

        shop.Run($"$ConfirmPreference = 'Low'; {command}").MustSucceed();

        Assert.Single(host.Questions);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task Confirm_beats_Force()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);

        shop.Run("Remove-ArImage \"$app@$free\" -Force -Confirm").MustSucceed();

        Assert.Single(host.Questions);
        Assert.Empty(shop.Changes);
    }

    [Theory, MemberData(nameof(Deletions))]
    public async Task A_question_that_nobody_can_answer_ends_the_cmdlet(string command)
    {
        await using Shop shop = await OpenAsync(host: null);
        string before = shop.Contents();

        ScriptResult result = shop.Run($"{command}; 'not reached by a script that stops at errors'");

        Assert.Equal("ConfirmationRequired", result.ErrorId);
        Assert.Contains("nothing was changed", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("-Confirm:$false", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
        Assert.Equal(before, shop.Contents());
        await shop.MustBeQuietAsync();
    }

    [Fact]
    public async Task A_question_that_nobody_can_answer_is_terminating()
    {
        await using Shop shop = await OpenAsync(host: null);

        ScriptResult result = shop.Run(
            """
            try { $digests | Remove-ArImage } catch { "caught $($_.FullyQualifiedErrorId.Split(',')[0])" }
            """);

        Assert.Equal("caught ConfirmationRequired", Assert.Single(result.Output).ToString());
    }

    [Fact]
    public async Task A_tag_that_moved_while_the_question_stood_is_not_removed()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await OpenAsync(host);
        string elsewhere = shop.State.DigestOf(shop.Repository, "web", "v2")!;
        host.WhenAsked = _ => shop.State.MoveTag(shop.Repository, "web", "v1", elsewhere);

        ScriptResult result = shop.Run("Remove-ArImageTag \"${app}:v1\" -Confirm");

        Assert.Equal("TagMoved", result.ErrorId);
        Assert.Empty(result.Output);
        Assert.Equal(elsewhere, shop.State.DigestOf(shop.Repository, "web", "v1"));
    }

    [Fact]
    public async Task A_tag_that_moved_while_the_question_stood_is_not_moved_away_again()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await OpenAsync(host);
        string free = shop.State.UntaggedDigests(shop.Repository, "web")[0];
        string elsewhere = shop.State.DigestOf(shop.Repository, "web", "v2")!;
        host.WhenAsked = _ => shop.State.MoveTag(shop.Repository, "web", "v1", elsewhere);

        ScriptResult result = shop.Run($"Add-ArImageTag \"$app@{free}\" -Tag v1 -Force -Confirm");

        Assert.Equal("TagMoved", result.ErrorId);
        Assert.Equal(elsewhere, shop.State.DigestOf(shop.Repository, "web", "v1"));
    }

    [Fact]
    public async Task A_tag_that_left_an_image_while_the_question_stood_stays_where_it_went()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await OpenAsync(host);
        string digest = shop.Add("latest", "v3");
        string elsewhere = shop.State.DigestOf(shop.Repository, "web", "v2")!;
        host.WhenAsked = _ => shop.State.MoveTag(shop.Repository, "web", "latest", elsewhere);

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v3\" -DeleteTags").MustSucceed();

        Assert.Equal(["Removed"], result.Values("Status"));
        Assert.Equal(["v3"], result.Values("Tags"));
        Assert.False(shop.State.HasDigest(shop.Repository, "web", digest));
        Assert.Equal(elsewhere, shop.State.DigestOf(shop.Repository, "web", "latest"));
    }

    [Fact]
    public async Task A_tag_that_came_while_the_question_stood_saves_the_image()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await OpenAsync(host);
        string digest = shop.Add("v3");
        host.WhenAsked = _ => shop.State.MoveTag(shop.Repository, "web", "stable", digest);

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v3\" -DeleteTags");

        Assert.Equal("ImageTagged", result.ErrorId);
        Assert.Contains("stable", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["stable", "v3"], shop.State.TagsOf(shop.Repository, "web", digest));
        Assert.Empty(shop.Changes);
    }

    /// <summary>Two tagged digests and three old untagged ones: $digests, the first of which is $free.</summary>
    private static async Task<Shop> OpenAsync(ScriptedHost? host)
    {
        Shop shop = await Shop.OpenAsync(host: host);
        DateTimeOffset old = DateTimeOffset.UtcNow.AddDays(-40);
        foreach (string? tag in new[] { "v1", "v2", null, null, null })
            shop.Add(new ImageOptions { UploadTime = old, Tags = tag is null ? [] : [tag], Size = 1000 });
        IReadOnlyList<string> untagged = shop.State.UntaggedDigests(shop.Repository, "web");
        shop.Session.Set("free", untagged[0]);
        shop.Session.Set("digests", untagged.Select(digest => $"{Shop.App}@{digest}").ToArray());
        return shop;
    }
}
