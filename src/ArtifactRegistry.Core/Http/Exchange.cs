using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ArtifactRegistry.Auth;

namespace ArtifactRegistry.Http;

/// <summary>Requests and answers as -Debug shows them: bodies shortened to a line, and no secret in them.</summary>
internal static partial class Exchange
{
    private const int LongestBody = 2000;
    private const string Hidden = "(hidden)";

    /// <summary>The request before it goes out. Of its headers the Authorization is never shown.</summary>
    public static string Describe(HttpRequestMessage request, byte[]? body, AccessToken token)
    {
        string credentials = token.Value is null ? "without credentials" : "with a bearer token";
        string quota = token.QuotaProject is null ? "" : $", quota project {token.QuotaProject}";
        return WithoutSecrets($"> {request.Method} {request.RequestUri!.AbsoluteUri} ({credentials}{quota}){Body(body)}", token);
    }

    /// <summary>The answer, before it is understood.</summary>
    public static string Describe(HttpResponseMessage answer, byte[] body, AccessToken token) => WithoutSecrets(
        string.Create(
            CultureInfo.InvariantCulture,
            $"< {(int)answer.StatusCode} {answer.ReasonPhrase} ({answer.Content.Headers.ContentType?.MediaType ?? "no type"}, {body.Length} bytes){Body(body)}"),
        token);

    private static string Body(byte[]? body)
    {
        if (body is null or []) return "";
        string text = ErrorEnvelope.OneLine(Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, 2 * LongestBody)), LongestBody);
        return Environment.NewLine + text;
    }

    // The token itself in case a proxy echoes it; and what other services call their secrets.
    private static string WithoutSecrets(string text, AccessToken token)
    {
        if (token.Value is { Length: > 0 } secret) text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        return SecretField().Replace(text, "$1\"" + Hidden + '"');
    }

    [GeneratedRegex(
        """("[^"]*(?:(?<!page)token|secret|password|private_?key|assertion|credential)[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*("|$)""",
        RegexOptions.IgnoreCase)]
    private static partial Regex SecretField();
}
