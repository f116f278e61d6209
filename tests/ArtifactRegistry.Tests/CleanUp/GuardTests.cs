using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>Slips and surprises that must not delete what is needed.</summary>
public sealed class GuardTests
{
    [Fact]
    public async Task Ages_are_counted_by_the_clock_of_the_service_where_that_of_this_machine_is_ahead()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Emulator.Behaviour.ClockOffset = TimeSpan.FromDays(-1); // so this machine is a day ahead
        string fresh = shop.AddAged(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(10));
        string old = shop.AddAged(TimeSpan.FromDays(3));

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([fresh], Row.Digests(result, "Kept"));
        Assert.Equal([old], Row.Digests(result, "Removed"));
        Assert.Contains(
            "1440 minutes ahead of the service's",
            Assert.Single(result.Warnings),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    public async Task A_clock_that_is_right_or_behind_changes_nothing(int hours)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Emulator.Behaviour.ClockOffset = TimeSpan.FromHours(hours);
        string fresh = shop.AddAged(TimeSpan.FromMinutes(10)), old = shop.AddAged(TimeSpan.FromHours(2));

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([fresh], Row.Digests(result, "Kept"));
        Assert.Equal([old], Row.Digests(result, "Removed"));
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData($"$rows | {Journey.Clixml}")]
    [InlineData(
        "$rows | ForEach-Object { [pscustomobject]@{ Uri = $_.Uri; Decision = "
            + "[int][ArtifactRegistry.CleanUpDecision]$_.Decision } }"
    )]
    [InlineData("$rows | ForEach-Object { [pscustomobject]@{ Uri = $_.Uri; Decision = [string]$_.Decision } }")]
    [InlineData(
        "$rows | ForEach-Object { [pscustomobject]@{ Uri = $_.Uri; Decision = 'unsure' } } | Where-Object Uri -eq "
            + "$rows[0].Uri"
    )]
    public async Task A_row_that_was_kept_stays_whatever_its_decision_has_been_through(string input)
    {
        await using Shop shop = await Shop.OpenAsync();
        string kept = shop.AddAged(TimeSpan.FromDays(2));
        shop.Run("$rows = @(Get-ArUntaggedImage $app -OlderThan 4d)").MustSucceed();

        ScriptResult result = shop.Run($"{input} | Remove-ArUntaggedImage -Confirm:$false -OlderThan 0s").MustSucceed();

        Assert.Equal([kept], Row.Digests(result, "Kept"));
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData("'error: You must be logged in to the server'")]
    [InlineData("([pscustomobject]@{ items = @() })")]
    [InlineData("'nginx:1.25'")]
    public async Task What_names_nothing_that_could_run_is_no_list_of_what_runs(string inUse)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add();

        ScriptResult result = shop.Run($"Remove-ArUntaggedImage $app -Confirm:$false -InUse {inUse}");

        Assert.Equal("InUseEmpty", result.ErrorId);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData("|")]
    [InlineData("><")]
    [InlineData("")]
    public async Task Every_digest_in_a_text_counts_whatever_is_between_them(string between)
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add(), two = shop.Add(), free = shop.Add();

        ScriptResult result = shop.Run($"Remove-ArUntaggedImage $app -Confirm:$false -InUse '{one}{between}{two}'")
            .MustSucceed();

        Assert.Equal([free], Row.Digests(result, "Removed"));
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("([datetime]::Now.AddDays(30))")]
    [InlineData("2062-01-31")]
    public async Task An_age_in_the_future_is_refused(string age)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add();

        ScriptResult result = shop.Run($"Remove-ArUntaggedImage $app -Confirm:$false -OlderThan {age}");

        Assert.Equal("InvalidAge", result.ErrorId);
        Assert.Contains("future", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task A_signature_stays_when_what_it_signs_is_tagged_while_the_question_stands()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string image = shop.Add(), signature = Sign(shop, image);
        host.WhenAsked = _ => shop.State.MoveTag(shop.Repository, "web", "promoted", image);

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app").MustSucceed();

        Assert.Equal(new[] { image, signature }.Order(StringComparer.Ordinal), Row.Digests(result, "Kept"));
        Assert.Equal(2, shop.State.DigestCount(shop.Repository));
    }

    [Fact]
    public async Task Signatures_of_a_digest_that_was_not_asked_about_stay_with_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        string mine = shop.Add(), signature = Sign(shop, mine), other = shop.Add();

        ScriptResult result = shop.Run(
                $"Get-ArUntaggedImage $app | Where-Object Digest -ne '{mine}' | Remove-ArUntaggedImage -Confirm:$false"
            )
            .MustSucceed();

        Assert.Equal([other], Row.Digests(result, "Removed"));
        Assert.Equal([signature], Row.Digests(result, "Kept"));
    }

    [Fact]
    public async Task An_image_that_cannot_be_listed_does_not_keep_the_others_from_being_cleaned()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.Add();
        shop.State.AddImage(
            shop.Repository,
            "broken",
            new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-9) }
        );
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.MalformedJson)
            {
                When = request => request.PathAndQuery.Contains("broken", StringComparison.Ordinal),
            }
        );

        ScriptResult result = shop.Run("Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -Confirm:$false");

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal("us-docker.pkg.dev/shop/apps/broken", result.Error.TargetObject.ToString());
    }

    [Fact]
    public async Task An_image_that_vanishes_meanwhile_is_no_error()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.Add();
        string gone = shop.State.AddImage(shop.Repository, "gone", new ImageOptions());
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            // GET of the package, which is how an empty listing is told from a misspelt name.
            if (request.PathAndQuery.Contains("/dockerImages?", StringComparison.Ordinal)
                && request.PathAndQuery.Contains("gone", StringComparison.Ordinal)
                && shop.State.HasDigest(shop.Repository, "gone", gone))
                shop.State.DeleteVersion(shop.Repository, "gone", gone);
        };

        ScriptResult result = shop.Run("Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -Confirm:$false")
            .MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task A_tag_that_moves_while_others_are_taken_away_is_not_deleted_from_where_it_went()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("a", "latest"), next = shop.Add("next");
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Method == "DELETE" && request.Path.EndsWith("/tags/a", StringComparison.Ordinal))
                shop.State.MoveTag(shop.Repository, "web", "latest", next);
        };

        ScriptResult result = shop.Run($"Remove-ArImage \"$app@{image}\" -DeleteTags -Confirm:$false");

        Assert.Equal("TagMoved", result.ErrorId);
        Assert.Equal(next, shop.State.DigestOf(shop.Repository, "web", "latest"));
        Assert.Equal(image, shop.State.DigestOf(shop.Repository, "web", "a"));
    }

    [Fact]
    public async Task A_tag_that_was_created_anew_after_a_lost_answer_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        string next = shop.Add();
        bool first = true;
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.ResetAfter)
        {
            When = request => request.Method == "DELETE",
            Times = 1,
        });
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            // The first look after the lost answer comes to a tag that CI has pushed again.
            if (request.Method != "GET" || !request.Path.EndsWith("/tags/v1", StringComparison.Ordinal)
                || shop.State.DigestOf(shop.Repository, "web", "v1") is not null || !first)
                return;
            first = false;
            shop.State.MoveTag(shop.Repository, "web", "v1", next);
        };

        ScriptResult result = shop.Run("Remove-ArImageTag \"${app}:v1\"");

        Assert.Equal("TagMoved", result.ErrorId);
        Assert.Equal(next, shop.State.DigestOf(shop.Repository, "web", "v1"));
        Assert.Single(shop.Changes);
    }

    [Fact]
    public async Task What_is_pushed_while_the_question_about_a_whole_image_stands_is_not_deleted_with_it()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.Add("v1");
        host.WhenAsked = _ => shop.Add("v2");

        ScriptResult result = shop.Run("Remove-ArImage $app -All");

        Assert.Equal("ConcurrentChange", result.ErrorId);
        Assert.Contains("was pushed or tagged while the question stood", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(2, shop.State.DigestCount(shop.Repository));
    }

    private static string Sign(Shop shop, string subject) => shop.Add(new ImageOptions
    {
        UploadTime = DateTimeOffset.UtcNow.AddDays(-10),
        ArtifactType = "application/vnd.cncf.notary.signature",
        SubjectDigest = subject,
    });

    [Theory]
    [InlineData("us-docker.pkg.dev/shop/apps/zz*", 1)]
    [InlineData("us-docker.pkg.dev/shop/apps/w*", 0)]
    public async Task A_pattern_that_matches_nothing_is_warned_of(string pattern, int warnings)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");

        ScriptResult result = shop.Run($"Remove-ArUntaggedImage {pattern} -Confirm:$false").MustSucceed();

        Assert.Equal(warnings, result.Warnings.Count(warning => warning == $"No image matches '{pattern}'."));
    }
}
