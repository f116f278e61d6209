using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>What all sweeps of one command share: how many requests at once and a second, how much in all, how long.</summary>
/// <param name="concurrency">How many digests are worked on at once.</param>
/// <param name="pacer">How many deletions a second.</param>
/// <param name="maxCount">After how many deletions to end; null for no limit.</param>
/// <param name="timeLimit">After what time to begin no further deletion; null for no limit.</param>
/// <param name="journal">Where intents and results are noted; null for nowhere.</param>
internal sealed class SweepLimits(
    int concurrency, Pacer pacer, int? maxCount, TimeSpan? timeLimit, Journal? journal) : IDisposable
{
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private int _left = maxCount ?? int.MaxValue;

    internal int Concurrency => concurrency;

    internal SemaphoreSlim Slots { get; } = new(concurrency);

    internal Pacer Pacer => pacer;

    internal Journal? Journal => journal;

    /// <summary>Why no further deletion may begin; null if one may, and then it is counted.</summary>
    internal string? Take()
    {
        if (OutOfTime is string reason) return reason;
        return maxCount is null || Interlocked.Decrement(ref _left) >= 0 ? null : $"the limit of {maxCount} deletions was reached";
    }

    internal string? OutOfTime =>
        timeLimit is TimeSpan limit && TimeProvider.System.GetElapsedTime(_started) >= limit
            ? $"the time limit of {limit:g} was reached"
            : null;

    /// <inheritdoc/>
    public void Dispose() => Slots.Dispose();
}
