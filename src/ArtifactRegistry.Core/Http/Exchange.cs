using System.Globalization;
using System.Text;
using ArtifactRegistry.Auth;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Http;

/// <summary>Requests and answers as -Debug shows them: bodies shortened to a line, and no secret in them.</summary>
internal static class Exchange
{
    private const int MaxBody = 2000;
    private const int MaxRead = 64 * 1024;

    /// <summary>The request before it goes out. Of its headers the Authorization is never shown.</summary>
    public static string Describe(HttpRequestMessage request, byte[]? body, AccessToken token)
    {
        string credentials = token.Value is null ? "without credentials" : "with a bearer token";
        string quota = token.QuotaProject is null ? "" : $", quota project {token.QuotaProject}";
        return SafeText.Clean($"> {request.Method} {request.RequestUri!.AbsoluteUri} ({credentials}{quota}){Body(body)}");
    }

    /// <summary>The answer, before it is understood.</summary>
    public static string Describe(HttpResponseMessage answer, byte[] body) => SafeText.Clean(
        string.Create(
            CultureInfo.InvariantCulture,
            $"< {(int)answer.StatusCode} {answer.ReasonPhrase} ({answer.Content.Headers.ContentType?.MediaType ?? "no type"}, {body.Length} bytes){Body(body)}"));

    private static string Body(byte[]? body)
    {
        if (body is null or []) return "";
        // Far more than is shown, so that a secret is seen whole before the rest is cut off.
        return Environment.NewLine + SafeText.CleanLine(Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, MaxRead)), MaxBody);
    }
}
