using System.Buffers;
using System.Net;
using System.Text;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Auth;

/// <summary>
/// What a request signs in with: a bearer token, or, in registries of others, a user name and password. Its string
/// representation never shows the secret.
/// </summary>
/// <param name="value">The secret; null for requests without credentials, for example to an emulator.</param>
internal sealed class AccessToken(string? value)
{
    private const string Bearer = "Bearer";

    // RFC 6750, section 2.1: b64token.
    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    /// <summary>Gets the token for requests without credentials.</summary>
    public static AccessToken None { get; } = new(null);

    /// <summary>The scheme of the Authorization header, <c>Bearer</c> or <c>Basic</c>.</summary>
    public string Scheme { get; private init; } = Bearer;

    /// <summary>The project whose quota is charged for the request, sent as X-Goog-User-Project.</summary>
    public string? QuotaProject { get; init; }

    /// <summary>The time at which it expires; null if that is not known.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    // Internal, so that neither Format-List nor a script debugger's property view shows it.
    internal string? Value { get; } = Remembered(value);

    /// <summary>Creates the form in which a user name and password are sent (RFC 7617).</summary>
    internal static AccessToken Basic(NetworkCredential credential)
    {
        Secrets.Add(credential);
        string text = $"{credential.UserName}:{credential.Password}";
        return new AccessToken(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))) { Scheme = "Basic" };
    }

    /// <summary>Parses a token, which may have <c>Bearer</c> in front if it was copied from a header.</summary>
    /// <exception cref="RegistryException">The text cannot be an access token. It is not repeated.</exception>
    internal static AccessToken Parse(string text, string origin)
    {
        string value = Trimmed(text);
        if (HasScheme(text))
            value = value[Bearer.Length..].Trim();
        string? problem =
            value.Length == 0 ? "it is empty"
            : value.StartsWith("1//", StringComparison.Ordinal)
                ? "it is a refresh token, which is exchanged for an access token and not sent to a service"
            : value.Contains('{', StringComparison.Ordinal)
                ? "it is the content of a file; Connect-ArRegistry -CredentialFile takes the path of a credential file"
            : value.AsSpan().IndexOfAnyExcept(Characters) >= 0 ? "it has characters in it that no token has"
            : null;
        return problem is null
            ? new AccessToken(value)
            : throw new RegistryException(
                RegistryErrorKind.Unauthenticated,
                $"No token can be taken from {origin}: {problem}."
            );
    }

    /// <summary>Returns whether the text has <c>Bearer</c> in front of the token.</summary>
    internal static bool HasScheme(string text) =>
        Trimmed(text) is string value && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && value.Length > Bearer.Length && char.IsWhiteSpace(value[Bearer.Length]);

    private static string Trimmed(string text) => text.Trim().Trim('\uFEFF');

    internal AccessToken WithQuotaProject(string? project) =>
        new(Value) { QuotaProject = project ?? QuotaProject, ExpiresAt = ExpiresAt };

    // From now on the secret is hidden in all output.
    private static string? Remembered(string? secret)
    {
        Secrets.Add(secret);
        return secret;
    }

    /// <inheritdoc/>
    public override string ToString() => Value is null ? "(none)" : "(hidden)";
}
