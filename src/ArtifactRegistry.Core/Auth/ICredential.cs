namespace ArtifactRegistry.Auth;

/// <summary>
/// A credential, which gets a new token with each call. <see cref="RenewedToken"/> calls it only when a token is due.
/// </summary>
internal interface ICredential
{
    /// <summary>See <see cref="ITokenSource.Description"/>.</summary>
    string Description { get; }

    /// <summary>See <see cref="ITokenSource.Account"/>.</summary>
    string? Account { get; }

    /// <summary>See <see cref="ITokenSource.Member"/>.</summary>
    string? Member => ITokenSource.MemberOf(Account);

    /// <summary>See <see cref="ITokenSource.Project"/>.</summary>
    string? Project => null;

    /// <summary>See <see cref="ITokenSource.FindProjectAsync"/>.</summary>
    Task<string?> FindProjectAsync(Action<string>? trace, CancellationToken stop) => Task.FromResult<string?>(null);

    /// <summary>The time that signing in may take.</summary>
    TimeSpan Limit { get; }

    /// <summary>Signs in.</summary>
    /// <exception cref="RegistryException">
    /// There is no token (<see cref="RegistryErrorKind.Unauthenticated"/>).
    /// </exception>
    Task<AccessToken> SignInAsync(Action<string>? trace, CancellationToken stop);
}
