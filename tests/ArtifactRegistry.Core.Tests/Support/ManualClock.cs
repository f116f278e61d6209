namespace ArtifactRegistry.Core.Tests.Support;

/// <summary>A clock that goes only when told to, and then sets off the timers that are due, in their order.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        TimeSpan end = _now + time;
        while (_timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due) is ManualTimer next)
        {
            _now = next.Due > _now ? next.Due : _now;
            _timers.Remove(next);
            next.SetOff();
        }

        _now = end;
    }

    private sealed class ManualTimer(ManualClock clock, Action setOff) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void SetOff() => setOff();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock._timers.Remove(this);
            if (dueTime == Timeout.InfiniteTimeSpan) return true;
            Due = clock._now + dueTime;
            clock._timers.Add(this);
            return true;
        }

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
