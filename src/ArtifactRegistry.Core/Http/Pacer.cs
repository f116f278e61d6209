namespace ArtifactRegistry.Http;

/// <summary>
/// Lets so many requests a second pass and no more, fewer for a while after the service has refused one for its quota.
/// </summary>
/// <param name="perSecond">The rate that is never exceeded.</param>
/// <param name="clock">What tells the time.</param>
internal sealed class Pacer(double perSecond, TimeProvider clock)
{
    private readonly double _fullRate = perSecond;
    private const double SlowestRate = 1;
    private const double GrowthPerSecond = 0.1; // of the full rate
    private static readonly TimeSpan CatchUp = TimeSpan.FromMilliseconds(20);
    // As the transport: longer is reported, not slept.
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan OneSlowDown = TimeSpan.FromSeconds(1);

    private readonly object _lock = new();
    private readonly long _start = clock.GetTimestamp();
    private TimeSpan _next = TimeSpan.Zero;
    private TimeSpan _slowedAt = TimeSpan.MinValue;
    private double _rateWhenSlowed;

    /// <summary>Waits for this request's turn.</summary>
    public Task WaitAsync(CancellationToken stop)
    {
        TimeSpan wait;
        lock (_lock)
        {
            TimeSpan now = clock.GetElapsedTime(_start);
            // A turn that timers made us miss by a little is made up for; more would be a burst.
            TimeSpan turn = _next > now - CatchUp ? _next : now - CatchUp;
            _next = turn + TimeSpan.FromSeconds(1 / RateAt(now));
            wait = turn - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, clock, stop) : Task.CompletedTask;
    }

    /// <summary>Halves the rate, and pauses as long as the service asks. It grows back by a tenth a second.</summary>
    public void SlowDown(TimeSpan? pause)
    {
        lock (_lock)
        {
            TimeSpan now = clock.GetElapsedTime(_start);
            // Requests that were on their way together are refused together, and mean one slow-down.
            if (_slowedAt == TimeSpan.MinValue || now - _slowedAt > OneSlowDown)
            {
                _rateWhenSlowed = Math.Max(Math.Min(SlowestRate, _fullRate), RateAt(now) / 2);
                _slowedAt = now;
            }

            if (pause is TimeSpan asked && asked <= MaxPause && now + asked > _next) _next = now + asked;
        }
    }

    private double RateAt(TimeSpan now) =>
        _slowedAt == TimeSpan.MinValue
            ? _fullRate
            : Math.Min(_fullRate, _rateWhenSlowed + ((now - _slowedAt).TotalSeconds * _fullRate * GrowthPerSecond));
}
