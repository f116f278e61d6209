using ArtifactRegistry.Auth;

namespace ArtifactRegistry.Http;

/// <summary>
/// Sends requests to Google's services: signs in, sends, and retries. <see cref="Sender"/> makes a single attempt.
/// </summary>
/// <param name="http">The shared connection pool.</param>
/// <param name="tokens">The source of the bearer token.</param>
/// <param name="options">The time-outs and pauses.</param>
/// <param name="trace">Called once per request with a line for -Verbose.</param>
/// <param name="exchange">Called with requests and responses for -Debug, their bodies shortened.</param>
internal sealed class RestTransport(
    HttpClient http,
    ITokenSource tokens,
    TransportOptions options,
    Action<string>? trace,
    Action<string>? exchange = null
)
{
    private readonly Sender _sender = new(http, options, trace, exchange);
    private readonly Retry _freely = Retries(options, trace, Repeat.Freely);
    private readonly Retry _onlyIfRefused = Retries(options, trace, Repeat.OnlyIfRefused);

    /// <summary>
    /// Gets how far this machine's clock is ahead of the service's; zero if it is not, or only slightly.
    /// </summary>
    internal TimeSpan ClockAhead => _sender.ClockAhead;

    /// <summary>Gets the time by the service's clock.</summary>
    internal DateTimeOffset ServiceTime => _sender.ServiceTime;

    /// <summary>Gets the time that an operation may take to finish.</summary>
    internal TimeSpan OperationTimeout => options.OperationTimeout;

    /// <summary>Gets whether a token may be sent to an address: by https, or by http within this machine.</summary>
    internal static bool IsSafe(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && Loopback.Is(address));

    /// <summary>Sends a request and reads its response.</summary>
    /// <exception cref="RegistryException">The request failed, permanently or in the last attempt.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    internal async Task<T> SendAsync<T>(Call<T> call, CancellationToken stop)
    {
        if (!IsSafe(call.Address))
            throw new RegistryException(
                RegistryErrorKind.UnsafeRequest,
                $"'{call.Address.GetLeftPart(UriPartial.Authority)}' is not https. Plain http is used within this "
                    + $"machine only."
            );

        bool answerWasLost = false; // whether a change was sent whose outcome is not known
        try
        {
            return await (call.Repeat is Repeat.Freely ? _freely : _onlyIfRefused).RunAsync(AttemptAsync, stop);
        }
        catch (RegistryException e) when (stop.IsCancellationRequested)
        {
            // A user who cancels just as an attempt fails does not want a report of the failure.
            throw new OperationCanceledException(e.Message, e, stop);
        }
        catch (RegistryException e) when (answerWasLost && !e.AfterLostAnswer)
        {
            throw e.WithMessage(e.Message, e.Advice, e.NamesItsSubject, afterLostAnswer: true);
        }

        async Task<Attempt<T>> AttemptAsync(int number, CancellationToken token)
        {
            if (number > 1)
            {
                // Waiting for the pacer does not count towards the time limit for the response.
                if (call.Pacer is not null) await call.Pacer.WaitAsync(token);
                if (call.CheckBeforeRetry is not null) await call.CheckBeforeRetry(token);
            }

            Attempt<T> attempt = await SendSignedInAsync(call, token);
            answerWasLost |= call.IsChange && attempt.Failure is { OutcomeUnknown: true };
            if (attempt.Failure is { Kind: RegistryErrorKind.QuotaExceeded } refusal)
                call.Pacer?.SlowDown(refusal.RetryAfter);
            return attempt;
        }
    }

    /// <summary>Runs a step of several requests as often as a request that may be sent again.</summary>
    internal Task<T> RepeatAsync<T>(Func<int, CancellationToken, Task<Attempt<T>>> attempt, CancellationToken stop) =>
        _freely.RunAsync(attempt, stop);

    // Signing in has its own attempts and limits, so its failures are thrown.
    private async Task<Attempt<T>> SendSignedInAsync<T>(Call<T> call, CancellationToken stop)
    {
        if (call.IsAnonymous) return await _sender.SendAsync(call, AccessToken.None, stop);
        AccessToken token = await tokens.GetTokenAsync(refused: null, trace, stop);
        Attempt<T> attempt = await _sender.SendAsync(call, token, stop);
        if (attempt.Failure is not { Kind: RegistryErrorKind.Unauthenticated, Status: not null } refusal)
            return attempt;

        // The token may be revoked, or have expired by the service's clock. The source renews it if it can.
        AccessToken fresh = await tokens.RenewTokenAsync(token, refusal, trace, stop);
        return fresh.Value is null || fresh.Value == token.Value ? attempt : await _sender.SendAsync(call, fresh, stop);
    }

    private static Retry Retries(TransportOptions options, Action<string>? trace, Repeat repeat) => new(
        options.Retries + 1, options.FirstPause, options.MaxPause,
        (failure, attempts) => failure switch
        {
            // A wait that is longer than anybody would accept is reported as an error instead.
            { RetryAfter: TimeSpan wait } when wait > options.MaxRetryAfter => false,
            { Kind: RegistryErrorKind.QuotaExceeded } => true,
            // Another change was under way, so this one was not made. If it must be decided again, the caller repeats
            // it.
            { Kind: RegistryErrorKind.Aborted } => repeat is Repeat.Freely,
            // If a host cannot be reached, the address is usually wrong or the network missing, so report that soon.
            { NeverSent: true } => attempts < options.AttemptsToConnect,
            { OutcomeUnknown: true } => repeat is Repeat.Freely,
            _ => false,
        },
        trace);
}
