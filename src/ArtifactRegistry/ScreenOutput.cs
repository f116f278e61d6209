using System.Management.Automation;
using System.Management.Automation.Language;

namespace ArtifactRegistry;

/// <summary>Tells output that a person only sees on the screen from output that something takes.</summary>
internal static class ScreenOutput
{
    /// <summary>The maximum number of rows shown on the screen; the last line summarizes them.</summary>
    public const int MaxRows = 100;

    /// <summary>
    /// Gets whether a command was typed at the prompt of a console as a statement of its own, so that its rows go to the
    /// screen and nowhere else. In doubt they do not.
    /// </summary>
    public static bool IsAll(PSCmdlet cmdlet)
    {
        InvocationInfo invocation = cmdlet.MyInvocation;
        if (cmdlet.Host.Name != "ConsoleHost" || Console.IsOutputRedirected || Console.IsInputRedirected
            || cmdlet.CommandOrigin != CommandOrigin.Runspace
            || invocation.BoundParameters.ContainsKey("OutVariable") || invocation.BoundParameters.ContainsKey("PipelineVariable")
            || string.IsNullOrEmpty(invocation.Line))
            return false;
        ScriptBlockAst line = Parser.ParseInput(invocation.Line, out _, out ParseError[] errors);
        return errors.Length == 0
            && line.Find(ast => ast is CommandAst && ast.Extent.StartColumnNumber == invocation.OffsetInLine, searchNestedScriptBlocks: true)
                is CommandAst { Redirections.Count: 0, Parent: PipelineAst { Parent: NamedBlockAst { Parent: ScriptBlockAst { Parent: null } } } pipeline } command
            && pipeline.PipelineElements[^1] == command
            && !pipeline.Extent.Text.TrimEnd().EndsWith('&');
    }
}
