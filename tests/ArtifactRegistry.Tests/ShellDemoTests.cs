using Xunit;

namespace ArtifactRegistry.Tests;

public sealed class ShellDemoTests
{
    [Fact]
    public async Task The_walk_through_runs_to_its_end_without_a_terminal()
    {
        ShellResult result = await ShellProcess.RunAsync(["-Demo"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("PS> Get-ArImageTag $app", result.Output, StringComparison.Ordinal);
        Assert.Contains("PS> Remove-ArImage $app", result.Output, StringComparison.Ordinal);
        Assert.Contains("Remove-ArImage: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("The demo", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
        // Hundreds of rows would hide what is shown.
        Assert.InRange(result.Lines.Length, 20, 200);
        Assert.All(result.Lines, line => Assert.InRange(line.Length, 0, 130));
    }

    [Fact]
    public async Task The_walk_through_ends_at_the_first_step_that_fails()
    {
        string folder = Directory.CreateTempSubdirectory("ar-empty-").FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "ArtifactRegistry.psd1"), "@{ ModuleVersion = '1.0' }",
            TestContext.Current.CancellationToken);
        try
        {
            ShellResult result = await ShellProcess.RunAsync(["-Demo"], module: folder);

            Assert.Equal(1, result.ExitCode);
            Assert.Contains("The demo ends here", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("Remove-ArImage", result.Output, StringComparison.Ordinal);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Fact]
    public async Task A_command_runs_against_the_emulator_instead_of_the_walk_through()
    {
        ShellResult result = await ShellProcess.RunAsync(
            ["-Demo", "-Command", "(Get-ArImageTag us-docker.pkg.dev/shop/apps/web:v42).Tag; exit 3"]);

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(["v42"], result.Lines);
    }

    [Fact]
    public async Task At_a_terminal_the_walk_through_leaves_a_prompt_with_its_variables()
    {
        await using ShellTerminal terminal = ShellTerminal.Start("-Demo");

        await terminal.WaitForAsync("Your turn");
        await terminal.CommandAsync("\"it is $app\"; exit 4");
        await terminal.WaitForAsync("\nit is us-docker.pkg.dev/shop/apps/web");

        Assert.Equal(4, await terminal.WaitForExitAsync());
    }
}
