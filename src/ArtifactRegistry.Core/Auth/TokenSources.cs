using System.Buffers;

namespace ArtifactRegistry.Auth;

/// <summary>Chooses where tokens come from, in the order that README documents.</summary>
public static class TokenSources
{
    private const string DisableCredentials = "CLOUDSDK_AUTH_DISABLE_CREDENTIALS";
    private const string TokenFile = "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE";
    private const string TokenVariable = "GOOGLE_OAUTH_ACCESS_TOKEN";
    private const string QuotaVariable = "GOOGLE_CLOUD_QUOTA_PROJECT";

    // RFC 6750, section 2.1: b64token.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    /// <summary>The source for a connection.</summary>
    /// <param name="accessToken">The token that the user gave, if any; it wins over every variable.</param>
    /// <param name="environment">Reads an environment variable; null where it is not set.</param>
    public static ITokenSource Choose(string? accessToken, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string? quotaProject = Set(environment(QuotaVariable));
        if (accessToken is not null)
            return new GivenToken(accessToken, quotaProject, "the access token given to Connect-ArRegistry");
        if (Set(environment(TokenFile)) is string path)
            return new TokenInFile(path, quotaProject);
        if (string.Equals(environment(DisableCredentials), "true", StringComparison.OrdinalIgnoreCase))
            return new NoCredentials();
        if (Set(environment(TokenVariable)) is string token)
            return new GivenToken(token, quotaProject, $"the environment variable {TokenVariable}");
        return new NothingFound();
    }

    private static string? Set(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    private static AccessToken Checked(string token, string? quotaProject, string description)
    {
        string value = token.Trim();
        // A pasted line break, or a whole JSON file with a key in it, is refused before it is sent.
        if (value.Length == 0 || value.AsSpan().IndexOfAnyExcept(TokenCharacters) >= 0)
            throw new RegistryException(
                RegistryErrorKind.Unauthenticated,
                $"No token can be taken from {description}: it is empty, or has characters in it that no token has.");
        if (quotaProject is not null && ImageNameGrammar.ProjectProblem(quotaProject) is string problem)
            throw new RegistryException(
                RegistryErrorKind.InvalidArgument, $"The environment variable {QuotaVariable} names no project: {problem}.");
        return new AccessToken(value) { QuotaProject = quotaProject };
    }

    private sealed class GivenToken(string token, string? quotaProject, string description) : ITokenSource
    {
        public string Description => description;

        public ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, CancellationToken stop) =>
            ValueTask.FromResult(Checked(token, quotaProject, description));
    }

    /// <summary>Reads the file for each request, since whoever renews the token renews the file.</summary>
    private sealed class TokenInFile(string path, string? quotaProject) : ITokenSource
    {
        public string Description => $"the file {path} that {TokenFile} names";

        public async ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, CancellationToken stop)
        {
            try
            {
                return Checked(await File.ReadAllTextAsync(path, stop), quotaProject, Description);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                throw new RegistryException(
                    RegistryErrorKind.Unauthenticated, $"Cannot read {Description}: {e.Message}", e);
            }
        }
    }

    private sealed class NoCredentials : ITokenSource
    {
        public string Description => $"none, since {DisableCredentials} is true";

        public ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, CancellationToken stop) =>
            ValueTask.FromResult(AccessToken.None);
    }

    private sealed class NothingFound : ITokenSource
    {
        public string Description => "none found";

        public ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, CancellationToken stop) =>
            throw new RegistryException(
                RegistryErrorKind.Unauthenticated,
                $"No credentials were found: no token was given to Connect-ArRegistry, and neither {TokenFile} nor "
                + $"{TokenVariable} is set. Run: Connect-ArRegistry -AccessToken (gcloud auth print-access-token)");
    }
}
