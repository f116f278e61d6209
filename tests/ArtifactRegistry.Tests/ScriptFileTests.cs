using System.Management.Automation.Language;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>
/// The rules of PSScriptAnalyzer that matter here, over the scripts of the checkout; the analyzer itself is not to be
/// had where this is built.
/// </summary>
public sealed class ScriptFileTests
{
    private static readonly Lazy<(string Name, ScriptBlockAst Tree)[]> Scripts = new(() =>
        [
            .. new[] { "*.ps1", "*.psm1" }
                .SelectMany(pattern => Directory.EnumerateFiles(Checkout.Root, pattern, SearchOption.AllDirectories))
                .Select(file => Path.GetRelativePath(Checkout.Root, file).Replace('\\', '/'))
                .Where(name =>
                    !name.Split('/')
                        .Any(part => part is "bin" or "obj" or "modules" or "artifacts" || part.StartsWith('.'))
                )
                .Select(name => (name, Parser.ParseFile(Path.Combine(Checkout.Root, name), out _, out _))),
        ]
    );

    private static readonly Lazy<(HashSet<string> Aliases, HashSet<string> Verbs)> Words = new(() =>
    {
        using PowerShellSession session = new();
        return (
            [
                .. session.Run("(Get-Alias).Name").Output.Select(name => name.ToString()),
                "where",
                "foreach",
                "select",
                "sort",
                "group",
                "measure",
                "?",
                "%",
            ],
            [.. session.Run("(Get-Verb).Verb").Output.Select(verb => verb.ToString())]
        );
    });

    [Fact]
    public void No_command_is_an_alias() =>
        MustBeEmpty<CommandAst>(command =>
            command.GetCommandName() is string name
            && Words.Value.Aliases.Contains(name, StringComparer.OrdinalIgnoreCase)
        );

    [Fact]
    public void Functions_have_approved_verbs() =>
        MustBeEmpty<FunctionDefinitionAst>(function =>
            function.Name.Contains('-', StringComparison.Ordinal)
            && !Words.Value.Verbs.Contains(function.Name.Split('-')[0], StringComparer.Ordinal)
        );

    [Fact]
    public void No_parameter_is_unused() =>
        MustBeEmpty<ParameterAst>(parameter =>
            Body(parameter) is Ast body
            && !body.FindAll(each => each is VariableExpressionAst, true)
                .Cast<VariableExpressionAst>()
                .Any(use =>
                    use.Parent != parameter
                    && (
                        Is(use, parameter.Name.VariablePath.UserPath)
                        || Is(use, "PSBoundParameters")
                        || (Is(use, "args") && use.Splatted)
                    )
                )
        );

    [Fact]
    public void No_variable_is_assigned_and_never_read() =>
        MustBeEmpty<AssignmentStatementAst>(assignment =>
            assignment.Left
                is VariableExpressionAst
            {
                VariablePath: { IsDriveQualified: false, IsScript: false, IsGlobal: false } path
            }
            && path.UserPath is not "null"
            && !path.UserPath.EndsWith("Preference", StringComparison.Ordinal)
            && !Root(assignment)
                .FindAll(
                    each => each is VariableExpressionAst use && use != assignment.Left && Is(use, path.UserPath),
                    true
                )
                .Any(use => use.Parent is not AssignmentStatementAst other || other.Left != use)
        );

    /// <summary>But where a script says why, in the form that the analyzer knows.</summary>
    [Theory]
    [InlineData("Write-Host", "PSAvoidUsingWriteHost")]
    [InlineData("Invoke-Expression", "PSAvoidUsingInvokeExpression")]
    public void No_script_calls(string cmdlet, string rule) => MustBeEmpty<CommandAst>(command =>
        string.Equals(command.GetCommandName(), cmdlet, StringComparison.OrdinalIgnoreCase)
        && !Root(command).Extent.Text.Contains($"SuppressMessageAttribute('{rule}'", StringComparison.Ordinal));

    [Fact]
    public void No_error_is_swallowed() => MustBeEmpty<CatchClauseAst>(clause =>
        clause.Body.Statements.Count == 0 && !clause.Body.Extent.Text.Contains('#', StringComparison.Ordinal));

    [Fact]
    public void Null_stands_on_the_left() =>
        MustBeEmpty<BinaryExpressionAst>(comparison =>
            comparison.Operator is TokenKind.Ieq or TokenKind.Ine
            && comparison.Right is VariableExpressionAst right
            && Is(right, "null")
        );

    /// <summary>
    /// A script that somebody starts ends at its first error; pwsh goes on and exits with 0 otherwise.
    /// </summary>
    [Fact]
    public void Scripts_that_are_started_stop_at_errors()
    {
        string[] started =
        [
            .. Scripts
                .Value.Select(script => script.Name)
                .Where(name =>
                    name.EndsWith(".ps1", StringComparison.Ordinal)
                    && !name.EndsWith(".Tests.ps1", StringComparison.Ordinal)
                    && !name.Contains("/Demo/", StringComparison.Ordinal)
                ),
        ];

        Assert.True(started.Length > 2, string.Join(' ', started));
        Assert.All(started, name =>
            Assert.Matches(
                @"(?m)^\$ErrorActionPreference = 'Stop'",
                File.ReadAllText(Path.Combine(Checkout.Root, name))
            )
        );
    }

    private static void MustBeEmpty<T>(Func<T, bool> isWrong)
        where T : Ast
    {
        int looked = 0;
        List<string> wrong = [];
        foreach ((string name, ScriptBlockAst tree) in Scripts.Value)
        {
            foreach (T each in tree.FindAll(each => each is T, true).Cast<T>())
            {
                looked++;
                if (isWrong(each))
                    wrong.Add($"{name}:{each.Extent.StartLineNumber}: {each.Extent.Text.Split('\n')[0]}");
            }
        }

        Assert.True(looked > 3, $"{looked} of {typeof(T).Name}");
        Assert.Empty(wrong);
    }

    private static Ast? Body(ParameterAst parameter) =>
        parameter.Parent is ParamBlockAst block ? block.Parent : parameter.Parent;

    private static Ast Root(Ast each)
    {
        while (each.Parent is not null) each = each.Parent;
        return each;
    }

    private static bool Is(VariableExpressionAst use, string name) =>
        string.Equals(use.VariablePath.UserPath, name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(use.VariablePath.UserPath, "using:" + name, StringComparison.OrdinalIgnoreCase);
}
