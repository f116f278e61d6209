using System.Globalization;
using System.Text;

namespace ArtifactRegistry;

/// <summary>A text that is no image name, or one that is not accepted in its place.</summary>
/// <remarks>
/// The message says what is wrong and where, what was expected, and shows an example. It quotes the text, so
/// whatever could play tricks on a terminal or a log is shown as its code point.
/// </remarks>
public sealed class ImageNameException : FormatException
{
    private const string Expected =
        "Expected LOCATION-docker.pkg.dev/PROJECT/REPOSITORY[/IMAGE[:TAG][@sha256:DIGEST]], "
        + "for example us-docker.pkg.dev/my-project/my-repo/web:v1.";

    private const int LongestQuote = 160;

    internal ImageNameException(string? text, string problem)
        : base($"{Quote(text)} is not accepted as an image name: {problem}. {Expected}")
    {
        Text = text ?? "";
        Problem = problem;
    }

    /// <summary>The text that was refused, as it came; empty for null.</summary>
    public string Text { get; }

    /// <summary>What is wrong with it: part of a sentence, without capital and full stop.</summary>
    public string Problem { get; }

    /// <summary>A text in quotes, harmless to show: nothing but printable ASCII, and not too long.</summary>
    internal static string Quote(string? text)
    {
        text ??= "";
        var quoted = new StringBuilder("'", LongestQuote + 5);
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, LongestQuote)))
        {
            if (c is >= ' ' and <= '~') quoted.Append(c);
            else quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return quoted.Append(text.Length > LongestQuote ? "..." : "").Append('\'').ToString();
    }
}
