using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>What commands say while they work: progress, -Verbose and -Debug.</summary>
public sealed class StoryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Get-ArImage $app", "GET", "/dockerImages", "us-docker.pkg.dev/shop/apps/web: ")]
    [InlineData(
        "Get-ArUntaggedImage us-docker.pkg.dev/shop/apps",
        "GET",
        "/packages",
        "0 digests listed, in us-docker.pkg.dev/shop/apps"
    )]
    [InlineData(
        "Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -Force",
        "GET",
        "/packages",
        "0 digests listed, in us-docker.pkg.dev/shop/apps"
    )]
    [InlineData("Remove-ArImage $app -All -Force", "GET", "/operations/", "us-docker.pkg.dev/shop/apps/web: ")]
    [InlineData(
        "Remove-ArImage \"$app@$free\" -Force",
        "DELETE",
        "/versions/",
        "us-docker.pkg.dev/shop/apps/web@sha256:"
    )]
    [InlineData("Get-ArReader us-docker.pkg.dev/shop/apps", "GET", ":getIamPolicy", "us-docker.pkg.dev/shop/apps: ")]
    public async Task Whoever_waits_for_long_sees_a_bar_that_goes_away(
        string command,
        string method,
        string path,
        string status
    )
    {
        await using Shop shop = await OpenAsync(new Behaviour { OperationTime = TimeSpan.FromHours(1) });
        using RequestHold held = shop.Hold(method, path);

        using RunningScript script = shop.Start(command);
        await held.WaitForArrivalAsync(1, Stop);
        // The request is still held, so the bar comes from waiting and not from an answer.
        ProgressRecord bar = await script.WaitForProgressAsync(Stop);
        held.Release();
        ScriptResult result = (await script.EndAsync(Stop)).MustSucceed();

        Assert.StartsWith(command.Split(' ')[0], bar.Activity, StringComparison.Ordinal);
        Assert.Contains(status, bar.StatusDescription, StringComparison.Ordinal);
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
        Assert.Single(result.Progress.Select(record => record.ActivityId).Distinct());
    }

    [Fact]
    public async Task The_bar_says_why_a_request_is_repeated()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests) { RetryAfter = "300" });

        using RunningScript script = shop.Start("Get-ArImage $app");
        ProgressRecord bar = await script.WaitForProgressAsync(Stop, bar =>
            !string.IsNullOrEmpty(bar.CurrentOperation)
        );
        script.Stop();
        await script.EndAsync(Stop);

        Assert.Matches(@"^Trying again in 300\.0 s \(try 2 of \d+\): Quota exceeded", bar.CurrentOperation);
    }

    [Fact]
    public async Task What_is_done_in_a_moment_shows_no_bar()
    {
        await using Shop shop = await OpenAsync();
        TestClock clock = new();
        clock.ApplyTo(shop.Session);
        using RequestHold held = shop.Hold("GET", "/dockerImages");

        using RunningScript script = shop.Start("Get-ArImage $app");
        await held.WaitForArrivalAsync(1, Stop);
        clock.Advance(TimeSpan.FromSeconds(0.99));
        await clock.WaitForReadsAsync(3, Stop); // whether there is anything to show by now
        held.Release();
        ScriptResult result = (await script.EndAsync(Stop)).MustSucceed();

        Assert.Empty(result.Progress);
    }

    [Fact]
    public async Task Verbose_tells_what_is_looked_at_what_is_found_and_what_is_done()
    {
        await using Shop shop = await OpenAsync();

        string story = string.Join(
            '\n',
            shop.Run("Remove-ArUntaggedImage $app -OlderThan 1d -Force -Verbose")
                .MustSucceed()
                .Verbose.Where(line => !line.Contains(" -> ", StringComparison.Ordinal))
        );

        Assert.Matches(
            $"""
            ^Speaking to {shop.Emulator.Url}; credentials: the access token given to Connect-ArRegistry\.
            Looking at us-docker\.pkg\.dev/shop/apps/web: untagged digests older than 1d\.
            us-docker\.pkg\.dev/shop/apps/web has 3 digests: delete 1 \(76 MB\), keep 2 tagged digests\.
            Delete 1 untagged digest \(76 MB\), keep 2 tagged digests: us-docker\.pkg\.dev/shop/apps/web
            Removed 1 \(76 MB freed\): 1 untagged, nothing refers to it$
            """.ReplaceLineEndings("\n"),
            story);
    }

    [Fact]
    public async Task Debug_shows_requests_and_answers_shortened_and_without_secrets()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(
                "$null = Get-ArImage $app -Debug; $null = Grant-ArReader us-docker.pkg.dev/shop/apps user:a@b.example "
                    + "-Debug"
            )
            .MustSucceed();

        string all = string.Join('\n', result.Debug);
        Assert.DoesNotContain(PowerShellSession.Token, all, StringComparison.Ordinal);
        Assert.DoesNotContain("Bearer", all, StringComparison.Ordinal);
        Assert.Contains(
            $"> GET {shop.Emulator.Url}v1/projects/shop/locations/us/repositories/apps/dockerImages?",
            all,
            StringComparison.Ordinal
        );
        Assert.Contains("(with a bearer token)", all, StringComparison.Ordinal);
        Assert.Matches(@"< 200 OK \(application/json, \d+ bytes\)\r?\n\{", all);
        Assert.Matches(@":setIamPolicy \(with a bearer token\)\r?\n\{.*user:a@b\.example", all);
        Assert.Equal(result.Debug.Count(text => text[0] == '>'), result.Debug.Count(text => text[0] == '<'));
        Assert.All(result.Debug, text => Assert.InRange(text.Length, 1, 2500));
        Assert.Empty(shop.Run("Get-ArImage $app").MustSucceed().Debug);
    }

    [Fact]
    public async Task A_token_that_an_answer_repeats_is_not_shown()
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddImage(shop.Repository, PowerShellSession.Token.Replace('.', '-'), "v1");
        shop.Session.Run(
                $"$null = Connect-ArRegistry {PowerShellSession.Token.Replace('.', '-')} -Endpoint "
                    + $"'{shop.Emulator.Url}'"
            )
            .MustSucceed();

        ScriptResult result = shop.Run(
            "$DebugPreference = 'Continue'; $null = Get-ArImage us-docker.pkg.dev/shop/apps"
        );

        // An image of that name cannot be shown: it is passed over, which a warning says.
        Assert.Empty(result.Errors);
        Assert.Contains("(hidden)", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.DoesNotContain(result.Warnings, text => text.Contains("test-token", StringComparison.Ordinal));
        Assert.Contains(result.Debug, text => text.Contains("(hidden)", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Debug, text => text.Contains("test-token", StringComparison.Ordinal));
    }

    /// <summary>Two tagged digests and an untagged one, which is $free.</summary>
    private static async Task<Shop> OpenAsync(Behaviour? behaviour = null)
    {
        Shop shop = await Shop.OpenAsync(behaviour);
        shop.Add("v1");
        shop.Add("v2");
        shop.Session.Set("free", shop.Add());
        return shop;
    }
}
