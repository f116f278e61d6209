using System.Text.RegularExpressions;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

public sealed class ShellDemoTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_walk_through_runs_to_its_end_without_a_terminal_and_shows_what_is_in_Demo_txt()
    {
        string file = Path.Combine(Checkout.Root, "tests", "ArtifactRegistry.Tests", "Demo.txt");

        ProcessResult result = await ShellProcess.RunAsync(["-Demo"], "", [("TERM", "xterm")]);

        Assert.Empty(result.Error);
        Assert.Equal(0, result.ExitCode);
        // The layers are random, and their compressed sizes differ.
        string shown = Regex.Replace(result.Output.ReplaceLineEndings("\n"), @" +[0-9]+ bytes,", " N bytes,");
        if (Environment.GetEnvironmentVariable("ARTIFACTREGISTRY_REWRITE_EXAMPLES") == "1")
            await File.WriteAllTextAsync(file, shown, Stop);
        Assert.Equal((await File.ReadAllTextAsync(file, Stop)).ReplaceLineEndings("\n"), shown);
        Assert.DoesNotContain('\e', shown);
        // What -WhatIf says is PowerShell's own, and no output that could be broken.
        Assert.All(
            result.Lines.Where(line => !line.StartsWith("What if: ", StringComparison.Ordinal)),
            line => Assert.InRange(line.Length, 0, 120));
    }

    [Fact]
    public async Task The_walk_through_ends_at_the_first_step_that_fails()
    {
        using TemporaryFolder folder = new();
        // With the command: one that is missing would be taken from the module that is installed on this machine.
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "ArtifactRegistry.psd1"),
            "@{ ModuleVersion = '1.0'; RootModule = 'broken.psm1' }",
            Stop
        );
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "broken.psm1"), "function Get-ArImageTag { Write-Error 'broken' }", Stop);

        ProcessResult result = await ShellProcess.RunAsync(["-Demo"], module: folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("The demo ends here", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Remove-ArImage", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_clean_up_of_the_demo_archives_comes_back()
    {
        using TemporaryFolder folder = new();
        string script = $$"""
            $ErrorActionPreference = 'Stop'
            $api = 'us-docker.pkg.dev/shop/apps/api'
            $before = (Get-ArImage $api).Digest | Sort-Object
            $rows = Remove-ArUntaggedImage $api -OlderThan 7d -Force -ArchivePath '{{folder.Path}}/undo' -IncludeLayer
            (Get-ArImage $api).Count
            $rows | Restore-ArImage '{{folder.Path}}/undo' | Group-Object Status | ForEach-Object Name
            "$before" -eq "$((Get-ArImage $api).Digest | Sort-Object)"
            """;

        ProcessResult result = await ShellProcess.RunAsync(["-Demo", "-NoProfile", "-Command", script]);

        Assert.Empty(result.Error);
        Assert.Equal(["11", "Restored", "True"], result.Lines);
    }

    [Fact]
    public async Task A_command_runs_against_the_emulator_instead_of_the_walk_through()
    {
        ProcessResult result = await ShellProcess.RunAsync(
            ["-Demo", "-NoProfile", "-Command", "(Get-ArImageTag us-docker.pkg.dev/shop/apps/web:v42).Tag; exit 3"]);

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(["v42"], result.Lines);
    }
}
