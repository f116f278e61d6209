namespace ArtifactRegistry.Auth;

/// <summary>A token that somebody wrote down. It cannot be renewed.</summary>
internal sealed class GivenToken(string token, string? quotaProject, string description) : ITokenSource
{
    public string Description => description;

    public ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, Action<string>? trace, CancellationToken stop) =>
        ValueTask.FromResult(AccessToken.Parse(token, description).WithQuotaProject(quotaProject));
}

/// <summary>Reads the file for each request, since whoever renews the token renews the file.</summary>
internal sealed class TokenInFile(string path, string variable, string? quotaProject) : ITokenSource
{
    public string Description => $"the file {path} that {variable} names";

    public async ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, Action<string>? trace, CancellationToken stop)
    {
        try
        {
            using var reader = new StreamReader(SharedFile.Open(path));
            return AccessToken.Parse(await reader.ReadToEndAsync(stop), Description).WithQuotaProject(quotaProject);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new RegistryException(RegistryErrorKind.Unauthenticated, $"Cannot read {Description}: {e.Message}", e);
        }
    }
}

/// <summary>Requests carry no token.</summary>
internal sealed class NoCredentials(string variable) : ITokenSource
{
    public string Description => $"none, since {variable} is true";

    public ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, Action<string>? trace, CancellationToken stop) =>
        ValueTask.FromResult(AccessToken.None);
}
