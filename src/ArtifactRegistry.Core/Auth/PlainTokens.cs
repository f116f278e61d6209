namespace ArtifactRegistry.Auth;

/// <summary>A token that was provided as text. It cannot be renewed.</summary>
internal sealed class GivenToken : ITokenSource
{
    private readonly AccessToken _token;

    /// <exception cref="RegistryException">The text is not a token.</exception>
    public GivenToken(string token, string? quotaProject, string description)
    {
        Description = description;
        _token = AccessToken.Parse(token, description).WithQuotaProject(quotaProject);
    }

    public string Description { get; }

    public ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, Action<string>? trace, CancellationToken stop) =>
        ValueTask.FromResult(_token);
}

/// <summary>
/// A token in a file, which is read for each request, because another program renews the token in it.
/// </summary>
internal sealed class TokenInFile(string path, string variable, string? quotaProject) : ITokenSource
{
    public string Description => $"the file {path} that {variable} names";

    public async ValueTask<AccessToken> GetTokenAsync(
        AccessToken? refused,
        Action<string>? trace,
        CancellationToken stop
    )
    {
        try
        {
            using StreamReader reader = new(SharedFile.Open(path));
            return AccessToken.Parse(await reader.ReadToEndAsync(stop), Description).WithQuotaProject(quotaProject);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new RegistryException(
                RegistryErrorKind.Unauthenticated,
                $"Cannot read {Description}: {e.Message}",
                e
            );
        }
    }
}

/// <summary>The absence of credentials: requests are sent without a token.</summary>
internal sealed class NoCredentials(string description) : ITokenSource
{
    public string Description => description;

    public ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, Action<string>? trace, CancellationToken stop) =>
        ValueTask.FromResult(AccessToken.None);
}
