using Polly;
using Polly.Retry;

namespace ArtifactRegistry.Http;

/// <summary>Which failures are tried again, and after which pause.</summary>
internal static class Retries
{
    /// <summary>How a line begins that says that a request failed and goes out again after a pause.</summary>
    public const string TryingAgain = "Trying again in ";

    private const int TriesToConnect = 3; // after the first, about two seconds in all

    /// <summary>What sends a request again.</summary>
    /// <param name="options">How often, and after which pauses.</param>
    /// <param name="trace">Called with a line before each further try.</param>
    /// <param name="repeat">What may be sent again.</param>
    public static ResiliencePipeline Pipeline(TransportOptions options, Action<string>? trace, Repeat repeat) =>
        options.Retries == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.FirstPause,
                MaxDelay = options.LongestPause,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception switch
                {
                    RegistryException { IsFinal: true } => false,
                    // A wait that is longer than anybody sits through is reported, not slept.
                    RegistryException { RetryAfter: TimeSpan wait } when wait > options.LongestRetryAfter => false,
                    RegistryException { Kind: RegistryErrorKind.QuotaExceeded } => true,
                    // Another change was under way, so this one was not made. What has to be decided anew first, the caller repeats.
                    RegistryException { Kind: RegistryErrorKind.Aborted } => repeat is Repeat.Freely,
                    // A host that cannot be reached is mostly a wrong address or a missing network, and soon reported.
                    RegistryException { NeverSent: true } => args.AttemptNumber < TriesToConnect,
                    RegistryException { OutcomeUnknown: true } => repeat is Repeat.Freely,
                    _ => false,
                }),
                // A wait of nothing, or until a moment that has passed, leaves the pause to us: else all tries go at once.
                DelayGenerator = args => ValueTask.FromResult(
                    args.Outcome.Exception is RegistryException { RetryAfter: { Ticks: > 0 } wait } ? wait : (TimeSpan?)null),
                OnRetry = args =>
                {
                    trace?.Invoke(FormattableString.Invariant(
                        $"{TryingAgain}{args.RetryDelay.TotalSeconds:0.0} s (try {args.AttemptNumber + 2} of {options.Retries + 1}): {args.Outcome.Exception?.Message}"));
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
}
