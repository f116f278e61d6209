using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>Tells output that a person only sees on the screen from output that something takes.</summary>
internal static class ScreenOutput
{
    /// <summary>The number of items of which a person sees at a glance what became of them.</summary>
    public const int Handful = 5;

    private const string OutDefault = "Out-Default";

    /// <summary>
    /// Gets whether a command was typed at the prompt of a console as a statement of its own, so that its rows go to
    /// the screen and nowhere else. In doubt they do not.
    /// </summary>
    public static bool IsAll(PSCmdlet cmdlet)
    {
        InvocationInfo invocation = cmdlet.MyInvocation;
        if (cmdlet.Host.Name != "ConsoleHost" || Console.IsOutputRedirected || Console.IsInputRedirected
            || cmdlet.CommandOrigin != CommandOrigin.Runspace
            || invocation.BoundParameters.ContainsKey("OutVariable")
            || invocation.BoundParameters.ContainsKey("PipelineVariable")
            || string.IsNullOrEmpty(invocation.Line)
            || IsTakenByOutDefault(cmdlet)
        )
            return false;
        ScriptBlockAst line = Parser.ParseInput(invocation.Line, out _, out ParseError[] errors);
        return errors.Length == 0
            && line.Find(
                ast => ast is CommandAst && ast.Extent.StartColumnNumber == invocation.OffsetInLine,
                searchNestedScriptBlocks: true
            )
                is CommandAst
            {
                Redirections.Count: 0,
                Parent: PipelineAst { Parent: NamedBlockAst { Parent: ScriptBlockAst { Parent: null } } } pipeline
            } command
            && pipeline.PipelineElements[^1] == command
            && !pipeline.Extent.Text.TrimEnd().EndsWith('&');
    }

    /// <summary>Writes the line that ends a command. It is shown without -Verbose.</summary>
    public static void WriteLastWord(PSCmdlet cmdlet, string text)
    {
        // With the tag PSHOST a line is shown whatever $InformationPreference says, as with Write-Host. If the output
        // goes to a file or another program, it contains only the rows.
        bool isOnScreen = cmdlet.Host.Name != "ConsoleHost" || !Console.IsOutputRedirected;
        cmdlet.WriteInformation(
            new HostInformationMessage { Message = SafeText.Clean(text) },
            isOnScreen ? ["PSHOST", "ArtifactRegistry"] : ["ArtifactRegistry"]
        );
    }

    /// <summary>
    /// Gets whether Out-Default does more than to show: it is another command, or has an -OutVariable by default.
    /// </summary>
    private static bool IsTakenByOutDefault(PSCmdlet cmdlet) =>
        cmdlet.InvokeCommand.GetCommand(OutDefault, CommandTypes.All) is not CmdletInfo
        || (
            PSObject.AsPSObject(cmdlet.GetVariableValue("PSDefaultParameterValues") ?? "").BaseObject
                is IDictionary defaults
            && defaults
                .Keys.Cast<object>()
                .Any(key =>
                    WildcardPattern.Get($"{key}".Split(':')[0].Trim(), WildcardOptions.IgnoreCase).IsMatch(OutDefault)
                )
        );
}

/// <summary>
/// The rows of a command of which the screen shows the first hundred. Nothing that was done may be lost for that.
/// </summary>
/// <param name="cmdlet">The command.</param>
internal sealed class ScreenRows(PSCmdlet cmdlet)
{
    /// <summary>The name of the variable that gets all rows if some are not shown.</summary>
    private const string Variable = "ArLastRows";

    private const int Max = 100;

    private readonly List<object>? _all = ScreenOutput.IsAll(cmdlet) ? [] : null;
    private int _shown;

    /// <summary>Gets the sentence that says where the rows are that were not shown; empty if all were shown.</summary>
    public string Rest =>
        _all is null || _shown == _all.Count
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $" {_all.Count - _shown} more rows are not shown: ${Variable} has all {_all.Count}."
            );

    /// <summary>Writes a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isShown">Whether it is shown in any case.</param>
    public void Write(object row, bool isShown)
    {
        _all?.Add(row);
        if (_all is null || _shown < Max || isShown)
        {
            cmdlet.WriteObject(row);
            _shown++;
        }
        else if (_all.Count == _shown + 1)
        {
            // At the first one, so that the variable has what was done even if the command is interrupted.
            cmdlet.SessionState.PSVariable.Set($"global:{Variable}", _all);
        }
    }
}
