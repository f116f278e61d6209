namespace ArtifactRegistry.Auth;

/// <summary>Something that brings a new token each time it is asked. <see cref="RenewedToken"/> asks only when one is due.</summary>
internal interface ICredential
{
    /// <summary>As <see cref="ITokenSource.Description"/>.</summary>
    string Description { get; }

    /// <summary>As <see cref="ITokenSource.Account"/>.</summary>
    string? Account { get; }

    /// <summary>As <see cref="ITokenSource.Member"/>.</summary>
    string? Member => ITokenSource.MemberOf(Account);

    /// <summary>As <see cref="ITokenSource.Project"/>.</summary>
    string? Project => null;

    /// <summary>As <see cref="ITokenSource.FindProjectAsync"/>.</summary>
    Task<string?> FindProjectAsync(Action<string>? trace, CancellationToken stop) => Task.FromResult<string?>(null);

    /// <summary>How long it may take.</summary>
    TimeSpan Limit { get; }

    /// <summary>Signs in.</summary>
    /// <exception cref="RegistryException">No token: <see cref="RegistryErrorKind.Unauthenticated"/>, and why.</exception>
    Task<AccessToken> SignInAsync(Action<string>? trace, CancellationToken stop);
}
