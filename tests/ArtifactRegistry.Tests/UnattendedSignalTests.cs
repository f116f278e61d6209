using System.Diagnostics;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>
/// The script for schedulers when something ends it: each finished deletion is in its log, and doubt is named.
/// </summary>
public sealed class UnattendedSignalTests
{
    [Fact]
    public async Task An_interrupt_is_130_and_the_log_has_what_was_done_and_what_is_unknown()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals that one process sends another.");
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        ProcessResult result = await RunUntilTheThirdAsync(
            run, "INT", stop, "-SummaryPath", run.File("summary.md"), "-MetricsPath", run.File("clean-up.prom"));

        Assert.Equal(130, result.ExitCode);
        Assert.Contains(
            "clean-up: It was interrupted; the next run continues.",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"This run ended before the service said whether it has deleted {Shop.App}@{run.Garbage[2]}",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Equal("Removed", Assert.Single(run.LoggedStatus()[run.Garbage[0]]));
        Assert.Equal("Removed", Assert.Single(run.LoggedStatus()[run.Garbage[1]]));
        Assert.Equal("Unknown", Assert.Single(run.LoggedStatus()[run.Garbage[2]]));
        Assert.Contains(": 2 removed", Assert.Single(result.Lines), StringComparison.Ordinal);
        Assert.Contains("Interrupted. Removed 2 digests (", result.Error, StringComparison.Ordinal);
        string summary = await File.ReadAllTextAsync(run.File("summary.md"), stop);
        Assert.Contains("| not reached | unknown |\n", summary, StringComparison.Ordinal);
        Assert.Contains("| 0 | 0 | 1 |\n", summary, StringComparison.Ordinal);
        Assert.Contains(
            "status=\"Unknown\"} 1\n",
            await File.ReadAllTextAsync(run.File("clean-up.prom"), stop),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("KILL")]
    public async Task After_a_kill_the_next_run_logs_what_the_journal_knows_and_finds_out_the_rest(string signal)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals that one process sends another.");
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        await RunUntilTheThirdAsync(run, signal, stop);

        // As if the kill had come between the journal's line and the log's.
        string[] lines = await File.ReadAllLinesAsync(run.Log, stop);
        await File.WriteAllLinesAsync(run.Log, lines[..^1], stop);
        ProcessResult next = await run.RunAsync("-SummaryPath", run.File("summary.md"));

        Assert.Equal("Removed", Assert.Single(run.LoggedStatus()[run.Garbage[0]]));
        Assert.Equal("Removed", Assert.Single(run.LoggedStatus()[run.Garbage[1]]));
        // The next run finds out what became of it.
        Assert.Equal(["Unknown", "AlreadyGone"], run.LoggedStatus()[run.Garbage[2]]);
        Assert.Contains(": 0 removed (0 KB), 1 already gone, ", next.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ended before the service said", next.Error, StringComparison.Ordinal);
        Assert.Contains(
            " was killed; this one continues.\n",
            await File.ReadAllTextAsync(run.File("summary.md"), stop),
            StringComparison.Ordinal);
        Assert.Equal(0, next.ExitCode);
        Assert.Equal([run.Young], run.Shop.State.UntaggedDigests(run.Shop.Repository, "web"));
    }

    [Fact]
    public async Task What_a_killed_run_left_unknown_is_named_by_a_next_run_that_cannot_find_out()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals that one process sends another.");
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        await RunUntilTheThirdAsync(run, "KILL", stop);

        ProcessResult next = await run.RunAsync("-OlderThan", "30");

        Assert.Equal(1, next.ExitCode);
        Assert.Contains(
            $"ended before the service said whether it has deleted {Shop.App}@{run.Garbage[2]}",
            next.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_a_killed_run_deleted_comes_back_by_the_line_of_the_page()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals that one process sends another.");
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string saved = run.Shop.AddBuild(), undo = run.File("undo");
        string[] options = ["-OlderThan", "1d", "-ArchivePath", undo, "-IncludeLayer", "-AbortAbove", "100%"];
        using (RequestHold hold = run.Shop.Hold("DELETE", saved, HoldPoint.BeforeAnswer))
        {
            await run.RunAsync(
                async process =>
                {
                    await hold.WaitForArrivalAsync(1, stop);
                    await SendAsync(process, "KILL");
                },
                options);
        }

        await run.RunAsync(options);
        Assert.DoesNotContain(saved, run.Shop.Left());
        string page = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "docs", "undo.md"), stop);
        string line = page[page.IndexOf("Get-Content clean-up.jsonl", StringComparison.Ordinal)..].Split('`')[0]
            .Replace("clean-up.jsonl", $"'{run.Log}'", StringComparison.Ordinal)
            .Replace("./undo", $"'{undo}'", StringComparison.Ordinal);
        ScriptResult restored = run.Shop.Run(line).MustSucceed();

        Assert.Equal([saved], restored.Values("Digest"));
        Assert.Contains(saved, run.Shop.Left());
    }

    /// <summary>
    /// Sends a signal when two digests are logged, and the third is deleted while the answer does not arrive.
    /// </summary>
    private static async Task<ProcessResult> RunUntilTheThirdAsync(
        UnattendedRun run, string signal, CancellationToken stop, params string[] arguments)
    {
        using RequestHold hold = run.Shop.Hold("DELETE", run.Garbage[2], HoldPoint.BeforeAnswer);
        return await run.RunAsync(
            async process =>
            {
                await run.LoggedAsync(2, stop);
                await hold.WaitForArrivalAsync(1, stop);
                await SendAsync(process, signal);
            },
            arguments);
    }

    private static async Task SendAsync(Process process, string signal)
    {
        using Process kill = Process.Start("sh", ["-c", $"kill -{signal} {process.Id}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
