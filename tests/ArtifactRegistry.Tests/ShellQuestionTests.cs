using Xunit;

namespace ArtifactRegistry.Tests;

public sealed class ShellQuestionTests
{
    private const string Remove = """
        function Remove-Thing {
            [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param()
            if ($PSCmdlet.ShouldProcess('thing', 'Remove')) { 'removed' }
        }
        """;

    [Fact]
    public async Task A_question_that_nobody_can_answer_is_an_error()
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", Remove + "\nRemove-Thing; exit [int](-not $Error)"]);

        Assert.DoesNotContain("removed", result.Output, StringComparison.Ordinal);
        Assert.Contains("Nobody can answer a question here", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n\n\n")]
    [InlineData("y\ny\n")]
    public async Task Lines_on_standard_input_are_no_answers(string input)
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", Remove + "\nRemove-Thing"], input);

        Assert.DoesNotContain("removed", result.Output, StringComparison.Ordinal);
        Assert.Contains("Nobody can answer a question here", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blank_lines_after_a_command_on_standard_input_are_no_answers()
    {
        string input = Remove.ReplaceLineEndings("\n") + "\nRemove-Thing\n\n\ny\n'after'\n";

        ShellResult result = await ShellProcess.RunAsync(["-Command", "-"], input);

        Assert.DoesNotContain("removed", result.Output, StringComparison.Ordinal);
        Assert.Contains("after", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NonInteractive_says_so_instead_of_asking()
    {
        ShellResult result = await ShellProcess.RunAsync(["-NonInteractive", "-c", Remove + "\nRemove-Thing"]);

        Assert.DoesNotContain("removed", result.Output, StringComparison.Ordinal);
        Assert.Contains("NonInteractive mode", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_confirmation_given_before_is_not_asked_for()
    {
        ShellResult result = await ShellProcess.RunAsync(
            ["-NonInteractive", "-c", Remove + "\nRemove-Thing -Confirm:$false; Remove-Thing -WhatIf"]);

        Assert.Equal(["removed", "What if: Performing the operation \"Remove\" on target \"thing\"."], result.Lines);
    }

    [Fact]
    public async Task A_missing_mandatory_parameter_is_named_and_not_asked_for()
    {
        ShellResult result = await ShellProcess.RunAsync(
            ["-c", "function f { param([Parameter(Mandatory)] $Image) 'not here' }; f"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("missing mandatory parameters: Image", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("$Host.UI.ReadLine()")]
    [InlineData("$Host.UI.ReadLineAsSecureString()")]
    [InlineData("$Host.UI.RawUI.ReadKey()")]
    [InlineData("$Host.UI.PromptForCredential('', '', '', '')")]
    public async Task Nothing_else_can_be_asked_either(string command)
    {
        ShellResult result = await ShellProcess.RunAsync(["-c", command], "answer\n");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Nobody can answer a question here", result.Error, StringComparison.Ordinal);
    }
}
