namespace ArtifactRegistry.Http;

/// <summary>
/// Limits the number of requests per second, and lowers the limit for a while after the service has refused a request
/// because of its quota.
/// </summary>
/// <param name="perSecond">The rate that is never exceeded.</param>
/// <param name="clock">The clock.</param>
internal sealed class Pacer(double perSecond, TimeProvider clock)
{
    private readonly double _fullRate = perSecond;
    private const double SlowestRate = 1;
    private const double GrowthPerSecond = 0.1; // of the full rate
    private static readonly TimeSpan CatchUp = TimeSpan.FromMilliseconds(20);
    // As in the transport: a longer wait is reported as an error instead.
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan OneSlowDown = TimeSpan.FromSeconds(1);

    private readonly object _lock = new();
    private readonly long _start = clock.GetTimestamp();
    private TimeSpan _next = TimeSpan.Zero;
    private TimeSpan _slowedAt = TimeSpan.MinValue;
    private double _rateWhenSlowed;

    /// <summary>Waits until this request may be sent.</summary>
    public Task WaitAsync(CancellationToken stop)
    {
        TimeSpan wait;
        lock (_lock)
        {
            TimeSpan now = clock.GetElapsedTime(_start);
            // Make up for a small delay caused by timers; making up for more would cause a burst.
            TimeSpan turn = _next > now - CatchUp ? _next : now - CatchUp;
            _next = turn + TimeSpan.FromSeconds(1 / RateAt(now));
            wait = turn - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, clock, stop) : Task.CompletedTask;
    }

    /// <summary>
    /// Halves the rate, and pauses as long as the service asks. The rate then grows by a tenth of the full rate per
    /// second.
    /// </summary>
    public void SlowDown(TimeSpan? pause)
    {
        lock (_lock)
        {
            TimeSpan now = clock.GetElapsedTime(_start);
            // Requests that were under way together are refused together, and count as one slow-down.
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
