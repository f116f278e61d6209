using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using ArtifactRegistry.Auth;
using Polly;

namespace ArtifactRegistry.Http;

/// <summary>The one place that sends HTTP: token, time-out, retry, decompression, error translation, trace.</summary>
/// <param name="http">The shared connection pool.</param>
/// <param name="tokens">Where the bearer token comes from.</param>
/// <param name="options">Time-outs and pauses.</param>
/// <param name="trace">Called once a request with a line for -Verbose; the line never holds a secret.</param>
/// <param name="exchange">Called with requests and answers for -Debug, bodies shortened and without secrets.</param>
public sealed class RestTransport(
    HttpClient http, ITokenSource tokens, TransportOptions options, Action<string>? trace, Action<string>? exchange = null)
{
    /// <summary>What to do where TLS fails, which is nearly always for the certificate.</summary>
    internal const string CertificateAdvice =
        "If a proxy of your company opens TLS, its authority belongs into this system's store of certificates.";

    // The OCI distribution-spec asks registries to take manifests of 4 MiB; they may take larger ones.
    private const int MaxBytes = 16 * 1024 * 1024;

    // Made when a try fails: most commands end without, and need not even load what makes them.
    private ResiliencePipeline? _freely, _onlyIfRefused;

    // Less is the resolution of the Date header, the way of an answer, and what clocks differ anyhow.
    private static readonly TimeSpan Unremarkable = TimeSpan.FromMinutes(1);

    private long _ahead; // ticks

    /// <summary>How far this machine's clock is ahead of the service's, by the Date of the last answer; else zero.</summary>
    internal TimeSpan ClockAhead => new TimeSpan(Volatile.Read(ref _ahead)) is var ahead && ahead > Unremarkable ? ahead : TimeSpan.Zero;

    /// <summary>The time that an operation may take to end.</summary>
    internal TimeSpan OperationTimeout => options.OperationTimeout;

    /// <summary>Sends a request and reads its JSON answer.</summary>
    /// <exception cref="RegistryException">The request failed, for good or after the last try.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    internal async Task<T> SendAsync<T>(Call<T> call, CancellationToken stop)
    {
        RequireSafe(call.Address);
        try
        {
            try
            {
                return await TryAsync(call, stop);
            }
            catch (RegistryException first)
            {
                // A request that succeeds at once, as nearly all do, needs no machinery for retries: a quarter of what
                // was compiled for the first listing of a session.
                return await AgainAsync(call, first, stop);
            }
        }
        catch (RegistryException e) when (stop.IsCancellationRequested)
        {
            // Who cancels just as a try fails wants no report of the failure.
            throw new OperationCanceledException(e.Message, e, stop);
        }
    }

    /// <summary>Goes on after a first try that failed: that failure is what the pipeline sees first.</summary>
    private async Task<T> AgainAsync<T>(Call<T> call, RegistryException first, CancellationToken stop)
    {
        ExceptionDispatchInfo? known = ExceptionDispatchInfo.Capture(first);
        ResiliencePipeline retries = call.Repeat is Repeat.Freely
            ? _freely ??= Retries.Pipeline(options, trace, Repeat.Freely)
            : _onlyIfRefused ??= Retries.Pipeline(options, trace, Repeat.OnlyIfRefused);
        return await retries.ExecuteAsync(
            async token =>
            {
                Interlocked.Exchange(ref known, null)?.Throw();
                // Waiting for one's turn does not count against the time that the service has for its answer.
                if (call.Pacer is not null) await call.Pacer.WaitAsync(token);
                if (call.LookAgain is not null) await LookAgainAsync(call, call.LookAgain, token);
                return await TryAsync(call, token);
            },
            stop);
    }

    private static async Task LookAgainAsync<T>(Call<T> call, Func<CancellationToken, Task> look, CancellationToken stop)
    {
        try
        {
            await look(stop);
        }
        catch (RegistryException e)
        {
            // It had tries enough of its own.
            (e.IsFinal, e.AfterLostAnswer) = (true, call.AnswerWasLost);
            throw;
        }
    }

    /// <summary>True if a token may travel to this address: https, or http that stays on this machine.</summary>
    internal static bool IsSafe(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    private static void RequireSafe(Uri address)
    {
        if (!IsSafe(address))
            throw new RegistryException(
                RegistryErrorKind.UnsafeRequest,
                $"'{address.GetLeftPart(UriPartial.Authority)}' is not https. Plain http is used towards this machine only.");
    }

    private async Task<T> TryAsync<T>(Call<T> call, CancellationToken stop)
    {
        // Signing in has limits of its own; and while it fails, the request surely was not sent.
        AccessToken token = await SignInAsync(call, stop);
        try
        {
            return await TryWithTokenAsync(call, token, stop);
        }
        catch (RegistryException e)
        {
            call.AnswerWasLost |= e.OutcomeUnknown && call.IsChange;
            if (call.AnswerWasLost) e.AfterLostAnswer = true;
            throw;
        }
    }

    private async Task<AccessToken> SignInAsync<T>(Call<T> call, CancellationToken stop)
    {
        try
        {
            return await tokens.GetTokenAsync(refused: null, trace, stop);
        }
        catch (RegistryException e) when (call.AnswerWasLost)
        {
            // The failure is shared by all that wait for the token, so it is told anew.
            throw e.Told(e.Message, e.Advice, e.NamesItsSubject, afterLostAnswer: true);
        }
    }

    private async Task<T> TryWithTokenAsync<T>(Call<T> attempt, AccessToken token, CancellationToken stop)
    {
        try
        {
            return await SendInTimeAsync(attempt, token, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.QuotaExceeded && attempt.Pacer is not null)
        {
            attempt.Pacer.SlowDown(e.RetryAfter);
            throw;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.Unauthenticated)
        {
            // A token may be revoked, or have expired by the service's clock. A source that can, brings a new one.
            AccessToken fresh = await tokens.GetTokenAsync(refused: token, trace, stop);
            if (fresh.Value is null || fresh.Value == token.Value) throw;
            return await SendInTimeAsync(attempt, fresh, stop);
        }
    }

    private async Task<T> SendInTimeAsync<T>(Call<T> attempt, AccessToken token, CancellationToken stop)
    {
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(stop);
        inTime.CancelAfter(options.RequestTimeout);
        try
        {
            return await SendOnceAsync(attempt, token, inTime.Token);
        }
        catch (OperationCanceledException late) when (!stop.IsCancellationRequested)
        {
            string seconds = options.RequestTimeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            throw new RegistryException(RegistryErrorKind.TimedOut, $"No answer within {seconds} s.", late)
            {
                Request = Line(attempt.Method, attempt.Address),
            };
        }
    }

    private async Task<T> SendOnceAsync<T>(Call<T> attempt, AccessToken token, CancellationToken stop)
    {
        string line = Line(attempt.Method, attempt.Address);
        long started = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(attempt.Method, attempt.Address)
        {
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
        };
        if (token.Value is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
        if (token.QuotaProject is not null) request.Headers.Add("X-Goog-User-Project", token.QuotaProject);
        if (attempt.Accept is not null) request.Headers.TryAddWithoutValidation("Accept", attempt.Accept);
        if (attempt.Body is not null)
        {
            request.Content = new ByteArrayContent(attempt.Body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        exchange?.Invoke(Exchange.Describe(request, attempt.Body, token));
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            trace?.Invoke(FormattableString.Invariant(
                $"{attempt.Method} {attempt.Address.AbsoluteUri} -> {(int)response.StatusCode} in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms"));

            if (response.Headers.Date is DateTimeOffset date) Volatile.Write(ref _ahead, (DateTimeOffset.UtcNow - date).Ticks);

            if (exchange is not null)
            {
                // The whole answer is held for once; who reads along is not in a hurry.
                await response.Content.LoadIntoBufferAsync().WaitAsync(stop);
                exchange(Exchange.Describe(response, await response.Content.ReadAsByteArrayAsync(stop)));
            }

            if (!response.IsSuccessStatusCode)
                throw ErrorEnvelope.Translate(
                    line, response.StatusCode, await AnswerReader.ReadErrorAsync(response.Content, stop), AnswerReader.RetryAfter(response),
                    attempt.Needs);

            return attempt.ReadBytes is Func<byte[], T> read
                ? read(await AnswerReader.ReadBytesAsync(response, MaxBytes, line, stop))
                : await AnswerReader.ReadAsync(response, attempt.Read, line, stop);
        }
        catch (OperationCanceledException e)
        {
            trace?.Invoke(FormattableString.Invariant(
                $"{attempt.Method} {attempt.Address.AbsoluteUri} -> no answer after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms"));
            // Neither who cancels nor our time-out: the pool's own time for a connection is over.
            if (!stop.IsCancellationRequested)
                throw new RegistryException(RegistryErrorKind.Unreachable, "No connection came about in time.", e)
                {
                    Request = line,
                    NeverSent = true,
                };
            throw;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            bool neverSent = e is HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
            };
            bool isDistrusted = e is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError };
            // "See inner exception" is all that the outer one says about a certificate.
            // And "An error occurred while sending the request" all that it says about a connection that broke.
            string message = isDistrusted ? e.GetBaseException().Message
                : neverSent ? e.Message
                : $"The connection broke: {e.GetBaseException().Message}";
            trace?.Invoke($"{attempt.Method} {attempt.Address.AbsoluteUri} -> {message}");
            throw new RegistryException(RegistryErrorKind.Unreachable, message, e)
            {
                Request = line,
                NeverSent = neverSent,
                Advice = isDistrusted ? CertificateAdvice : null,
            };
        }
    }

    private static string Line(HttpMethod method, Uri address) => $"{method} {address.GetLeftPart(UriPartial.Path)}";
}
