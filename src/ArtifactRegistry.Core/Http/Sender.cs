using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using ArtifactRegistry.Auth;

namespace ArtifactRegistry.Http;

/// <summary>Sends a request once, within the time limit, with tracing, and translates its failures.</summary>
/// <param name="http">The shared connection pool.</param>
/// <param name="options">The time-out.</param>
/// <param name="trace">Called once per request with a line for -Verbose.</param>
/// <param name="exchange">Called with requests and responses for -Debug.</param>
internal sealed class Sender(HttpClient http, TransportOptions options, Action<string>? trace, Action<string>? exchange)
{
    // A smaller difference comes from the resolution of the Date header, the network, and ordinary clock deviation.
    private static readonly TimeSpan MaxUnremarkable = TimeSpan.FromMinutes(1);

    private long _ahead; // ticks

    /// <summary>
    /// Gets how far this machine's clock is ahead of the service's, by the Date header of the last response; zero if it
    /// is not ahead, or only slightly.
    /// </summary>
    public TimeSpan ClockAhead =>
        new TimeSpan(Volatile.Read(ref _ahead)) is var ahead && ahead > MaxUnremarkable ? ahead : TimeSpan.Zero;

    /// <summary>Gets the time by the service's clock, by the Date header of the last response.</summary>
    public DateTimeOffset ServiceTime => DateTimeOffset.UtcNow - new TimeSpan(Volatile.Read(ref _ahead));

    /// <summary>Makes one attempt.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task<Attempt<T>> SendAsync<T>(Call<T> call, AccessToken token, CancellationToken stop)
    {
        using CancellationTokenSource inTime = CancellationTokenSource.CreateLinkedTokenSource(stop);
        inTime.CancelAfter(options.RequestTimeout);
        try
        {
            return new Attempt<T>(await ExchangeAsync(call, token, inTime));
        }
        catch (RegistryException e)
        {
            return new Attempt<T>(e);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            string seconds = options.RequestTimeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            return new Attempt<T>(new RegistryException(RegistryErrorKind.TimedOut, $"No answer within {seconds} s.", e)
            {
                Request = call.Line,
            });
        }
    }

    private async Task<T> ExchangeAsync<T>(Call<T> call, AccessToken token, CancellationTokenSource inTime)
    {
        string shown = call.Shown;
        long started = Stopwatch.GetTimestamp();
        using HttpRequestMessage request = Request(call, token, RunClock);
        if (exchange is not null) exchange(await ExchangeTrace.DescribeAsync(shown, request, token, inTime.Token));
        HttpResponseMessage? response = null;
        Answer? answer = null;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, inTime.Token);
            trace?.Invoke(
                FormattableString.Invariant($"{shown} -> {(int)response.StatusCode} in {Milliseconds(started):0} ms")
            );
            if (response.Headers.Date is DateTimeOffset date)
                Volatile.Write(ref _ahead, (DateTimeOffset.UtcNow - date).Ticks);

            answer = new(response, call.Line, exchange)
            {
                IsOfRead = !call.IsChange,
                Waited = () => RunClock(true),
                MaxPause = options.RequestTimeout,
            };
            return response.IsSuccessStatusCode || (call.ReadsRedirect && answer.Redirect is not null)
                ? await call.Read(answer, inTime.Token)
                : throw await answer.ReadErrorAsync(call.Needs, inTime.Token);
        }
        catch (OperationCanceledException e)
        {
            trace?.Invoke(FormattableString.Invariant($"{shown} -> no answer after {Milliseconds(started):0} ms"));
            if (inTime.IsCancellationRequested) throw;
            // Neither the user nor the request time-out caused this: the connection pool's own time-out is over.
            throw new RegistryException(RegistryErrorKind.Unreachable, "No connection could be made in time.", e)
            {
                Request = call.Line,
                NeverSent = true,
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            RegistryException failure = ConnectionFailure.Translate(e, call.Line);
            trace?.Invoke($"{shown} -> {failure.Message}");
            throw failure;
        }
        finally
        {
            if (answer is not { IsTaken: true }) response?.Dispose();
        }

        void RunClock(bool runs) => inTime.CancelAfter(runs ? options.RequestTimeout : Timeout.InfiniteTimeSpan);
    }

    private static HttpRequestMessage Request<T>(Call<T> call, AccessToken token, Action<bool> runClock)
    {
        HttpRequestMessage request = new(call.Method, call.Address)
        {
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
            Content = call.StreamedContent?.Invoke(runClock) ?? call.Content?.Invoke(),
        };
        if (token.Value is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue(token.Scheme, token.Value);
        if (token.QuotaProject is not null)
            request.Headers.Add("X-Goog-User-Project", token.QuotaProject);
        if (call.Accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", call.Accept);
        foreach ((string name, string value) in call.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private static double Milliseconds(long started) => Stopwatch.GetElapsedTime(started).TotalMilliseconds;
}
