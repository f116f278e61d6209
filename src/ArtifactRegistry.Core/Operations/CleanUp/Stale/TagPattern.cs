using System.Text.RegularExpressions;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Operations.CleanUp.Stale;

/// <summary>
/// Describes tags: a tag, a pattern with <c>*</c> and <c>?</c>, or a regular expression between slashes, such as
/// <c>/^v\d+$/</c>. No tag contains a slash, so that the two cannot be confused.
/// </summary>
internal sealed class TagPattern
{
    // Tags have at most 128 characters; an expression that takes longer than this is one that never ends.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly string _text;
    private readonly Regex? _expression, _inAnyCase;

    private TagPattern(string text, string? expression)
    {
        _text = text;
        if (expression is null) return;
        _expression = Expression(expression);
        _inAnyCase = Expression(expression, RegexOptions.IgnoreCase);
    }

    /// <summary>Gets whether it is a tag, without wildcards.</summary>
    public bool IsLiteral => _expression is null && !ImageNameGrammar.HasWildcard(_text);

    /// <summary>Parses a pattern.</summary>
    /// <exception cref="FormatException">No tag can match it, or the expression is not valid.</exception>
    public static TagPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > 1 && text[0] == '/' && text[^1] == '/') return new TagPattern(text, text[1..^1]);
        // A rule that silently matches nothing would protect nothing.
        return ImageNameGrammar.TagPatternProblem(text) is string problem
            ? throw new FormatException(
                $"{problem}. A regular expression is written between slashes, for example '/^v[0-9]+$/'.")
            : new TagPattern(text, null);
    }

    /// <summary>Creates an expression that does not run forever.</summary>
    /// <exception cref="FormatException">It is not valid.</exception>
    public static Regex Expression(string text, RegexOptions options = RegexOptions.None)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant | options, Patience);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{SafeText.Quote(text)} is not a regular expression: {e.Message}", e);
        }
    }

    /// <summary>Returns whether a tag matches, in the same case.</summary>
    /// <exception cref="RegistryException">The expression takes too long.</exception>
    public bool IsMatch(string tag) => _expression is Regex expression
        ? Try(expression, tag, expression.IsMatch) : ImagePatternGlob.IsMatch(_text, tag);

    /// <summary>
    /// Returns whether a tag matches in any case. What protects images is compared like this, so that a slip keeps.
    /// </summary>
    /// <exception cref="RegistryException">The expression takes too long.</exception>
    public bool IsMatchInAnyCase(string tag) => _inAnyCase is Regex expression
        ? Try(expression, tag, expression.IsMatch)
        : ImagePatternGlob.IsMatch(_text.ToLowerInvariant(), tag.ToLowerInvariant());

    /// <summary>
    /// Returns whether it names a tag that stays unless it is named: it matches, and it is not one that matches
    /// <c>latest</c> as well, as <c>*</c> does. Only the tag itself names <c>latest</c>.
    /// </summary>
    public bool Names(string tag) => IsMatch(tag) && (IsLiteral || !IsMatch(ProtectedTags.Latest));

    /// <summary>Runs an expression on a tag.</summary>
    /// <exception cref="RegistryException">It takes too long.</exception>
    internal static T Try<T>(Regex expression, string tag, Func<string, T> run)
    {
        try
        {
            return run(tag);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new RegistryException(
                RegistryErrorKind.InvalidRule,
                $"The regular expression {SafeText.Quote(expression.ToString())} did not finish within a second on the "
                    + $"tag '{tag}', so nothing of this image is deleted.");
        }
    }

    /// <summary>Returns the text as it was written.</summary>
    public override string ToString() => _text;
}
