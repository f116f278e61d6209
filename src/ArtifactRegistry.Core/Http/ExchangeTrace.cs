using System.Globalization;
using System.Text;
using ArtifactRegistry.Auth;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Http;

/// <summary>
/// Describes requests and responses for -Debug: bodies are shortened to one line, and secrets are hidden.
/// </summary>
internal static class ExchangeTrace
{
    private const int MaxBody = 2000;
    private const int MaxRead = 64 * 1024;

    /// <summary>Describes a request before it is sent. The Authorization header is never shown.</summary>
    public static async Task<string> DescribeAsync(
        string shown,
        HttpRequestMessage request,
        AccessToken token,
        CancellationToken stop
    )
    {
        string credentials = token switch
        {
            { Value: null } => "without credentials",
            { Scheme: "Basic" } => "with a user name and password",
            _ => "with a bearer token",
        };
        string quota = token.QuotaProject is null ? "" : $", quota project {token.QuotaProject}";
        // Content that is not in memory can be read only once, so it is sent and not shown.
        byte[] body = request.Content is ByteArrayContent content ? await content.ReadAsByteArrayAsync(stop) : [];
        return SafeText.Clean($"> {shown} ({credentials}{quota}){Body(body)}");
    }

    /// <summary>Describes a response before it is parsed.</summary>
    /// <param name="answer">The response.</param>
    /// <param name="body">The part of its body that was read.</param>
    /// <param name="length">The length of the body in bytes; null if it is not known.</param>
    public static string Describe(HttpResponseMessage answer, ReadOnlySpan<byte> body, long? length)
    {
        string type = answer.Content.Headers.ContentType?.MediaType ?? "no type";
        string bytes = length?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
        return SafeText.Clean($"< {(int)answer.StatusCode} {answer.ReasonPhrase} ({type}, {bytes} bytes){Body(body)}");
    }

    private static string Body(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty) return "";
        // Take far more than is shown, so that a secret is recognized as a whole before the text is shortened.
        return Environment.NewLine
            + SafeText.CleanLine(Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxRead)]), MaxBody);
    }
}
