namespace ArtifactRegistry.Auth;

/// <summary>A source of bearer tokens. May be used by many requests at once.</summary>
internal interface ITokenSource
{
    /// <summary>A description of the source for people, without a secret: "environment variable X", "file Y".</summary>
    string Description { get; }

    /// <summary>The account of the tokens, usually an e-mail address; null as long as it is not known.</summary>
    string? Account => null;

    /// <summary>
    /// Gets the identity as a member of an IAM policy, with SUBJECT as a placeholder for the name of a federated
    /// identity; null as long as it is not known.
    /// </summary>
    string? Member => MemberOf(Account);

    /// <summary>Gets the project that the credential belongs to; null if it does not contain one.</summary>
    string? Project => null;

    /// <summary>
    /// The time at which the current token expires; null if there is none yet, or if that is not known.
    /// </summary>
    DateTimeOffset? ExpiresAt => null;

    /// <summary>Gets the token for one request.</summary>
    /// <param name="refused">A token that the service has just refused, so that the source renews it if it can.</param>
    /// <param name="trace">Called with lines for -Verbose; they never contain a secret.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">There is no token
    /// (<see cref="RegistryErrorKind.Unauthenticated"/>).</exception>
    ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, Action<string>? trace, CancellationToken stop);

    /// <summary>Gets another token after the service refused one.</summary>
    /// <param name="refused">The token.</param>
    /// <param name="refusal">The answer, with what the service asks for instead.</param>
    /// <param name="trace">Called with lines for -Verbose; they never contain a secret.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">There is none.</exception>
    ValueTask<AccessToken> RenewTokenAsync(
        AccessToken refused, RegistryException refusal, Action<string>? trace, CancellationToken stop) =>
        GetTokenAsync(refused, trace, stop);

    /// <summary>Finds the project of the machine, pod or job, if a metadata server knows it; otherwise null.</summary>
    /// <param name="trace">Called with lines for -Verbose.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    Task<string?> FindProjectAsync(Action<string>? trace, CancellationToken stop) => Task.FromResult<string?>(null);

    internal static string? MemberOf(string? account) =>
        account is null
            ? null
            : (
                account.EndsWith(".gserviceaccount.com", StringComparison.OrdinalIgnoreCase)
                    ? "serviceAccount:"
                    : "user:"
            ) + account;
}
