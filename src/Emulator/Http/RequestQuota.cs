using System.Diagnostics;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>Lets so many requests a second pass, and after a lull as many more as one second brings.</summary>
internal sealed class RequestQuota
{
    private readonly Lock _lock = new();
    private long _last;
    private double _tokens = double.MaxValue;

    /// <summary>False if this request is one too many.</summary>
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
