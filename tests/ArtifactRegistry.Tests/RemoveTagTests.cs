using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Remove-ArImageTag: takes tags away, and never an image.</summary>
public sealed class RemoveTagTests
{
    [Fact]
    public async Task A_tag_goes_with_one_request_and_its_digest_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1", "latest");

        PSObject row = Assert.Single(shop.Run("Remove-ArImageTag \"${app}:v1\"").MustSucceed().Output);

        Assert.Equal("v1", row.Properties["Tag"].Value);
        Assert.Equal(digest, row.Properties["Digest"].Value);
        Assert.Equal(["latest"], (IEnumerable<string>)row.Properties["Tags"].Value);
        Assert.Equal(["latest"], shop.State.TagsOf(shop.Repository, "web", digest));
        Assert.Equal(["DELETE /v1/projects/shop/locations/us/repositories/apps/packages/web/tags/v1"], shop.Changes);
    }

    [Fact]
    public async Task Tags_of_one_image_may_be_listed()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1", "v2", "v3");

        ScriptResult result = shop.Run("Remove-ArImageTag $app -Tag v1, v3").MustSucceed();

        Assert.Equal(["v1", "v3"], result.Values("Tag").Order());
        Assert.Equal(["v2"], shop.State.Tags(shop.Repository, "web").Keys);
    }

    [Theory]
    [InlineData("-Tag v1, latest", 1)]
    [InlineData("-Tag v1, latest, v2", 2)]
    [InlineData("-Tag v1", 0)]
    [InlineData("-Tag v1, latest -WhatIf", 0)]
    public async Task A_digest_that_has_lost_its_last_tag_has_a_row_without_tags_and_Verbose_names_it(
        string arguments, int count)
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1", "latest");
        shop.Add("v2");

        ScriptResult result = shop.Run($"Remove-ArImageTag $app {arguments} -Verbose").MustSucceed();

        Assert.Equal(
            count, result.Output.Count(row => !((IEnumerable<string>)row.Properties["Tags"].Value).Any()));
        string[] named =
            [.. result.Verbose.Where(line => line.Contains("has no tags left", StringComparison.Ordinal))];
        Assert.Equal(count, named.Length);
        if (count == 1) Assert.StartsWith($"{Shop.App}@{digest} ", named[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Tag v1, latest", "DIGEST has no tags left. A clean-up may delete it.")]
    [InlineData("-Tag v1, latest, v2", "2 digests have no tags left. A clean-up may delete them.")]
    [InlineData("-Tag v1", null)]
    [InlineData("-Tag v1, latest -WhatIf", null)]
    [InlineData("-Tag v1, latest | Sort-Object Tag", null)]
    [InlineData("-Tag v1, latest | Add-ArImageTag", null)]
    public async Task A_last_line_says_that_digests_have_no_tags_left(string arguments, string? words)
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1", "latest");
        shop.Add("v2");
        shop.Add("v3");

        ScriptResult result = shop.Run($"Remove-ArImageTag $app {arguments}").MustSucceed();

        if (words is null) Assert.Empty(result.Information);
        else
            Assert.Equal(
                words.Replace("DIGEST", Shortened(digest), StringComparison.Ordinal),
                Assert.Single(result.Information));
    }

    [Fact]
    public async Task A_digest_that_gets_a_tag_in_the_meantime_is_not_said_to_have_none()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("v1"), two = shop.Add("v2");
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", "/tags/v1")) shop.State.MoveTag(shop.Repository, "web", "prod", one);
        };

        Assert.Empty(shop.Run("Remove-ArImageTag $app -Tag v1").MustSucceed().Information);
        shop.State.MoveTag(shop.Repository, "web", "v1", one);
        shop.State.RemoveTag(shop.Repository, "web", "prod");
        ScriptResult result = shop.Run("Remove-ArImageTag $app -Tag v1, v2").MustSucceed();

        Assert.Equal(
            $"{Shortened(two)} has no tags left. A clean-up may delete it.", Assert.Single(result.Information));
    }

    private static string Shortened(string digest) => $"{digest[..11]}…{digest[^4..]}";

    [Fact]
    public async Task A_last_look_that_is_refused_says_nothing()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.tags.list")];

        Assert.Empty(shop.Run("Remove-ArImageTag $app -Tag v1").MustSucceed().Information);
    }

    [Theory]
    [InlineData("$app", "names no tag")]
    [InlineData("us-docker.pkg.dev/shop/apps", "names no tag")]
    [InlineData("us-docker.pkg.dev/shop/apps -Tag v1", "Give the image alone")]
    [InlineData("\"${app}:v1\" -Tag v1", "Give the image alone")]
    [InlineData("(Get-ArImage $app) -Tag v1", "Give the image alone")]
    public async Task What_names_no_tag_is_refused(string arguments, string text)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");

        ScriptResult result = shop.Run($"Remove-ArImageTag {arguments}");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Contains(text, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task The_row_of_an_untagged_digest_is_an_error_for_that_row_alone()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        string free = shop.Add();

        ScriptResult result = shop.Run("Get-ArImageTag $app | Remove-ArImageTag -Confirm:$false");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Equal($"{Shop.App}@{free}", result.Error.TargetObject.ToString());
        Assert.Equal(["v1"], result.Values("Tag"));
        Assert.Equal(2, shop.State.DigestCount(shop.Repository));
    }

    [Fact]
    public async Task A_tag_that_moved_since_it_was_listed_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("v1"), two = shop.Add("v2");
        shop.Session.Run("$rows = Get-ArImageTag $app").MustSucceed();
        shop.State.MoveTag(shop.Repository, "web", "v1", two);

        ScriptResult result = shop.Run("$rows | Where-Object Tag -eq v1 | Remove-ArImageTag");

        Assert.Equal("TagMoved", result.ErrorId);
        Assert.Equal(ErrorCategory.ResourceBusy, result.Error.CategoryInfo.Category);
        Assert.Equal(
            $"The tag '{Shop.App}:v1' has moved: it was listed on {one} and is now on {two}. List the tags again and "
                + $"decide again.",
            result.ErrorText);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task A_tag_that_is_not_there_is_not_found()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");

        ScriptResult result = shop.Run("Remove-ArImageTag \"${app}:none\"");

        Assert.Equal("NotFound", result.ErrorId);
        Assert.StartsWith(
            $"'{Shop.App}:none' was not found: the image exists, but has no tag 'none'.",
            result.ErrorText,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_tag_that_goes_just_before_its_removal_is_removed()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", "/tags/v1")) shop.State.RemoveTag(shop.Repository, "web", "v1");
        };

        Assert.Equal(["v1"], shop.Run("Remove-ArImageTag \"${app}:v1\"").MustSucceed().Values("Tag"));
    }

    [Fact]
    public async Task A_removal_whose_answer_was_lost_is_removed()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.ResetAfter) { Times = 1, When = request => request.Is("DELETE", "/tags/v1") }
        );

        Assert.Equal(["v1"], shop.Run("Remove-ArImageTag \"${app}:v1\"").MustSucceed().Values("Tag"));
        Assert.Empty(shop.State.Tags(shop.Repository, "web"));
    }

    [Fact]
    public async Task A_tag_that_moves_while_the_quota_is_waited_for_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        string other = shop.Add();
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.TooManyRequests)
            {
                Times = 1,
                RetryAfter = "1",
                When = request => request.Is("DELETE", "/tags/v1"),
            }
        );
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", "/tags/v1")) shop.State.MoveTag(shop.Repository, "web", "v1", other);
        };

        ScriptResult result = shop.Run("Remove-ArImageTag \"${app}:v1\"");

        Assert.Equal("TagMoved", result.ErrorId);
        Assert.Equal(other, shop.State.DigestOf(shop.Repository, "web", "v1"));
        Assert.Single(shop.Changes);
    }

    [Fact]
    public async Task A_refusal_after_a_lost_answer_says_that_the_tag_may_be_gone()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.ResetAfter) { Times = 1, When = request => request.Is("DELETE", "/tags/v1") });
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", "/tags/v1"))
                shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.tags.get")];
        };

        ScriptResult result = shop.Run("Remove-ArImageTag \"${app}:v1\"");

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Contains(
            "An earlier try, whose answer was lost, may have been carried out.",
            result.ErrorText,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task An_immutable_repository_says_why_a_tag_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.State.SetImmutableTags(shop.Repository, true);

        ScriptResult result = shop.Run("Remove-ArImageTag \"${app}:v1\"");

        Assert.Equal("NotAllowedByState", result.ErrorId);
        Assert.Contains("tag immutability", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task What_was_removed_is_put_back_after_a_journey_through_Clixml()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("v1", "latest");

        shop.Run($"$removed = Remove-ArImageTag $app -Tag v1, latest; $removed | {Journey.Clixml} | Add-ArImageTag")
            .MustSucceed();

        Assert.Equal(["latest", "v1"], shop.State.TagsOf(shop.Repository, "web", one));
    }

    [Fact]
    public async Task Many_tags_of_one_digest_take_a_few_requests_each_and_the_digest_is_read_once()
    {
        const int Count = 300;
        await using Shop shop = await Shop.OpenAsync(new Behaviour { DockerImageTagCap = 100 });
        string digest = shop.Add([.. Enumerable.Range(0, Count).Select(i => $"t{i:000}")]);

        ScriptResult result = shop.Run(
                "Get-ArImageTag $app -Tag t* | Remove-ArImageTag -Confirm:$false -ThrottleLimit 1"
            )
            .MustSucceed();

        Assert.Equal(Count, result.Output.Count);
        Assert.Empty(shop.State.TagsOf(shop.Repository, "web", digest));
        // Two looks and the removal for each tag; once the listing, the digest, and its tags on both sides of the pipe.
        Assert.InRange(shop.Emulator.Requests.Snapshot().Count, 3 * Count, (3 * Count) + 12);
        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => Count - 1 - i),
            result.Output.Select(row => ((IReadOnlyCollection<string>)row.Properties["Tags"].Value).Count));
    }

    [Fact]
    public async Task The_question_names_ten_of_the_tags_that_stay_and_counts_the_others()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.Add([.. Enumerable.Range(0, 150).Select(i => $"t{i:000}")]);

        shop.Run("Remove-ArImageTag \"${app}:t000\" -Confirm").MustSucceed();

        Assert.Contains(
            "keeps t001, t002, t003, t004, t005, t006, t007, t008, t009, t010 and 139 more",
            host.Questions[0].Message,
            StringComparison.Ordinal
        );
    }
}
