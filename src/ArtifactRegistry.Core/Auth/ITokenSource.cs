namespace ArtifactRegistry.Auth;

/// <summary>Where bearer tokens come from. Safe to ask from many requests at once.</summary>
public interface ITokenSource
{
    /// <summary>The source in words, for people, without a secret: "environment variable X", "file Y".</summary>
    string Description { get; }

    /// <summary>Brings the token for one request.</summary>
    /// <param name="refused">A token that the service has just refused, so that a source which can renews it.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">There is no token (<see cref="RegistryErrorKind.Unauthenticated"/>).</exception>
    ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, CancellationToken stop);
}

/// <summary>A bearer token. Its text never shows the secret.</summary>
/// <param name="value">The secret; null where no credentials are wanted, as towards an emulator.</param>
public sealed class AccessToken(string? value)
{
    /// <summary>No credentials.</summary>
    public static AccessToken None { get; } = new(null);

    /// <summary>The project whose quota the request counts against, sent as X-Goog-User-Project.</summary>
    public string? QuotaProject { get; init; }

    // Internal, so that neither Format-List nor a debugger's property view of a script shows it.
    internal string? Value { get; } = value;

    /// <inheritdoc/>
    public override string ToString() => Value is null ? "(none)" : "(hidden)";
}
