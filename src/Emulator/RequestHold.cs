namespace ArtifactRegistry.Emulator;

/// <summary>The point at which a held request waits.</summary>
public enum HoldPoint
{
    /// <summary>Before anything is done.</summary>
    BeforeWork,

    /// <summary>After the work, before the response.</summary>
    BeforeAnswer,
}

/// <summary>A hold that makes requests wait until it is released, so that a test needs no sleeps.</summary>
public sealed class RequestHold : IDisposable
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private readonly Func<RecordedRequest, bool> _predicate;
    private readonly HoldPoint _point;
    private readonly Action<RequestHold> _remove;
    private int _arrived;

    internal RequestHold(Func<RecordedRequest, bool> predicate, HoldPoint point, Action<RequestHold> remove) =>
        (_predicate, _point, _remove) = (predicate, point, remove);

    /// <summary>The number of requests that have arrived here so far, including those aborted since.</summary>
    public int Arrived
    {
        get { lock (_lock) return _arrived; }
    }

    /// <summary>Completes when the given number of requests has arrived here.</summary>
    public async Task WaitForArrivalAsync(int count, CancellationToken stop)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_arrived >= count) return;
            _waiters.Add((count, reached));
        }
        await reached.Task.WaitAsync(stop);
    }

    /// <summary>Releases the held requests, and holds no further ones.</summary>
    public void Release()
    {
        _remove(this);
        _released.TrySetResult();
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    internal bool Takes(RecordedRequest request, HoldPoint point) => point == _point && _predicate(request);

    internal Task ArriveAsync(CancellationToken aborted)
    {
        List<TaskCompletionSource> reached = [];
        lock (_lock)
        {
            _arrived++;
            reached.AddRange(_waiters.Where(waiter => waiter.Count <= _arrived).Select(waiter => waiter.Reached));
            _waiters.RemoveAll(waiter => waiter.Count <= _arrived);
        }
        foreach (TaskCompletionSource waiter in reached) waiter.TrySetResult();
        return _released.Task.WaitAsync(aborted);
    }
}
