using Xunit;

namespace ArtifactRegistry.Tests;

public sealed class ShellCmdletTests
{
    [Fact]
    public async Task A_command_that_nobody_has_is_not_recognised()
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", "Get-Nonsense"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("'Get-Nonsense' is not recognized", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Select_First_ends_what_comes_before_it()
    {
        ShellResult result = await ShellProcess.RunAsync(
            ["-c", "1..1000000 | ForEach-Object { $global:seen = $_; $_ } | Select-Object -First 2; \"seen $seen\""]);

        Assert.Equal(["1", "2", "seen 2"], result.Lines);
    }

    [Fact]
    public async Task The_cmdlets_are_those_of_pwsh_also_by_their_aliases_and_full_names()
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", """
            (Get-Command Select-Object, Get-ChildItem, Get-Credential).ImplementingType.FullName
            (Get-Command measure, gc, fhx).ResolvedCommandName
            (Microsoft.PowerShell.Utility\Get-Date).Kind
            ('{"a":[1,2]}' | ConvertFrom-Json).a
            (Microsoft.PowerShell.Management\Get-Item $PSHOME).PSIsContainer
            """]);

        Assert.Empty(result.Error);
        Assert.Equal(
            [
                "Microsoft.PowerShell.Commands.SelectObjectCommand", "Microsoft.PowerShell.Commands.GetChildItemCommand",
                "Microsoft.PowerShell.Commands.GetCredentialCommand", "Measure-Object", "Get-Content", "Format-Hex",
                "Local", "1", "2", "True",
            ],
            result.Lines);
    }

    [Fact]
    public async Task Objects_can_be_formatted_as_table_and_as_list()
    {
        ShellResult result = await ShellProcess.RunAsync(
            ["-c", "$o = [pscustomobject]@{ A = 1; B = 2 }; $o | Format-Table B -AutoSize; $o | Format-List *"]);

        Assert.Equal(["", "B", "-", "2", "", "", "A : 1", "B : 2"], result.Lines.Take(8));
    }

    [Fact]
    public async Task Objects_can_be_piped_to_a_native_program()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("There is no cat on Windows.");

        ShellResult result = await ShellProcess.RunAsync(["-c", "'b', 'a' | /bin/cat"]);

        Assert.Equal(["b", "a"], result.Lines);
    }
}
