using Xunit;

namespace ArtifactRegistry.Tests;

public sealed class ShellCmdletTests
{
    [Fact]
    public async Task A_command_that_only_pwsh_has_says_so()
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", "'x' | ConvertFrom-Json -Depth 3"]);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(
            "ConvertFrom-Json: This small shell has no ConvertFrom-Json; PowerShell (pwsh) does.",
            result.Error, StringComparison.Ordinal);
    }

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
    public async Task The_cmdlets_that_are_here_do_what_those_of_pwsh_do()
    {
        // One process for all: starting it costs more than the cases themselves.
        const string Rows = """
            $rows = [pscustomobject]@{ Name = 'x'; Size = 30; Tags = @('a') },
                [pscustomobject]@{ Name = 'y'; Size = 4; Tags = @('b') },
                [pscustomobject]@{ Name = 'x'; Size = 30; Tags = @('c') }
            """;
        (string Command, string Expected)[] cases =
        [
            ("1..5 | Select-Object -Last 2", "4 5"),
            ("1..5 | Select-Object -Skip 3", "4 5"),
            ("1..5 | Select-Object -Skip 1 -First 2", "2 3"),
            ("1..5 | Select-Object -Skip 1 -Last 2", "3 4"),
            ("1..5 | Select-Object -First 0", ""),
            ("1, 2, 1, 3 | Select-Object -Unique", "1 2 3"),
            ("$rows | Select-Object -ExpandProperty Tags", "a b c"),
            ("$rows | Select-Object Name, Size -Unique | ForEach-Object { \"$_\" }",
                "@{Name=x; Size=30} @{Name=y; Size=4}"),
            ("$rows | Select-Object @{ n = 'Half'; e = { $_.Size / 2 } } | ForEach-Object Half", "15 2 15"),
            ("3, 10, 2 | Sort-Object", "2 3 10"),
            ("'b', 'A', 'c' | Sort-Object -Descending", "c b A"),
            ("$rows | Sort-Object Size, { $_.Tags[0] } | ForEach-Object { $_.Tags[0] }", "b a c"),
            ("$rows | Sort-Object Name -Unique | ForEach-Object Name", "x y"),
            ("($rows | Measure-Object Size -Sum).Sum", "64"),
            ("(1..4 | Measure-Object).Count", "4"),
            ("Get-Date '2026-02-03' -Format yyyy/MM/dd", "2026/02/03"),
            ("(Get-Date).Kind; (Get-Date).AddDays(-1) -lt (Get-Date)", "Local True"),
            ("(Write-Host hidden 6>&1).MessageData.Message", "hidden"),
            ("Write-Output 1 2 (3, 4)", "1 2 3 4"),
            ("('x' | Out-String).Trim()", "x"),
            ("$rows[1] | ConvertTo-Json -Compress", """{"Name":"y","Size":4,"Tags":["b"]}"""),
            ("1, 'a…', $null, $true, 1.5 | ConvertTo-Json -Compress", """[1,"a…",null,true,1.5]"""),
            ("@{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json -Compress",
                """{"a":{"b":{"c":"System.Collections.Hashtable"}}}"""),
            ("[DayOfWeek]::Monday | ConvertTo-Json; [DayOfWeek]::Monday | ConvertTo-Json -EnumsAsStrings", "1 \"Monday\""),
            ("Start-Sleep -Milliseconds 1; Start-Sleep 0", ""),
            ("Set-Location /; (Get-Location).Path.Length -lt 4; cd; (pwd).Path -eq $HOME", "True True"),
        ];
        string script = Rows + "\n" + string.Join('\n', cases.Select(c => $"\"$({c.Command})\""));

        ShellResult result = await ShellProcess.RunAsync(["-Command", "-"], script);

        Assert.Empty(result.Error);
        Assert.Equal(cases.Select(c => $"{c.Command} => {c.Expected}"),
            cases.Zip(result.Lines, (c, line) => $"{c.Command} => {line}"));
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
