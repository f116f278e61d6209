using System.Globalization;
using System.Text;

namespace ArtifactRegistry.Text;

/// <summary>
/// Cleans text for a screen, a log, a journal or an error: secrets are hidden, and characters that control a terminal
/// are shown as their code points. Every message, verbose line, debug line and quoted value is cleaned here.
/// </summary>
internal static class SafeText
{
    /// <summary>The text that is shown in place of a secret.</summary>
    public const string Hidden = "(hidden)";

    private const int MaxQuote = 160;

    /// <summary>
    /// Gets the mark for omitted text: <c>…</c>, or <c>..</c> if standard output is redirected in an encoding without
    /// an ellipsis, such as the code pages of the Windows console.
    /// </summary>
    public static string Ellipsis => Console.IsOutputRedirected && !HasEllipsis(Console.OutputEncoding) ? ".." : "…";

    /// <summary>Cleans text of this module, which may contain quotes. Line ends are kept.</summary>
    public static string Clean(string text) => Visible(Secrets.Hide(text), keepLineEnds: true);

    /// <summary>Cleans text from outside this module and converts it to one line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The number of characters after which it is truncated; secrets are hidden first.</param>
    public static string CleanLine(string text, int maxLength = int.MaxValue)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return Shorten(Visible(Secrets.Hide(line)), maxLength, Ellipsis);
    }

    /// <summary>
    /// Quotes an input value: in quotation marks, printable ASCII only, truncated if it is long. An ellipsis stays, as
    /// it does in a digest that was copied from the screen.
    /// </summary>
    public static string Quote(string? text)
    {
        text = Secrets.Hide(text ?? "");
        StringBuilder quoted = new("'", MaxQuote + 5);
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MaxQuote)))
        {
            if (c is (>= ' ' and <= '~') or '…') quoted.Append(c);
            else AppendCodePoint(quoted, c);
        }

        return quoted.Append(text.Length > MaxQuote ? "..." : "").Append('\'').ToString();
    }

    /// <summary>
    /// Cleans data of a server, such as a description or a name: known secrets are hidden, and control characters are
    /// made visible. Text that merely looks like a secret is kept, because a name must not change.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="keepLineEnds">Whether line ends are kept, for text that may have several lines.</param>
    public static string CleanData(string text, bool keepLineEnds = false) =>
        Visible(Secrets.HideKnown(text), keepLineEnds);

    /// <summary>
    /// Replaces control characters, format characters such as bidi marks, and unpaired surrogates by escapes such as
    /// <c>\u001b</c>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="keepLineEnds">Whether a line feed, even after a carriage return, is kept.</param>
    public static string Visible(string text, bool keepLineEnds = false)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0) return text;
        StringBuilder? shown = null;
        for (int at = 0; at < text.Length;)
        {
            bool isWhole = Rune.TryGetRuneAt(text, at, out Rune rune);
            int length = isWhole ? rune.Utf16SequenceLength : 1;
            bool isLineEnd =
                keepLineEnds
                && (text[at] is '\n' || (text[at] is '\r' && at + 1 < text.Length && text[at + 1] is '\n'));
            if (isWhole && (isLineEnd || !IsHarmful(rune)))
            {
                shown?.Append(text, at, length);
            }
            else
            {
                shown ??= new StringBuilder(text, 0, at, text.Length + 16);
                foreach (char c in text.AsSpan(at, length)) AppendCodePoint(shown, c);
            }

            at += length;
        }

        return shown?.ToString() ?? text;
    }

    /// <summary>
    /// Cleans an exception that becomes the cause of another one: returns the exception itself if none of its messages
    /// contains a secret or a control character, otherwise a copy with clean messages.
    /// </summary>
    public static Exception Clean(Exception error)
    {
        if (error is RegistryException) return error; // cleaned when it was created
        Exception? inner = error.InnerException is Exception cause ? Clean(cause) : null;
        string message = Clean(error.Message);
        if (ReferenceEquals(inner, error.InnerException) && message == error.Message) return error;
        return error switch
        {
            HttpRequestException http => new HttpRequestException(
                http.HttpRequestError,
                message,
                inner,
                http.StatusCode
            ),
            IOException => new IOException(message, inner),
            _ => new InvalidOperationException($"{error.GetType().Name}: {message}", inner),
        };
    }

    // Windows replaces a character that a code page lacks by a similar one, so only decoding shows whether it exists.
    private static bool HasEllipsis(Encoding encoding) => encoding.GetString(encoding.GetBytes("…")) == "…";

    private static string Shorten(string text, int maxLength, string mark)
    {
        if (text.Length <= maxLength) return text;
        return text[..(char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength)] + mark;
    }

    private static bool IsHarmful(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    private static void AppendCodePoint(StringBuilder text, char c) =>
        text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
}
