using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace ArtifactRegistry;

/// <summary>
/// The word before the cursor without its quotes, and the form in which its completion is written. The engine closes
/// open quotes and expands variables, so that <c>"${app}:v</c> arrives as the name that it stands for.
/// </summary>
internal sealed partial class TypedWord
{
    private readonly char? _quote;

    public TypedWord(string? typed)
    {
        typed ??= "";
        _quote = typed is ['\'' or '"' or '‘' or '’' or '“' or '”', ..]
            ? (typed[0] is '"' or '“' or '”' ? '"' : '\'')
            : null;
        if (_quote is null)
        {
            Text = typed;
            return;
        }

        string inner = typed[1..];
        if (inner.Length > 0 && inner[^1] == typed[0]) inner = inner[..^1];
        Text = inner.Replace(new string(typed[0], 2), typed[..1], StringComparison.Ordinal);
    }

    /// <summary>The typed text, as the command would get it.</summary>
    public string Text { get; }

    /// <summary>
    /// Gets a name in the form for the command line: in the quotes that were typed, or in quotes if it needs them.
    /// </summary>
    public CompletionResult Complete(Suggestion suggestion)
    {
        string text = _quote switch
        {
            '"' => '"' + InDoubleQuotes().Replace(suggestion.Name, "`$0") + '"',
            null when suggestion.IsPlain || Plain().IsMatch(suggestion.Name) => suggestion.Name,
            _ => $"'{CodeGeneration.EscapeSingleQuotedStringContent(suggestion.Name)}'",
        };
        string label = suggestion.Label ?? suggestion.Name;
        return new CompletionResult(
            text,
            label,
            CompletionResultType.ParameterValue,
            suggestion.Detail ?? suggestion.Name
        );
    }

    // Text that the parser takes for one plain word anywhere. A leading digit could begin a number: 1.10 would be 1.1.
    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_./:@+=?*~%\[\]-]*$")]
    private static partial Regex Plain();

    [GeneratedRegex("[`$\"“”]")]
    private static partial Regex InDoubleQuotes();
}
