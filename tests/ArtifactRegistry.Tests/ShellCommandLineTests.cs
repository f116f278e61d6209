using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>The program that starts PowerShell: what it is given goes through, and what comes back as well.</summary>
public sealed class ShellCommandLineTests
{
    [Fact]
    public async Task It_is_PowerShell_itself_with_the_module_loaded()
    {
        ProcessResult result = await ShellProcess.RunAsync(
            ["-NoProfile", "-Command", "$Host.Name; (Get-Module).Path; $ExecutionContext.SessionState.LanguageMode"]);

        Assert.Empty(result.Error);
        Assert.Equal("ConsoleHost", result.Lines[0]);
        Assert.Contains(Path.Combine(Checkout.Root, "bin", "ArtifactRegistry.dll"), result.Lines);
        Assert.Equal("FullLanguage", result.Lines[^1]);
    }

    [Theory]
    [InlineData("exit 4", 4)]
    [InlineData("1", 0)]
    [InlineData("throw 'no'", 1)]
    public async Task The_exit_code_is_that_of_PowerShell(string command, int expected)
    {
        ProcessResult result = await ShellProcess.RunAsync(["-NoProfile", "-Command", command]);

        Assert.Equal(expected, result.ExitCode);
    }

    [Fact]
    public async Task A_script_gets_its_arguments_as_they_are()
    {
        using ShellScript script = new("""
            param([string] $Name, [switch] $Quick, [int] $Count)
            "$Name|$Quick|$Count|$args"
            (Get-Module ArtifactRegistry).Name
            exit 7
            """);

        ProcessResult result = await ShellProcess.RunAsync(
            ["-NoProfile", "-File", script.Path, "-Name", "it's \"$HOME\" & more", "-Quick", "-Count", "3", "", "a b"]);

        Assert.Equal(["it's \"$HOME\" & more|True|3| a b", "ArtifactRegistry"], result.Lines);
        Assert.Equal(7, result.ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("xterm")]
    [InlineData("dumb")]
    public async Task Commands_are_read_from_standard_input_and_no_control_sequence_is_written(string terminal)
    {
        ProcessResult result = await ShellProcess.RunAsync(
            ["-NoProfile", "-Command", "-"],
            "(Get-Module ArtifactRegistry).Name\nexit 3\n'not here'\n",
            [("TERM", terminal)]
        );

        Assert.Equal(["ArtifactRegistry"], result.Lines);
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task It_reports_its_use_to_nobody()
    {
        ProcessResult result = await ShellProcess.RunAsync([
            "-NoProfile",
            "-Command",
            "[Microsoft.PowerShell.Telemetry.ApplicationInsightsTelemetry]::CanSendTelemetry",
        ]);

        Assert.Equal(["False"], result.Lines);
    }

    [Fact]
    public async Task A_missing_module_is_named()
    {
        string folder = Path.GetTempPath();

        ProcessResult result = await ShellProcess.RunAsync(["-NoProfile", "-Command", "'not here'"], module: folder);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(Path.Combine(folder, "ArtifactRegistry.psd1"), result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("@{ ModuleVersion = '1.0'; RootModule = 'bin/ArtifactRegistry.dll' }", "bin/ArtifactRegistry.dll")]
    [InlineData("@{ ModuleVersion = '1.0'; TypesToProcess = 'bin/none.ps1xml' }", "none.ps1xml")]
    [InlineData("@{ ModuleVersion = ", "ArtifactRegistry.psd1")]
    public async Task A_module_that_cannot_be_loaded_ends_the_process(string manifest, string named)
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "ArtifactRegistry.psd1"), manifest, TestContext.Current.CancellationToken);

        ProcessResult result = await ShellProcess.RunAsync(
            ["-NoProfile", "-Command", "'not here'"],
            module: folder.Path
        );

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("The module could not be loaded.", result.Error, StringComparison.Ordinal);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }
}
