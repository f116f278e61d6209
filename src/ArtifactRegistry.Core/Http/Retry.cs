using System.Globalization;
using Polly;
using Polly.Retry;

namespace ArtifactRegistry.Http;

/// <summary>
/// Retries a step after a failure: a request, signing in, the metadata server, an edit of a policy. A step is retried
/// only after a failure that an attempt returns as its <see cref="Attempt.Failure"/>. An exception that it throws ends
/// the step, so that a failure that was retried enough at a lower level is not retried again at a higher level.
/// </summary>
internal sealed class Retry
{
    /// <summary>The beginning of the trace line that says that a step failed and is retried after a pause.</summary>
    public const string TryingAgain = "Trying again in ";

    private readonly Func<RegistryException, int, bool>? _isWorthRetrying;
    private readonly int _maxAttempts;
    private readonly Lazy<ResiliencePipeline> _pipeline;

    /// <summary>Creates a retry policy.</summary>
    /// <param name="maxAttempts">The maximum number of attempts, including the first.</param>
    /// <param name="firstPause">The pause before the second attempt. It doubles from then on, with jitter.</param>
    /// <param name="maxPause">The longest pause.</param>
    /// <param name="isWorthRetrying">
    /// Returns whether another attempt may help, given a failure and the number of attempts.
    /// </param>
    /// <param name="trace">Called with a line before each further attempt.</param>
    /// <param name="clock">The clock; null for the system's.</param>
    public Retry(
        int maxAttempts,
        TimeSpan firstPause,
        TimeSpan maxPause,
        Func<RegistryException, int, bool>? isWorthRetrying = null,
        Action<string>? trace = null,
        TimeProvider? clock = null)
    {
        _isWorthRetrying = isWorthRetrying;
        _maxAttempts = maxAttempts;
        _pipeline = new(() => Pipeline(firstPause, maxPause, trace, clock));
    }

    /// <summary>Runs a step until an attempt succeeds or no further attempt is worthwhile.</summary>
    /// <param name="attempt">Makes an attempt. Receives its number, starting with 1.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">The failure of the last attempt.</exception>
    public async Task<T> RunAsync<T>(Func<int, CancellationToken, Task<Attempt<T>>> attempt, CancellationToken stop)
    {
        Attempt<T> first = await attempt(1, stop);
        return _maxAttempts > 1 && IsRetried(first, 1)
            ? await RunAgainAsync(first, attempt, stop)
            : first.Value;
    }

    // Apart from the first attempt, since most commands end without another one: loading and compiling Polly would be a
    // tenth of what the module adds to the start of a short command.
    private async Task<T> RunAgainAsync<T>(
        Attempt<T> first, Func<int, CancellationToken, Task<Attempt<T>>> attempt, CancellationToken stop)
    {
        int number = 0;
        Attempt<T> last = await _pipeline.Value.ExecuteAsync(
            async token => ++number == 1 ? first : await attempt(number, token), stop);
        return last.Value;
    }

    private bool IsRetried(Attempt attempt, int number) =>
        attempt.Failure is { IsFinal: false } failure && _isWorthRetrying?.Invoke(failure, number) != false;

    private ResiliencePipeline Pipeline(
        TimeSpan firstPause, TimeSpan maxPause, Action<string>? trace, TimeProvider? clock)
    {
        RetryStrategyOptions options = new()
        {
            MaxRetryAttempts = _maxAttempts - 1,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = firstPause,
            MaxDelay = maxPause,
            ShouldHandle = args => ValueTask.FromResult(
                args.Outcome is { Result: Attempt attempt } && IsRetried(attempt, args.AttemptNumber + 1)),
            // If the service asks for no wait, or until a time that has passed, use our own pause; otherwise all
            // attempts would follow at once.
            DelayGenerator = args => ValueTask.FromResult(
                Failure(args.Outcome) is { RetryAfter: { Ticks: > 0 } wait } ? wait : (TimeSpan?)null),
            OnRetry = args =>
            {
                trace?.Invoke(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{TryingAgain}{args.RetryDelay.TotalSeconds:0.0} s "
                        + $"(try {args.AttemptNumber + 2} of {_maxAttempts}): {Failure(args.Outcome)?.Message}"));
                return ValueTask.CompletedTask;
            },
        };
        return new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(options).Build();
    }

    private static RegistryException? Failure(Outcome<object> outcome) =>
        outcome is { Result: Attempt attempt } ? attempt.Failure : null;
}
