namespace ArtifactRegistry.Auth;

/// <summary>Where bearer tokens come from. Safe to ask from many requests at once.</summary>
internal interface ITokenSource
{
    /// <summary>The source in words, for people, without a secret: "environment variable X", "file Y".</summary>
    string Description { get; }

    /// <summary>Who the tokens speak for, mostly an e-mail address; null as long as it is not known.</summary>
    string? Account => null;

    /// <summary>
    /// Gets the identity as a member of an IAM policy, with SUBJECT where a federated identity has its own name; null as long
    /// as it is not known.
    /// </summary>
    string? Member => MemberOf(Account);

    /// <summary>Gets the project that the credential belongs to; null where it does not say.</summary>
    string? Project => null;

    /// <summary>When the token at hand expires; null if there is none yet, or nobody knows.</summary>
    DateTimeOffset? ExpiresAt => null;

    /// <summary>Brings the token for one request.</summary>
    /// <param name="refused">A token that the service has just refused, so that a source which can renews it.</param>
    /// <param name="trace">Called with lines for -Verbose; they never hold a secret.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">There is no token (<see cref="RegistryErrorKind.Unauthenticated"/>).</exception>
    ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, Action<string>? trace, CancellationToken stop);

    /// <summary>Finds the project of the machine, pod or job, where a metadata server knows it; null elsewhere.</summary>
    /// <param name="trace">Called with lines for -Verbose.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    Task<string?> FindProjectAsync(Action<string>? trace, CancellationToken stop) => Task.FromResult<string?>(null);

    internal static string? MemberOf(string? account) =>
        account is null ? null : (account.EndsWith(".gserviceaccount.com", StringComparison.OrdinalIgnoreCase) ? "serviceAccount:" : "user:") + account;
}
