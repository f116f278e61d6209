using System.Net;
using System.Text.Json;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Http;

/// <summary>
/// Translates the refusal of an identity provider, a service that proves the identity of a job or machine, such as that
/// of GitHub Actions.
/// </summary>
internal static class IdentityProviderRefusal
{
    private const int MaxWords = 300;

    /// <summary>Gets the error, with the provider's message and advice about the provider.</summary>
    public static RegistryException Of(Uri address, HttpStatusCode status, string body)
    {
        string words = Words(body) is { Length: > 0 } said ? $": {said.TrimEnd('.')}" : "";
        return new RegistryException(
            RegistryErrorKind.Unauthenticated,
            $"the identity provider at {address.Host} answered {(int)status} ({status}){words}."
        )
        {
            Status = status,
            Advice =
                address.Host.EndsWith(".actions.githubusercontent.com", StringComparison.OrdinalIgnoreCase)
                    ? "The credential file counts only while its GitHub Actions job runs, and the job needs "
                        + "'permissions: id-token: write'. "
                        + "Run the command in that job, after google-github-actions/auth."
                : SignInHandler.IsLinkLocal(address)
                    ? "Check that this machine has an identity of its cloud: a role of the instance at AWS, a managed "
                        + "identity at Azure."
                : "Check the job or the machine that the credential file was made for: such a file counts only while "
                    + "that job runs, and "
                    + "the job must be allowed to ask for identity tokens (GitHub Actions: 'permissions: id-token: "
                    + "write').",
        };
    }

    // Providers have no common error format. These are the fields of GitHub, of OAuth 2.0 (Azure), and of Google.
    private static string? Words(string body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind is JsonValueKind.Object && root.TryGetProperty("error", out JsonElement error)
                && error.ValueKind is JsonValueKind.Object)
                root = error;
            foreach (string field in new[] { "error_description", "message", "Message", "error" })
                if (root.ValueKind is JsonValueKind.Object && root.TryGetProperty(field, out JsonElement text)
                    && text.ValueKind is JsonValueKind.String)
                    return SafeText.CleanLine(text.GetString()!, MaxWords);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Plain text, or an HTML page.
        }

        return ErrorEnvelope.Quote(body);
    }
}
