using Polly;
using Polly.Retry;

namespace ArtifactRegistry.Http;

/// <summary>
/// Tries a step again after a failure: requests, signing in, the metadata server, edits of a policy. Only what an attempt
/// returns as its <see cref="Attempt.Failure"/> is tried again; what it throws ends the step, so that a failure that was
/// tried often enough further down is not tried again further up.
/// </summary>
internal sealed class Retry
{
    /// <summary>The beginning of the line which says that a step failed and is tried again after a pause.</summary>
    public const string TryingAgain = "Trying again in ";

    private readonly ResiliencePipeline _pipeline;

    /// <summary>Prepares the attempts.</summary>
    /// <param name="maxAttempts">The number of attempts, the first included.</param>
    /// <param name="firstPause">The pause before the second attempt. It doubles from then on, with jitter.</param>
    /// <param name="maxPause">The longest pause.</param>
    /// <param name="isWorthAnother">Whether another attempt may mend a failure, after so many attempts.</param>
    /// <param name="trace">Called with a line before each further attempt.</param>
    /// <param name="clock">The clock; null for the system's.</param>
    public Retry(
        int maxAttempts,
        TimeSpan firstPause,
        TimeSpan maxPause,
        Func<RegistryException, int, bool>? isWorthAnother = null,
        Action<string>? trace = null,
        TimeProvider? clock = null) => _pipeline = maxAttempts <= 1 ? ResiliencePipeline.Empty
        : new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = maxAttempts - 1,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = firstPause,
            MaxDelay = maxPause,
            ShouldHandle = args => ValueTask.FromResult(
                Failure(args.Outcome) is { IsFinal: false } failure && isWorthAnother?.Invoke(failure, args.AttemptNumber + 1) != false),
            // A wait of nothing, or until a moment that has passed, leaves the pause to us; else all attempts go at once.
            DelayGenerator = args => ValueTask.FromResult(
                Failure(args.Outcome) is { RetryAfter: { Ticks: > 0 } wait } ? wait : (TimeSpan?)null),
            OnRetry = args =>
            {
                trace?.Invoke(FormattableString.Invariant(
                    $"{TryingAgain}{args.RetryDelay.TotalSeconds:0.0} s (try {args.AttemptNumber + 2} of {maxAttempts}): {Failure(args.Outcome)?.Message}"));
                return ValueTask.CompletedTask;
            },
        }).Build();

    /// <summary>Runs a step until an attempt succeeds or no other is worth it.</summary>
    /// <param name="attempt">Makes an attempt. Gets its number, from 1 on.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">The failure of the last attempt.</exception>
    public async Task<T> RunAsync<T>(Func<int, CancellationToken, Task<Attempt<T>>> attempt, CancellationToken stop)
    {
        int number = 0;
        Attempt<T> last = await _pipeline.ExecuteAsync(async token => await attempt(++number, token), stop);
        return last.Value;
    }

    private static RegistryException? Failure(Outcome<object> outcome) => outcome is { Result: Attempt attempt } ? attempt.Failure : null;
}
