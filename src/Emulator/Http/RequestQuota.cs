using System.Diagnostics;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>
/// Allows a number of requests per second, and after a pause a burst of as many as one second allows.
/// </summary>
internal sealed class RequestQuota
{
    private readonly Lock _lock = new();
    private long _last;
    private double _tokens = double.MaxValue;

    /// <summary>Counts a request; returns false if it is one too many.</summary>
    public bool Take(int perSecond)
    {
        lock (_lock)
        {
            long now = Stopwatch.GetTimestamp();
            _tokens = Math.Min(perSecond, _tokens + (Stopwatch.GetElapsedTime(_last, now).TotalSeconds * perSecond));
            _last = now;
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }
}
