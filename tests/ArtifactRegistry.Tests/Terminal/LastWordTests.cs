using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Terminal;

/// <summary>What a person sees of a clean-up: the question, the rows, and the line that every run ends with.</summary>
public sealed class LastWordTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private const string Question = "(default is \"N\"):";

    [Fact]
    public async Task The_question_shows_what_goes_first_and_how_much_goes()
    {
        await using Shop shop = await OpenAsync(untagged: 7);
        await using TerminalSession terminal = await OpenAsync(shop);

        terminal.Send("Remove-ArUntaggedImage $app\r");
        await terminal.WaitForAsync(Question);
        string asked = terminal.Text;
        terminal.Send("n\r");
        await terminal.WaitForPromptAsync();

        // The only row says Kept, so the question counts one, and the digest with a tag apart.
        Assert.Contains(
            "\"Delete 7 untagged digests (534 MB), keep 1 untagged and 1 tagged digest\"",
            Joined(asked),
            StringComparison.Ordinal
        );
        Assert.Single(Lines(asked), line => line.StartsWith("Kept", StringComparison.Ordinal));
        Assert.Equal(
            5,
            Lines(asked)
                .Count(line =>
                    System.Text.RegularExpressions.Regex.IsMatch(
                        line,
                        "^  sha256:[0-9a-f]{4}….*76 MB  [1-9][0-9]? days ago$"
                    )
                )
        );
        Assert.Contains("\n  and 2 more\n", asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n\r", @"^Removed 0 digests \(0 B\), kept 1, left 3 \(229 MB\) in \d+ s\.$")]
    [InlineData("y\r", @"^Removed 3 digests \(229 MB\), kept 1 in \d+ s\.$")]
    public async Task Every_run_ends_with_a_line_that_says_what_became_of_it(string answer, string expected)
    {
        await using Shop shop = await OpenAsync(untagged: 3);
        await using TerminalSession terminal = await OpenAsync(shop);

        terminal.Send("Remove-ArUntaggedImage $app\r");
        await terminal.WaitForAsync(Question);
        terminal.Send(answer);
        await terminal.WaitForPromptAsync();

        string last = Lines(terminal.All)
            .Last(line => line.Length > 0 && !line.StartsWith("PS>", StringComparison.Ordinal));
        Assert.Matches(expected, last);
    }

    [Fact]
    public async Task A_preview_of_nothing_says_that_nothing_would_be_removed()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("latest");

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -WhatIf").MustSucceed();

        Assert.StartsWith("Would remove 0 digests (0 B)", Assert.Single(result.Information), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Get-ArImageTag $app -Tag v* | Remove-ArImageTag -Confirm:$false",
        @"^Removed 6 tags in \d+ s\. 6 digests have no tags left\. A clean-up may delete them\.$")]
    [InlineData(
        "Remove-ArImageTag $app -Tag v1, v2, v3, v4, v5, nothing -WhatIf",
        @"^Would remove 5 tags, failed 1 in \d+ s\.$"
    )]
    [InlineData("Get-ArImageTag $app -Tag v* | Remove-ArImageTag", @"^Removed 0 tags, left 6 in \d+ s\.$")]
    [InlineData("Get-ArImageTag $app -Tag v* | Remove-ArImage -Force", @"^Removed 6 digests \(458 MB\) in \d+ s\.$")]
    [InlineData(
        "Get-ArImageTag $app -Tag v* | Remove-ArImage",
        @"^Removed 0 digests \(0 B\), left 6 \(458 MB\) in \d+ s\.$"
    )]
    [InlineData("Remove-ArImage $app -All -Force", @"^Removed 6 digests \(458 MB\) in \d+ s\.$")]
    [InlineData("Remove-ArImageTag $app -Tag v1, v2 | Out-Null", null)]
    [InlineData("Remove-ArImage \"${app}:v1\" -Force", null)]
    public async Task A_long_list_of_removals_ends_with_a_line_that_says_what_became_of_it(
        string command,
        string? expected
    )
    {
        await using Shop shop = await Shop.OpenAsync(host: new ScriptedHost("No"));
        for (int i = 1; i <= 6; i++) shop.Add($"v{i}");

        ScriptResult result = shop.Run(command);

        if (expected is null) Assert.Empty(result.Information);
        else Assert.Matches(expected, Assert.Single(result.Information));
    }

    [Theory]
    [InlineData(
        "Get-ArImageTag $app -Tag v* | Remove-ArImageTag -Confirm",
        @"Interrupted\. Removed 0 tags(, left 1)? in "
    )]
    [InlineData(
        "Get-ArImageTag $app -Tag v* | Remove-ArImage",
        @"Interrupted\. Removed 0 digests \(0 B\)(, left 1 \(.*\))? in "
    )]
    public async Task A_list_of_removals_that_is_interrupted_says_what_became_of_it(string command, string expected)
    {
        ScriptedHost host = new("No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        for (int i = 1; i <= 6; i++) shop.Add($"v{i}");
        RunningScript? run = null;
        using ManualResetEventSlim started = new();
        host.WhenAsked = _ =>
        {
            started.Wait(Stop);
            run!.StopAtQuestion();
        };

        run = shop.Start(command);
        started.Set();
        await run.EndAsync(Stop);
        run.Dispose();

        // A console gives no answer once it is interrupted. This host still says No, which may or may not be heard.
        Assert.Matches(expected, string.Concat(host.Screen));
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task A_run_that_is_interrupted_at_its_question_says_that_nothing_was_removed()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await OpenAsync(untagged: 3, host);
        RunningScript? run = null;
        using ManualResetEventSlim started = new();
        host.WhenAsked = _ =>
        {
            started.Wait(Stop);
            run!.StopAtQuestion();
            throw new PipelineStoppedException(); // as a console does, which gives no answer then
        };
        run = shop.Start("Remove-ArUntaggedImage $app");
        started.Set();
        await run.EndAsync(Stop);
        run.Dispose();

        Assert.Contains(
            "Interrupted. Removed 0 digests (0 B), kept 1, left 3 (229 MB) in ",
            string.Concat(host.Screen),
            StringComparison.Ordinal
        );
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task The_time_that_a_question_stood_is_not_counted()
    {
        const int Stood = 4;
        ScriptedHost host = new("Yes") { WhenAsked = _ => Thread.Sleep(TimeSpan.FromSeconds(Stood)) };
        await using Shop shop = await OpenAsync(untagged: 3, host);

        long began = Stopwatch.GetTimestamp();
        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app").MustSucceed();
        double all = Stopwatch.GetElapsedTime(began).TotalSeconds;

        // However slow the machine is: what is told is at most the whole less the question, rounded up.
        Match told = Regex.Match(Assert.Single(result.Information), @"in (\d+) s\.$");
        Assert.True(told.Success);
        Assert.InRange(
            int.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture),
            1,
            Math.Max(1, Math.Ceiling(all - Stood))
        );
    }

    [Theory]
    [InlineData("Remove-ArUntaggedImage $app -Confirm:$false", 100, true)]
    [InlineData("Remove-ArUntaggedImage $app -WhatIf 6> $null", 120, false)]
    [InlineData("Remove-ArUntaggedImage $app -Confirm:$false -OutVariable kept", 121, false)]
    [InlineData(
        "$PSDefaultParameterValues['Out-Default:OutVariable'] = 'it'; Remove-ArUntaggedImage $app -Confirm:$false",
        121,
        false
    )]
    [InlineData(
        "Remove-ArUntaggedImage $app -Confirm:$false",
        121,
        false,
        "function Out-Default { $input | Microsoft.PowerShell.Core\\Out-Default }"
    )]
    [InlineData("Remove-ArUntaggedImage $app -Confirm:$false | Format-Table Status", 121, false)]
    [InlineData("$rows = Remove-ArUntaggedImage $app -Confirm:$false; $rows", 121, false)]
    public async Task Rows_that_only_go_to_the_screen_do_not_scroll_everything_away(
        string command,
        int rows,
        bool hides,
        string setUp = ""
    )
    {
        await using Shop shop = await OpenAsync(untagged: 120);
        await using TerminalSession terminal = await OpenAsync(shop, setUp);

        IReadOnlyList<string> shown = await terminal.RunAsync(command);

        Assert.InRange(
            shown.Count(line =>
                line.TrimStart() is ['R' or 'K' or 'W', ..] && !line.Contains(" digests ", StringComparison.Ordinal)
            ),
            rows,
            121
        );
        Assert.Equal(
            hides,
            string.Concat(shown)
                .Contains("21 more rows are not shown: $ArLastRows has all 121.", StringComparison.Ordinal)
        );
        // Nothing that was done is lost for the screen's sake.
        if (hides)
            Assert.Equal(
                ["121 120"],
                await terminal.RunAsync("\"$($ArLastRows.Count) $(($ArLastRows.Status -eq 'Removed').Count)\"")
            );
    }

    // PowerShell breaks a question at spaces.
    private static string Joined(string text) => Regex.Replace(text, " *\n *", " ");

    private static string[] Lines(string text) => text.Split('\n');

    private static Task<TerminalSession> OpenAsync(Shop shop, string setUp = "") =>
        TerminalSession.OpenAsync(shop.Emulator, 80, $"$app = '{Shop.App}'; {setUp}");

    /// <summary>A tagged digest, one that is too young, and old ones without tags.</summary>
    private static async Task<Shop> OpenAsync(int untagged, ScriptedHost? host = null)
    {
        Shop shop = await Shop.OpenAsync(host: host);
        shop.Add("latest");
        shop.Add(new ImageOptions { Size = 1000, UploadTime = DateTimeOffset.UtcNow.AddMinutes(-1) });
        for (int i = 0; i < untagged; i++)
            shop.Add(new ImageOptions { Size = 80_000_000, UploadTime = DateTimeOffset.UtcNow.AddDays(-10 - i) });
        return shop;
    }
}
