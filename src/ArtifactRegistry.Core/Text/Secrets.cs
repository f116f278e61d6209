using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ArtifactRegistry.Text;

/// <summary>Finds secrets in text: those that this process uses, and text that has the form of one.</summary>
internal static partial class Secrets
{
    private const int MinLength = 8; // shorter ones may be parts of ordinary words
    private const int MinShortLength = 4; // hidden where it is a whole word; hiding shorter ones would hide ordinary words
    private const int MaxKnown = 256;
    private const int MinRandomLength = 40;

    private const string EscapedQuote = """(?:\\+"|\\+u0022|&quot;|&#34;|%22)""";

    // The name of a field that contains a secret.
    private const string SecretName =
        """[^"\\&%]*(?:(?<!page)token|secret|password|private_?key|assertion|credential)[^"\\&%]*""";

    private static ImmutableArray<string> s_known = [];
    private static ImmutableDictionary<string, Regex> s_short = ImmutableDictionary<string, Regex>.Empty;

    /// <summary>
    /// Remembers a secret, such as a token, key or password, so that it is hidden wherever it occurs, including forms
    /// that are escaped for addresses, JSON or HTML.
    /// </summary>
    /// <param name="secret">The secret.</param>
    /// <param name="evenShort">Whether a short one is hidden too, where it stands as a word of its own.</param>
    public static void Add(string? secret, bool evenShort = false)
    {
        if (secret is null || secret.Length < (evenShort ? MinShortLength : MinLength))
            return;
        string[] forms =
        [
            secret,
            Uri.EscapeDataString(secret),
            JsonEncodedText.Encode(secret).ToString(),
            WebUtility.HtmlEncode(secret),
        ];
        if (secret.Length < MinLength)
        {
            foreach (string form in forms)
                ImmutableInterlocked.GetOrAdd(ref s_short, form, text => new Regex(
                    $@"(?<!\w){Regex.Escape(text)}(?!\w)"
                ));
            return;
        }

        ImmutableInterlocked.Update(ref s_known, known =>
        {
            string[] added = [.. forms.Distinct(StringComparer.Ordinal).Where(form => !known.Contains(form))];
            // The newest first: an old token has expired anyway.
            return added.Length == 0 ? known : [.. added, .. known.Take(MaxKnown - added.Length)];
        });
    }

    /// <summary>Remembers a user and password in the form of Basic authentication, and the password alone.</summary>
    public static void Add(NetworkCredential credential)
    {
        Add(credential.Password);
        if (credential.Password.Length > 0)
            Add(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}")));
    }

    /// <summary>
    /// Returns whether a field of this name in a credential file holds a secret, and not an address or a kind of token.
    /// </summary>
    public static bool IsSecretName(string name) => SecretField().IsMatch(name);

    /// <summary>Returns whether a text contains a secret.</summary>
    public static bool AreIn(string text) => Hide(text) != text;

    /// <summary>
    /// Returns whether a text that should be a path, a name or an address is a credential instead: the content of a key
    /// file, its base64 form, a private key or a token.
    /// </summary>
    public static bool IsCredential(string text)
    {
        string value = text.Trim();
        if (value.StartsWith('{') || AreIn(value)) return true;
        Span<byte> start = stackalloc byte[12];
        return value.Length >= MinRandomLength && Convert.TryFromBase64String(value[..16], start, out int length)
            && Encoding.UTF8.GetString(start[..length]).TrimStart() is ['{', ..] or ['-', '-', ..];
    }

    /// <summary>Returns the text with every secret hidden.</summary>
    public static string Hide(string text)
    {
        if (text.Length < MinShortLength) return text;
        string shown = HideKnown(text);
        shown = PrivateKey().Replace(shown, SafeText.Hidden);
        shown = UserInformation().Replace(shown, SafeText.Hidden + "@");
        shown = Field().Replace(shown, "$1" + SafeText.Hidden + "$2");
        shown = EscapedField().Replace(shown, "$1" + SafeText.Hidden + "$2");
        shown = Parameter().Replace(shown, "$1" + SafeText.Hidden);
        shown = Header().Replace(shown, "$1" + SafeText.Hidden);
        shown = Token().Replace(shown, SafeText.Hidden);
        shown = Run().Replace(shown, match => LooksRandom(match.ValueSpan) ? SafeText.Hidden : match.Value);
        // Last, since a short one may be a word by which something longer is recognized.
        foreach (Regex word in s_short.Values) shown = word.Replace(shown, SafeText.Hidden);
        return shown;
    }

    /// <summary>
    /// The text with those secrets hidden that this process uses, whatever they look like. Short ones stay: this is for
    /// the names of things too, and a password may be the name of a repository.
    /// </summary>
    public static string HideKnown(string text)
    {
        foreach (string secret in s_known)
            if (text.Length >= secret.Length) text = text.Replace(secret, SafeText.Hidden, StringComparison.Ordinal);
        return text;
    }

    // Names, digests and addresses have long runs of one kind of character; base64 changes at every second one.
    private static bool LooksRandom(ReadOnlySpan<char> text)
    {
        int upper = 0, lower = 0, digits = 0, changes = 0, last = -1;
        foreach (char c in text)
        {
            int kind = char.IsAsciiLetterUpper(c) ? 0 : char.IsAsciiLetterLower(c) ? 1 : char.IsAsciiDigit(c) ? 2 : 3;
            if (kind == 3) continue;
            if (kind == 0) upper++;
            else if (kind == 1) lower++;
            else digits++;
            if (last >= 0 && kind != last) changes++;
            last = kind;
        }

        return upper > 2 && lower > 2 && digits > 0 && changes * 5 > text.Length * 2;
    }

    [GeneratedRegex("(?:token|secret|password|assertion|private_?key)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretField();

    [GeneratedRegex(@"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*-----|$)", RegexOptions.Singleline)]
    private static partial Regex PrivateKey();

    // What stands before the host of an address; also with a slash in the password, and without a scheme if a port
    // follows. Not image:tag@sha256:…, and not the port of a host before a path with @.
    [GeneratedRegex(
        """
        (?<=://)[^\s/?\#'"<>]*@|(?<=://)[^\s/:@'"<>]+:(?!\d+/)[^\s@'"<>]*@(?!sha\d)
        |(?<![^\s'"=(])[^\s:/@'"=(]+:[^\s:/@'"]+@(?=[\w.-]+:\d{2,5}(?!\w))(?!sha\d)
        """,
        RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex UserInformation();

    // A JSON field, whose value may be truncated. Page tokens are not secrets.
    [GeneratedRegex($"""("{SecretName}"\s*:\s*")(?:[^"\\]|\\.)*("|$)""", RegexOptions.IgnoreCase)]
    private static partial Regex Field();

    // The same where the quotation marks are escaped: JSON in a string of JSON, in HTML or in an address.
    [GeneratedRegex(
        $"""({EscapedQuote}{SecretName}{EscapedQuote}\s*(?::|%3A)\s*{EscapedQuote}).*?({EscapedQuote}|$)""",
        RegexOptions.IgnoreCase | RegexOptions.Singleline
    )]
    private static partial Regex EscapedField();

    // A parameter of an address or of a form.
    [GeneratedRegex(
        """\b((?:access_?token|refresh_?token|id_?token|subject_token|actor_token|client_secret|assertion|password|"""
            + """passwd|pwd|api_?key|x-goog-signature)=)[^&\s"'<>]+""",
        RegexOptions.IgnoreCase)]
    private static partial Regex Parameter();

    [GeneratedRegex(
        """(\bauthorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|digest|negotiate|ntlm)\s+)?|"""
            + """\b(?:bearer|basic|negotiate|ntlm)\s+(?=[\w.~+/=-]{16}))[\w.~+/=-]{4,}""",
        RegexOptions.IgnoreCase)]
    private static partial Regex Header();

    // Google's access and refresh tokens (also as a path, which loses a slash), client secrets and API keys; signed
    // tokens; GitHub's tokens.
    [GeneratedRegex(
        @"\bya29\.[\w.~+/=-]+|\b1(/{1,2}|%2F%2F)0[\w-]{10,}|\bGOCSPX-[\w-]+|\bAIza[\w-]{30,}|\beyJ[\w-]{12,}(\.[\w-]*)*|\b(gh[a-z]_|github_pat_)\w{20,}"
    )]
    private static partial Regex Token();

    [GeneratedRegex("""(?<![\w+/-]|page_?Token=|pageToken"\s?:\s?")[\w+/-]{40,}={0,2}""", RegexOptions.IgnoreCase)]
    private static partial Regex Run();
}
