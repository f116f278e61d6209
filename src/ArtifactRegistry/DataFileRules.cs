using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using ArtifactRegistry.Operations.CleanUp.Stale;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>
/// Reads the values of a PowerShell data file (.psd1), with their lines. Nothing of it is run: only constants, lists
/// and tables are values, and anything else is reported.
/// </summary>
internal static partial class DataFileRules
{
    private const string NotData =
        "A file of rules is one table, @{ … }, and nothing beside it. It is read and not run.";

    private const int MaxMessage = 300;

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="problems">Receives what is wrong with its syntax.</param>
    /// <returns>The value; null if it cannot be read.</returns>
    public static RuleValue? Parse(string text, List<StaleRuleProblem> problems)
    {
        // The parser itself loads what a file names in statements such as using, which come first.
        if (Beginning().Match(text) is { Success: false })
        {
            problems.Add(new StaleRuleProblem(1, null, NotData));
            return null;
        }

        ScriptBlockAst script = Parser.ParseInput(text, out _, out ParseError[] errors);
        // That a name is there twice is reported as for JSON.
        foreach (ParseError error in errors.Where(error => error.ErrorId != "DuplicateKeyInHashLiteral"))
            problems.Add(new StaleRuleProblem(
                error.Extent.StartLineNumber,
                null,
                SafeText.CleanLine($"This is not PowerShell: {error.Message}", MaxMessage)));
        if (problems.Count > 0) return null;

        StatementAst[] statements = [.. script.EndBlock.Statements];
        if (statements.Length == 1)
        {
            RuleValue value = Read(statements[0], problems);
            return problems.Count == 0 ? value : null;
        }

        problems.Add(new StaleRuleProblem(statements[1].Extent.StartLineNumber, null, NotData));
        return null;
    }

    private static RuleValue Read(Ast value, List<StaleRuleProblem> problems)
    {
        int line = value.Extent.StartLineNumber;
        return value switch
        {
            PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0 } only] } =>
                Read(only.Expression, problems),
            ParenExpressionAst parentheses => Read(parentheses.Pipeline, problems),
            StringConstantExpressionAst text => new RuleText(line, text.Value),
            ConstantExpressionAst number => new RuleNumber(line, number.Extent.Text),
            ArrayLiteralAst list => new RuleList(line, [.. list.Elements.Select(item => Read(item, problems))]),
            ArrayExpressionAst list => new RuleList(
                line,
                [
                    .. list.SubExpression.Statements.Select(item => Read(item, problems))
                        .SelectMany(item => item is RuleList inner ? inner.Items : [item]),
                ]),
            HashtableAst table => new RuleTable(
                line,
                [
                    .. table.KeyValuePairs.Where(pair => IsName(pair.Item1, problems)).Select(pair => new RuleEntry(
                        pair.Item1.Extent.StartLineNumber,
                        ((StringConstantExpressionAst)pair.Item1).Value,
                        Read(pair.Item2, problems))),
                ]),
            VariableExpressionAst variable when bool.TryParse(variable.VariablePath.UserPath, out bool isOn) =>
                new RuleSwitch(line, isOn),
            VariableExpressionAst variable when variable.VariablePath.UserPath is string name =>
                new RuleOther(line, $"${SafeText.CleanLine(name, 40)}"),
            ExpandableStringExpressionAst => new RuleOther(line, "a text with a variable in it"),
            PipelineAst { PipelineElements: [CommandAst] } =>
                new RuleOther(line, "a word without quotation marks, which would be a command"),
            _ => new RuleOther(line, "an expression, which would have to be run"),
        };
    }

    private static bool IsName(ExpressionAst key, List<StaleRuleProblem> problems)
    {
        if (key is StringConstantExpressionAst) return true;
        problems.Add(new StaleRuleProblem(key.Extent.StartLineNumber, null, "The name of a setting must be a word."));
        return false;
    }

    // A table, after white space and comments.
    [GeneratedRegex(
        @"\A(\s+|#[^\r\n]*|<#([^#]|#+[^#>])*#+>)*@\{",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Beginning();
}
