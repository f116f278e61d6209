namespace ArtifactRegistry.Emulator;

/// <summary>
/// The sign-in of a registry that is not Google's: with one user, by tokens for one image each, or by Basic. The
/// service for tokens is at the other name of this machine, see <see cref="Behaviour.RedirectsBlobs"/>.
/// </summary>
/// <param name="User">The user name.</param>
/// <param name="Password">The password.</param>
public sealed record ExternalSignIn(string User, string Password)
{
    internal const string Service = "emulator";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Grant> _grants = new(StringComparer.Ordinal);

    /// <summary>Gets or sets whether the registry itself takes user name and password, and knows no tokens.</summary>
    public bool UsesBasic { get; init; }

    /// <summary>Gets or sets whether tokens are issued without a password, too.</summary>
    public bool IsPublic { get; init; }

    /// <summary>The service for tokens that the registry names, if it is not its own.</summary>
    public string? Realm { get; init; }

    /// <summary>Gets or sets whether a token is in <c>access_token</c>, as OAuth 2.0 has it.</summary>
    public bool NamesAccessToken { get; init; }

    /// <summary>The number of requests after which a token has expired; no limit if null.</summary>
    public int? UsesOfToken { get; init; }

    internal string Pair => $"{User}:{Password}";

    internal string Issue(string image, string actions)
    {
        string token = $"external.{Guid.NewGuid():N}";
        lock (_lock) _grants.Add(token, new Grant(image, actions, UsesOfToken ?? int.MaxValue));
        return token;
    }

    internal bool TakeToken(string token, string? image, string actions)
    {
        lock (_lock)
        {
            if (!_grants.TryGetValue(token, out Grant? grant) || grant.Uses == 0) return false;
            if (image is not null
                && (grant.Image != image || actions.Split(',').Except(grant.Actions.Split(',')).Any())) return false;
            _grants[token] = grant with { Uses = grant.Uses - 1 };
            return true;
        }
    }

    private sealed record Grant(string Image, string Actions, int Uses);
}
