using System.Globalization;
using System.Runtime.ExceptionServices;

namespace ArtifactRegistry.Auth;

/// <summary>
/// Keeps a token until it is about to expire or is refused, and then signs in again: once, no matter how many requests
/// are waiting.
/// </summary>
/// <param name="credential">The credential.</param>
/// <param name="quotaProject">The quota project of every token; null to leave it to the credential.</param>
/// <param name="clock">The clock.</param>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing to be disposed of.
internal sealed class RenewedToken(ICredential credential, string? quotaProject, TimeProvider clock) : ITokenSource
#pragma warning restore CA1001
{
    // Metadata servers return the same token until five minutes before it expires, so renewing it earlier has no
    // effect.
    private static readonly TimeSpan BeforeItsEnd = TimeSpan.FromSeconds(225);

    // For tokens that last an hour without stating it, such as gcloud's.
    private static readonly TimeSpan WithoutAnEnd = TimeSpan.FromMinutes(45);

    // If a token that replaced a refused one is refused at once too, the token is not the problem; without this limit,
    // each request would get another one.
    private static readonly TimeSpan New = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _gate = new(1);
    private volatile Held? _held;
    private RegistryException? _failure;
    private int _failures;

    public string Description => credential.Description;

    public string? Account => credential.Account;

    public string? Member => credential.Member;

    public string? Project => credential.Project;

    public DateTimeOffset? ExpiresAt => _held?.Token.ExpiresAt;

    public async ValueTask<AccessToken> GetTokenAsync(
        AccessToken? refused,
        Action<string>? trace,
        CancellationToken stop
    )
    {
        if (Usable(refused) is AccessToken current) return current;
        int failures = Volatile.Read(ref _failures);
        await _gate.WaitAsync(stop);
        try
        {
            if (Usable(refused) is AccessToken renewed) return renewed;
            // A request that waited while signing in failed for another one fails with it, instead of repeating the
            // attempt.
            if (_failures != failures) ExceptionDispatchInfo.Throw(_failure!);
            return await RenewAsync(refused, trace, stop);
        }
        finally
        {
            _gate.Release();
        }
    }

    public Task<string?> FindProjectAsync(Action<string>? trace, CancellationToken stop) =>
        credential.FindProjectAsync(trace, stop);

    private AccessToken? Usable(AccessToken? refused)
    {
        if (_held is not Held held) return null;
        DateTimeOffset now = clock.GetUtcNow();
        bool isRefused = refused is not null && refused.Value == held.Token.Value;
        return (isRefused ? held.ReplacesRefused && now - held.Since < New : now < held.RenewAt) ? held.Token : null;
    }

    private async Task<AccessToken> RenewAsync(AccessToken? refused, Action<string>? trace, CancellationToken stop)
    {
        using CancellationTokenSource limit = new(credential.Limit, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            AccessToken token = await credential.SignInAsync(trace, either.Token);
            DateTimeOffset now = clock.GetUtcNow();
            _held = new Held(token.WithQuotaProject(quotaProject), now, RenewAt(token, now), refused is not null);
            trace?.Invoke($"Signed in{(Account is null ? "" : $" as {Account}")} with {Description}{Until(token)}.");
            return _held.Token;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return KeptAfter(refused, trace, new RegistryException(
                RegistryErrorKind.Unauthenticated,
                $"No token came within {credential.Limit.TotalSeconds:0} s from {Description}."));
        }
        catch (RegistryException e)
        {
            return KeptAfter(refused, trace, e);
        }
    }

    // A long run must not end because a renewal fails minutes before the token expires.
    private AccessToken KeptAfter(AccessToken? refused, Action<string>? trace, RegistryException failure)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (_held is Held held && refused?.Value != held.Token.Value && now < (held.Token.ExpiresAt ?? now))
        {
            trace?.Invoke($"The token could not be renewed yet, and is used as long as it holds: {failure.Message}");
            _held = held with { RenewAt = now + AfterFailure };
            return held.Token;
        }

        _failure = failure;
        _failures++;
        ExceptionDispatchInfo.Throw(failure);
        throw failure;
    }

    private static DateTimeOffset RenewAt(AccessToken token, DateTimeOffset now)
    {
        // If the expiry has passed already, this machine's clock is wrong; a refusal will show when the token expires.
        if (token.ExpiresAt is not DateTimeOffset end || end <= now) return now + WithoutAnEnd;
        TimeSpan quarter = (end - now) / 4;
        return end - (quarter < BeforeItsEnd ? quarter : BeforeItsEnd);
    }

    private static string Until(AccessToken token) => token.ExpiresAt is DateTimeOffset end
        ? $", until {end.LocalDateTime.ToString("T", CultureInfo.CurrentCulture)}"
        : "";

    private sealed record Held(AccessToken Token, DateTimeOffset Since, DateTimeOffset RenewAt, bool ReplacesRefused);
}
