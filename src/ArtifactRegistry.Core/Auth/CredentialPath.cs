using System.Buffers;
using System.Text.RegularExpressions;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Auth;

/// <summary>
/// The path of a credential file as people write it: in quotes, with ~ or variables. If the text is the credential
/// itself instead of a path, the error explains that and never quotes the text.
/// </summary>
internal static partial class CredentialPath
{
    // Longer text is not the path of a credential file on any system.
    private const int MaxLength = 1024;

    // The longest name that people give a folder; keys and tokens have hundreds of characters without a dot or
    // separator.
    private const int MaxNameWithoutDot = 40;

    private static readonly SearchValues<char> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=");

    /// <summary>Gets the intended path.</summary>
    /// <param name="text">The text that was given.</param>
    /// <param name="origin">The variable or parameter that contains it, for messages.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="RegistryException">The text is a secret and not a path. It is not repeated.</exception>
    public static string Parse(string text, string origin, Func<string, string?> variable)
    {
        string path = Resolve(text, variable);
        if (File.Exists(path) || SecretIn(Unquoted(text)) is not string secret) return path;
        throw new RegistryException(
            RegistryErrorKind.Unauthenticated,
            $"{origin} must hold the path of a file. It holds {secret}, which is not shown."
        )
        {
            Advice = "Write the credential to a file that only this account can read, and give the path of that file. "
                + "An access token, without a file, goes into GOOGLE_OAUTH_ACCESS_TOKEN or Connect-ArRegistry "
                + "-AccessToken.",
        };
    }

    /// <summary>
    /// Gets the path with quotes removed and, unless a file of exactly that name exists, with ~ and variables expanded.
    /// </summary>
    public static string Resolve(string text, Func<string, string?> variable)
    {
        string path = Unquoted(text);
        if (path.Length > MaxLength || File.Exists(path)) return path;
        if (path is "~" or ['~', '/' or '\\', ..] && (variable("HOME") ?? variable("USERPROFILE")) is string home)
            path = home + path[1..];
        return Variables().Replace(path, found => variable(found.Groups["name"].Value) ?? found.Value);
    }

    /// <summary>Gets the kind of secret that a text is; null if it can be shown as a path.</summary>
    private static string? SecretIn(string text)
    {
        if (text.Contains('{', StringComparison.Ordinal) && text.Contains(':', StringComparison.Ordinal))
            return "the content of a credential file";
        if (text.Contains("-----BEGIN", StringComparison.Ordinal))
            return "a private key";
        if (IsBase64(text))
            return "a credential in base64";
        if (AccessTokens().IsMatch(text))
            return "an access token";
        if (RefreshTokens().IsMatch(text))
            return "a refresh token";
        return Secrets.IsCredential(text)
            || text.Length > MaxLength
            || text.Any(char.IsControl)
            || text.Split('/', '\\').Any(IsTooLong)
            ? "text that looks like a secret"
            : null;
    }

    // Base64 of JSON ({"…), of a PEM key (-----BEGIN), or of a DER or PKCS #12 key (0x30 0x82), if it is long enough.
    private static bool IsBase64(string text)
    {
        string compact = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        return compact.Length > MaxNameWithoutDot
            && compact.AsSpan().IndexOfAnyExcept(Base64) < 0
            && (
                compact.StartsWith("ey", StringComparison.Ordinal)
                || compact.StartsWith("ewo", StringComparison.Ordinal)
                || compact.StartsWith("LS0tLS", StringComparison.Ordinal)
                || compact.StartsWith("MI", StringComparison.Ordinal)
            );
    }

    private static bool IsTooLong(string name) =>
        name.Length > MaxNameWithoutDot && !name.Contains('.', StringComparison.Ordinal);

    private static string Unquoted(string text)
    {
        string path = text.Trim().Trim('\uFEFF');
        return path is ['"', .. string inDouble, '"'] ? inDouble.Trim()
            : path is ['\'', .. string inSingle, '\''] ? inSingle.Trim()
            : path;
    }

    // %NAME% of cmd, $env:NAME of PowerShell, $NAME and ${NAME} of other shells.
    [GeneratedRegex(@"%(?<name>\w+)%|\$\{(?:env:)?(?<name>\w+)\}|\$(?:env:)?(?<name>\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex Variables();

    [GeneratedRegex(@"^(Bearer\s|ya29\.|eyJ[\w-]*\.)")]
    private static partial Regex AccessTokens();

    // This includes an OAuth client secret and an API key, which nobody would pass alone on purpose.
    [GeneratedRegex(@"^(1//?[\w-]{12}|GOCSPX-|AIza[\w-]{20})")]
    private static partial Regex RefreshTokens();
}
