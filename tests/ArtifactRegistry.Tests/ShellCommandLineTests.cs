using Xunit;

namespace ArtifactRegistry.Tests;

public sealed class ShellCommandLineTests
{
    [Theory]
    [InlineData("1 + 1", 0)]
    [InlineData("exit 4", 4)]
    [InlineData("exit 0; 1", 0)]
    [InlineData("throw 'no'", 1)]
    [InlineData("Write-Error no", 1)]
    [InlineData("Write-Error no; 1", 0)]
    [InlineData("if (", 1)]
    [InlineData("1 # a comment at the end", 0)]
    [InlineData("", 0)]
    public async Task The_exit_code_of_a_command_is_what_pwsh_gives(string command, int expected)
    {
        ShellResult result = await ShellProcess.RunAsync(["-Command", command]);

        Assert.Equal(expected, result.ExitCode);
    }

    [Theory]
    [InlineData("'done'", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("function f { exit 9 }; f; 'not here'", 9)]
    [InlineData("throw 'no'", 1)]
    [InlineData("if (", 1)]
    [InlineData("Write-Error 'not the end'", 0)]
    [InlineData("$ErrorActionPreference = 'Stop'; Write-Error no; exit 5", 1)]
    public async Task The_exit_code_of_a_script_is_what_pwsh_gives(string text, int expected)
    {
        using ShellScript script = new(text);

        ShellResult result = await ShellProcess.RunAsync(["-File", script.Path]);

        Assert.Equal(expected, result.ExitCode);
        Assert.DoesNotContain("not here", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_engine_reports_to_nobody()
    {
        ShellResult result = await ShellProcess.RunAsync(
            ["-Command", "[Microsoft.PowerShell.Telemetry.ApplicationInsightsTelemetry]::CanSendTelemetry"]);

        Assert.Equal("False\n", result.Output);
    }

    [Fact]
    public async Task A_script_gets_its_arguments_by_name_and_by_position()
    {
        using ShellScript script = new("""
            param([string] $Name, [switch] $Quick, [switch] $Quiet, [int] $Count, [string] $Rest)
            "$Name|$Quick|$Quiet|$Count|$Rest"
            """);

        ShellResult result = await ShellProcess.RunAsync(
            ["-File", script.Path, "-Name", "it's $HOME", "-Quick", "-Quiet:$false", "-Count:", "3", "-5"]);

        Assert.Equal(["it's $HOME|True|False|3|-5"], result.Lines);
    }

    [Fact]
    public async Task A_script_without_parameters_finds_its_arguments_and_its_folder()
    {
        using ShellScript script = new("\"$($args.Count): $args\"; $PSScriptRoot");

        ShellResult result = await ShellProcess.RunAsync([script.Path, "a b", "-x", "c"]);

        Assert.Equal(["3: a b -x c", Path.GetDirectoryName(script.Path)!], result.Lines);
    }

    [Fact]
    public async Task An_argument_that_does_not_fit_the_parameter_fails()
    {
        using ShellScript script = new("param([int] $Count) 'not here'");

        ShellResult result = await ShellProcess.RunAsync(["-f", script.Path, "-Count", "many"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("parameter 'Count'", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Commands_from_standard_input_run_one_after_the_other()
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", "-"], "'one'\nif ($true) {\n'two'\n}\nWrite-Error no");

        Assert.Equal(["one", "two"], result.Lines);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task Exit_on_standard_input_ends_the_shell()
    {
        ShellResult result = await ShellProcess.RunAsync([], "'one'\nexit 3\n'two'\n");

        Assert.Equal(["one"], result.Lines);
        Assert.Equal(3, result.ExitCode);
    }

    [Theory]
    [InlineData("-Nonsense")]
    [InlineData("-File")]
    [InlineData("-File", "nowhere.ps1")]
    [InlineData("-Command", "-", "more")]
    [InlineData("Get-Date")]
    public async Task A_wrong_command_line_is_refused_with_64_and_the_usage(params string[] arguments)
    {
        ShellResult result = await ShellProcess.RunAsync(arguments);

        Assert.Equal(64, result.ExitCode);
        Assert.Contains("-Command", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("-h", "-NonInteractive")]
    [InlineData("--HELP", "-NonInteractive")]
    [InlineData("-v", "ArtifactRegistry.Shell ")]
    public async Task Help_and_version_are_told(string argument, string expected)
    {
        ShellResult result = await ShellProcess.RunAsync([argument]);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_module_is_loaded_at_the_start()
    {
        ShellResult result = await ShellProcess.RunAsync(["-NoProfile", "-c", "(Get-Module).Name; $Host.Name"]);

        Assert.Equal(
            [
                "ArtifactRegistry", "Microsoft.PowerShell.Commands.Management", "Microsoft.PowerShell.Commands.Utility",
                "Microsoft.PowerShell.Security", "ArtifactRegistryShell",
            ],
            result.Lines);
    }

    [Fact]
    public async Task A_missing_module_is_a_clear_error()
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", "'not here'"], module: Path.GetTempPath());

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("ArtifactRegistry.psd1", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_module_that_fails_to_load_is_a_clear_error()
    {
        string folder = Directory.CreateTempSubdirectory("ar-broken-").FullName;
        string manifest = Path.Combine(folder, "ArtifactRegistry.psd1");
        await File.WriteAllTextAsync(
            manifest, "@{ ModuleVersion = '1.0'; RootModule = 'absent.dll' }", TestContext.Current.CancellationToken);
        try
        {
            ShellResult result = await ShellProcess.RunAsync(["-c", "'not here'"], module: folder);

            Assert.Equal(1, result.ExitCode);
            Assert.Contains(manifest, result.Error, StringComparison.Ordinal);
            Assert.Contains("absent.dll", result.Error, StringComparison.Ordinal);
            Assert.Empty(result.Output);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }
}
