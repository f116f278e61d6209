using System.Collections.Concurrent;
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
    // 24 days are the most that a timer takes; who waits for longer than that is told by the clock alone.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(24);

    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly CancellationTokenSource _timeIsUp =
        timeLimit is TimeSpan limit && limit < LongestTimer ? new(limit) : new();
    private int _left = maxCount ?? int.MaxValue;
    private readonly ConcurrentDictionary<ImageName, string> _denied = [];
    private volatile string? _ended;

    internal int Concurrency => concurrency;

    internal SemaphoreSlim Slots { get; } = new(concurrency);

    internal Pacer Pacer => pacer;

    internal Journal? Journal => journal;

    /// <summary>Lets no further deletion begin. What has begun comes to its end, and is told.</summary>
    internal void End(string reason) => _ended ??= reason;

    /// <summary>Lets no further deletion begin in a repository: the permission is one of the repository, not of a digest.</summary>
    internal void Deny(ImageName repository, string reason) => _denied.TryAdd(repository, reason);

    /// <summary>Why no further deletion may begin; null if one may, and then it is counted.</summary>
    internal string? Take(ImageName repository)
    {
        if (Ended is string reason) return reason;
        if (_denied.TryGetValue(repository, out string? denied)) return denied;
        return maxCount is null || Interlocked.Decrement(ref _left) >= 0 ? null : $"the limit of {maxCount} deletions was reached";
    }

    /// <summary>Waits for the turn of a deletion: why it may not begin any more, if the time limit came first; else null.</summary>
    internal async Task<string?> WaitForTurnAsync(CancellationToken stop)
    {
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(stop, _timeIsUp.Token);
        try
        {
            await pacer.WaitAsync(inTime.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The timer may be a little ahead of the clock.
            return OutOfTimeReason;
        }

        return Ended;
    }

    /// <summary>Why nothing may begin any more, however many deletions are left; null if something may.</summary>
    internal string? Ended => _ended
        ?? (timeLimit is TimeSpan limit && TimeProvider.System.GetElapsedTime(_started) >= limit ? OutOfTimeReason : null);

    private string OutOfTimeReason => $"the time limit of {timeLimit:g} was reached";

    /// <inheritdoc/>
    public void Dispose()
    {
        Slots.Dispose();
        _timeIsUp.Dispose();
    }
}
