using System.Diagnostics;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Cmdlets in the real pwsh with nobody in front of it, as Task Scheduler and cron run them.</summary>
public sealed class UnattendedTests
{
    public static TheoryData<string, string?, string?> NobodyThere => new()
    {
        { "Remove-ArImage $app@$free", null, null },
        { "Remove-ArImage $app@$free", "\n\n\n\n", null },
        { "Remove-ArImage $app@$free", "y\n", null },
        { "Remove-ArImage $app@$free", null, "-NonInteractive" },
        { "Remove-ArImage $app -All", "\n\n\n\n", null },
        { "Remove-ArUntaggedImage $app", "\n\n\n\n", null },
        { "Remove-ArImageTag ${app}:v1 -Confirm", "\n\n\n\n", null },
    };

    [Theory, MemberData(nameof(NobodyThere))]
    public async Task A_question_that_nobody_can_answer_fails_the_process(
        string command,
        string? input,
        string? argument
    )
    {
        await using Shop shop = await OpenAsync();
        string before = shop.Contents();

        ProcessResult result = await RunAsync(shop, command, input, argument is null ? [] : [argument]);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("nobody can be asked here, so nothing was changed", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(before, shop.Contents());
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task The_error_has_the_id_that_scripts_test_for()
    {
        await using Shop shop = await OpenAsync();

        ProcessResult result = await RunAsync(
            shop, "try { Remove-ArImage $app@$free } catch { $_.FullyQualifiedErrorId; exit 7 }", input: null);

        Assert.Equal(7, result.ExitCode);
        Assert.StartsWith("ConfirmationRequired,", result.Output.Trim(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-ArImageTag $app | Where-Object { -not $_.Tags } | Remove-ArUntaggedImage -Confirm:$false")]
    [InlineData("Get-ArImage $app | Where-Object { -not $_.Tags } | Remove-ArImage -Force")]
    public async Task Confirm_false_and_Force_work_without_anybody(string command)
    {
        await using Shop shop = await OpenAsync();

        ProcessResult result = await RunAsync(
            shop,
            $"{command} | Out-String -Width 120",
            input: null,
            "-NonInteractive"
        );

        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Removed", result.Output, StringComparison.Ordinal);
        Assert.Empty(shop.State.UntaggedDigests(shop.Repository, "web"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Verbose")]
    public async Task The_log_of_a_CI_job_has_whole_lines_one_for_each_request_and_no_progress(string verbose)
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.PageSizeCap = 1;
        shop.Emulator.Behaviour.Latency = TimeSpan.FromMilliseconds(700); // long enough for a progress bar

        ProcessStartInfo start = RealPowerShell.Start(
            shop.Emulator,
            $"Get-ArImage {Shop.App} {verbose}; Remove-ArUntaggedImage {Shop.App} -Force {verbose}",
            "-NonInteractive"
        );
        start.Environment["CI"] = "true";
        ProcessResult result = await ProcessResult.OfAsync(start);

        string[] lines = [.. (result.Output + result.Error).Split('\n').Select(line => line.TrimEnd())];
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("", result.Error);
        Assert.All(lines, line => Assert.DoesNotMatch(@"[\x00-\x08\x0b-\x1f\x7f]", line));
        Assert.All(lines, line => Assert.DoesNotMatch(@"so far|\[ *o* *\]|processing", line));
        int requests = shop.Emulator.Requests.Snapshot().Count;
        Assert.True(requests > 5);
        Assert.Equal(
            verbose.Length > 0 ? requests : 0,
            lines.Count(line => line.Contains(" -> ", StringComparison.Ordinal))
        );
        Assert.Equal(verbose.Length > 0, lines.Any(line => line.StartsWith("VERBOSE: ", StringComparison.Ordinal)));
    }

    private static Task<ProcessResult> RunAsync(Shop shop, string command, string? input, params string[] arguments) =>
        RealPowerShell.RunAsync(
            shop.Emulator,
            command.Replace("$free", shop.State.UntaggedDigests(shop.Repository, "web")[0], StringComparison.Ordinal)
                .Replace("${app}", Shop.App, StringComparison.Ordinal)
                .Replace("$app", Shop.App, StringComparison.Ordinal),
            input,
            arguments);

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Add(new Emulator.ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-40) });
        shop.Emulator.Requests.Clear();
        return shop;
    }
}
