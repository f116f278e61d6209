using Xunit;

namespace ArtifactRegistry.Tests;

public sealed class ShellTerminalTests
{
    private const string Remove =
        "function Remove-Thing { [CmdletBinding(SupportsShouldProcess, ConfirmImpact='High')] param() "
        + "if ($PSCmdlet.ShouldProcess('thing', 'Remove')) { 're' + 'moved' } }";

    private const string Question =
        "[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [S] Suspend  [?] Help (default is \"Y\"): ";

    [Fact]
    public async Task Commands_run_until_exit_and_its_code_is_kept()
    {
        await using ShellTerminal terminal = ShellTerminal.Start();

        await terminal.CommandAsync("6 * 7");
        await terminal.WaitForAsync("\n42");
        await terminal.CommandAsync("exit 5");

        Assert.Equal(5, await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task ControlD_leaves_an_empty_prompt()
    {
        await using ShellTerminal terminal = ShellTerminal.Start();

        await terminal.WaitForAsync("PS> ");
        await terminal.TypeAsync(ShellTerminal.ControlD);

        Assert.Equal(0, await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task ControlC_stops_the_pipeline_and_not_the_shell()
    {
        await using ShellTerminal terminal = ShellTerminal.Start();

        await terminal.CommandAsync("'run' + 'ning'; while ($true) { }; 'not here'");
        await terminal.WaitForAsync("running");
        await terminal.TypeAsync(ShellTerminal.ControlC);
        await terminal.CommandAsync("'ali' + 've'");
        await terminal.WaitForAsync("alive");
        await terminal.CommandAsync("exit");

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.DoesNotContain("\nnot here", terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ControlC_ends_a_command_that_is_not_interactive()
    {
        await using ShellTerminal terminal = ShellTerminal.Start("-c \"'run' + 'ning'; while (1) { }; 'not here'\"");

        await terminal.WaitForAsync("running");
        await terminal.TypeAsync(ShellTerminal.ControlC);

        Assert.Equal(1, await terminal.WaitForExitAsync());
        Assert.DoesNotContain("not here", terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ControlC_discards_what_is_typed()
    {
        await using ShellTerminal terminal = ShellTerminal.Start();

        await terminal.WaitForAsync("PS> ");
        await terminal.TypeAsync("exit 9" + ShellTerminal.ControlC);
        await terminal.CommandAsync("exit 2");

        Assert.Equal(2, await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task A_question_is_asked_and_its_answer_counts()
    {
        await using ShellTerminal terminal = ShellTerminal.Start();

        await terminal.CommandAsync(Remove);
        await terminal.CommandAsync("Remove-Thing");
        await terminal.WaitForAsync(Question);
        await terminal.TypeAsync("?\r");
        await terminal.WaitForAsync("N - ");
        await terminal.WaitForAsync(Question);
        await terminal.TypeAsync("n\r");
        await terminal.CommandAsync("Remove-Thing; 'af' + 'ter'");
        await terminal.WaitForAsync(Question);
        Assert.DoesNotContain("\nremoved", terminal.Screen, StringComparison.Ordinal);
        await terminal.TypeAsync("\r");
        await terminal.WaitForAsync("\nremoved");
        await terminal.WaitForAsync("\nafter");
        await terminal.CommandAsync("exit");
        await terminal.WaitForExitAsync();
    }

    [Fact]
    public async Task ControlC_at_a_question_is_no_answer()
    {
        await using ShellTerminal terminal = ShellTerminal.Start();

        await terminal.CommandAsync(Remove);
        await terminal.CommandAsync("Remove-Thing; 'not ' + 'here'");
        await terminal.WaitForAsync(Question);
        await terminal.TypeAsync(ShellTerminal.ControlC);
        await terminal.CommandAsync("exit");
        await terminal.WaitForExitAsync();

        Assert.DoesNotContain("\nremoved", terminal.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("\nnot here", terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suspend_opens_a_prompt_and_exit_goes_back_to_the_question()
    {
        await using ShellTerminal terminal = ShellTerminal.Start();

        await terminal.CommandAsync(Remove);
        await terminal.CommandAsync("Remove-Thing");
        await terminal.WaitForAsync(Question);
        await terminal.TypeAsync("s\r");
        await terminal.WaitForAsync("PS>> ");
        await terminal.TypeAsync("'nes' + 'ted'\r");
        await terminal.WaitForAsync("\nnested");
        await terminal.WaitForAsync("PS>> ");
        await terminal.TypeAsync("exit\r");
        await terminal.WaitForAsync(Question);
        await terminal.TypeAsync("y\r");
        await terminal.WaitForAsync("\nremoved");
        await terminal.CommandAsync("exit");

        Assert.Equal(0, await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task An_incomplete_command_goes_on_in_the_next_line()
    {
        await using ShellTerminal terminal = ShellTerminal.Start();

        await terminal.CommandAsync("if ($true) {");
        await terminal.WaitForAsync(">> ");
        await terminal.TypeAsync("'in' + 'side' }\r");
        await terminal.WaitForAsync("\ninside");
        await terminal.CommandAsync("exit");
        await terminal.WaitForExitAsync();
    }

    [Fact]
    public async Task Tab_completes_commands_and_Up_brings_the_last_one_back()
    {
        await using ShellTerminal terminal = ShellTerminal.Start();

        await terminal.WaitForAsync("PS> ");
        await terminal.TypeAsync("1..2 | ForEach-Ob\t { \"n$_\" }\r");
        await terminal.WaitForAsync("ForEach-Object");
        await terminal.WaitForAsync("\nn1");
        await terminal.WaitForAsync("PS> ");
        await terminal.TypeAsync(ShellTerminal.Up + "; 'n' + 3\r");
        await terminal.WaitForAsync("\nn1");
        await terminal.WaitForAsync("\nn3");
        await terminal.CommandAsync("exit");
        await terminal.WaitForExitAsync();
    }

    [Fact]
    public async Task Tab_completes_members_and_paths_and_leaves_no_errors()
    {
        await using ShellTerminal terminal = ShellTerminal.Start();

        await terminal.WaitForAsync("PS> ");
        await terminal.TypeAsync("[datetime]::MaxV\t.Year\r");
        await terminal.WaitForAsync("\n9999");
        await terminal.WaitForAsync("PS> ");
        await terminal.TypeAsync("cd /et\t\r");
        await terminal.CommandAsync("\"in $pwd with $($Error.Count) errors\"; exit");
        await terminal.WaitForAsync("\nin /etc with 0 errors");
        await terminal.WaitForExitAsync();
    }

    [Fact]
    public async Task Errors_are_red_at_a_terminal_and_plain_with_NO_COLOR()
    {
        await using ShellTerminal coloured = ShellTerminal.Start("-c 'throw 1'");
        await using ShellTerminal plain = ShellTerminal.Start("-c 'throw 1'", ("NO_COLOR", "1"));

        Assert.Equal(1, await coloured.WaitForExitAsync());
        Assert.Equal(1, await plain.WaitForExitAsync());

        Assert.Contains("\e[31;1mException: ", coloured.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[31", plain.Screen, StringComparison.Ordinal);
        Assert.Contains("Exception: 1", plain.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_is_one_line_that_goes_away()
    {
        await using ShellTerminal terminal = ShellTerminal.Start();

        await terminal.CommandAsync("Write-Progress ('Wor' + 'king') half; 'out' + 'put'");
        await terminal.WaitForAsync("Working: half\r\e[Koutput");
        await terminal.CommandAsync("exit");
        await terminal.WaitForExitAsync();
    }
}
