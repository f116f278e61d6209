using System.Text.RegularExpressions;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Operations.CleanUp.Stale;

/// <summary>
/// Finds the release lines of an image by an expression with a group: with <c>^v(\d+\.\d+)\.</c>, the tag v1.4.2
/// belongs to the line 1.4.
/// </summary>
internal sealed class ReleaseLine
{
    private readonly Regex _expression;

    private ReleaseLine(Regex expression) => _expression = expression;

    /// <summary>
    /// Parses an expression; slashes around it, as around other expressions for tags, may be left out.
    /// </summary>
    /// <exception cref="FormatException">It is not valid, or has no group.</exception>
    public static ReleaseLine Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Regex expression = TagPattern.Expression(
            text.Length > 1 && text[0] == '/' && text[^1] == '/' ? text[1..^1] : text);
        return expression.GetGroupNumbers().Length > 1
            ? new ReleaseLine(expression)
            : throw new FormatException(
                $"{SafeText.Quote(text)} has no group. What is in parentheses names the release line, for example "
                    + @"'^v(\d+\.\d+)\.'.");
    }

    /// <summary>Gets the lines of an image: one or several by its tags; the empty line if no tag matches.</summary>
    /// <exception cref="RegistryException">The expression takes too long.</exception>
    public IReadOnlyCollection<string> Of(IEnumerable<string> tags)
    {
        HashSet<string> lines = new(StringComparer.Ordinal);
        foreach (string tag in tags)
            if (TagPattern.Try(_expression, tag, _expression.Match) is { Success: true } match)
                lines.Add(string.Join(' ', match.Groups.Values.Skip(1).Select(group => group.Value)));
        return lines.Count == 0 ? [""] : lines;
    }

    /// <summary>Returns the expression.</summary>
    public override string ToString() => _expression.ToString();
}
