using System.Buffers;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Auth;

/// <summary>A bearer token. Its text never shows the secret.</summary>
/// <param name="value">The secret; null where no credentials are wanted, as towards an emulator.</param>
public sealed class AccessToken(string? value)
{
    // RFC 6750, section 2.1: b64token.
    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    /// <summary>No credentials.</summary>
    public static AccessToken None { get; } = new(null);

    /// <summary>The project whose quota the request counts against, sent as X-Goog-User-Project.</summary>
    public string? QuotaProject { get; init; }

    /// <summary>When it expires; null if nobody said.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    // Internal, so that neither Format-List nor a debugger's property view of a script shows it.
    internal string? Value { get; } = Remembered(value);

    /// <summary>A token from text that somebody else wrote: a pasted line break, or a whole key file, is refused before it is sent.</summary>
    /// <exception cref="RegistryException">It cannot be a token. The text is not repeated.</exception>
    internal static AccessToken Parse(string text, string origin)
    {
        string value = text.Trim();
        if (value.Length > 0 && value.AsSpan().IndexOfAnyExcept(Characters) < 0) return new AccessToken(value);
        throw new RegistryException(
            RegistryErrorKind.Unauthenticated,
            $"No token can be taken from {origin}: it is empty, or has characters in it that no token has.");
    }

    internal AccessToken WithQuotaProject(string? project) =>
        new(Value) { QuotaProject = project ?? QuotaProject, ExpiresAt = ExpiresAt };

    // From now on it is hidden wherever somebody repeats it.
    private static string? Remembered(string? secret)
    {
        Secrets.Add(secret);
        return secret;
    }

    /// <inheritdoc/>
    public override string ToString() => Value is null ? "(none)" : "(hidden)";
}
