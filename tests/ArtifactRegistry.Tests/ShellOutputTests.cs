using Xunit;

namespace ArtifactRegistry.Tests;

public sealed class ShellOutputTests
{
    private const char Escape = '\e';

    [Fact]
    public async Task Output_is_formatted_as_PowerShell_formats_it()
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", "[pscustomobject]@{ Tag = 'v1'; Size = 84 }; 'text'"]);

        Assert.Equal(["", "Tag Size", "--- ----", "v1    84", "text"], result.Lines);
    }

    [Fact]
    public async Task Only_errors_go_to_standard_error()
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", """
            $VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
            Write-Warning a; Write-Verbose b; Write-Debug c; Write-Information d; Write-Host e; Write-Output f
            Write-Error g
            """]);

        Assert.Equal(["WARNING: a", "VERBOSE: b", "DEBUG: c", "d", "e", "f"], result.Lines);
        Assert.Equal("Write-Error: g", result.Error.TrimEnd());
    }

    [Fact]
    public async Task An_error_is_one_line_with_the_name_of_the_command()
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", "Get-Module -Name x -ListAvailable -All -Refresh no"]);

        Assert.StartsWith("Get-Module: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().ReplaceLineEndings("\n").Split('\n'));
    }

    [Fact]
    public async Task An_error_in_a_script_shows_its_line()
    {
        using ShellScript script = new("'first'\nthrow 'boom'");

        ShellResult result = await ShellProcess.RunAsync([script.Path]);

        string[] lines = result.Error.TrimEnd().ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(
            [$"Exception: {script.Path}:2", "Line |", "   2 |  throw 'boom'", "     |  ~~~~~~~~~~~~", "     | boom"],
            lines);
    }

    [Fact]
    public async Task An_incomplete_command_shows_where_it_breaks_off()
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", "if ("]);

        Assert.Contains("Missing condition in if statement", result.Error, StringComparison.Ordinal);
        Assert.Contains("1 |  if (", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirected_output_has_no_escape_codes()
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", """
            Write-Progress Working half
            [pscustomobject]@{ A = 1 }
            Write-Host red -ForegroundColor Red
            Write-Warning careful
            "$($PSStyle.Foreground.Red)coloured$($PSStyle.Reset)"
            Write-Error bad
            """]);

        Assert.DoesNotContain(Escape, result.Output);
        Assert.DoesNotContain(Escape, result.Error);
        Assert.DoesNotContain("Working", result.Output, StringComparison.Ordinal);
        Assert.Contains("coloured", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_appears_before_the_command_ends()
    {
        // The command waits for a file that appears only after its first line of output was read.
        string signal = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(
                ShellProcess.DotNet,
                [ShellProcess.Assembly, "-c", $"'first'; while (-not [IO.File]::Exists('{signal}')) {{ }}; 'second'"])
            { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        try
        {
            Assert.Equal("first", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            await File.WriteAllTextAsync(signal, "", TestContext.Current.CancellationToken);
            Assert.Equal("second", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(signal);
            process.Kill();
        }
    }
}
