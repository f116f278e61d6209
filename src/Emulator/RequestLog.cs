namespace ArtifactRegistry.Emulator;

/// <summary>The log of all requests that arrived, and the holds that delay some of them. Thread-safe.</summary>
/// <param name="records">Whether requests are kept.</param>
public sealed class RequestLog(bool records = true)
{
    private readonly Lock _lock = new();
    private readonly List<RecordedRequest> _requests = [];
    private readonly List<RequestHold> _holds = [];
    private readonly List<TaskCompletionSource> _waitingForIdle = [];
    private int _open;
    private int _numbers;

    /// <summary>The number of requests that are being handled now, including held ones.</summary>
    /// <remarks>
    /// A request counts until its response is ready, so a client that has a response never sees it still counted.
    /// </remarks>
    public int Open
    {
        get { lock (_lock) return _open; }
    }

    /// <summary>
    /// The maximum number of requests that were handled at the same time since the last <see cref="Clear"/>.
    /// </summary>
    public int MaxOpen { get; private set; }

    /// <summary>Gets all requests so far, in the order of their arrival.</summary>
    public IReadOnlyList<RecordedRequest> Snapshot()
    {
        lock (_lock) return [.. _requests];
    }

    /// <summary>Gets the requests so far for which a predicate is true.</summary>
    public IReadOnlyList<RecordedRequest> Snapshot(Func<RecordedRequest, bool> predicate)
    {
        lock (_lock) return [.. _requests.Where(predicate)];
    }

    /// <summary>Clears the log.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _requests.Clear();
            MaxOpen = _open;
        }
    }

    /// <summary>Makes the requests for which a predicate is true wait until the hold is released or disposed.</summary>
    public RequestHold Hold(Func<RecordedRequest, bool> predicate, HoldPoint point = HoldPoint.BeforeWork)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        RequestHold hold = new(predicate, point, Remove);
        lock (_lock) _holds.Add(hold);
        return hold;
    }

    /// <summary>Completes when no request is being handled.</summary>
    public async Task WaitUntilIdleAsync(CancellationToken stop)
    {
        TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_open == 0) return;
            _waitingForIdle.Add(idle);
        }
        await idle.Task.WaitAsync(stop);
    }

    internal void Begin()
    {
        lock (_lock) MaxOpen = Math.Max(MaxOpen, ++_open);
    }

    internal RecordedRequest Record(
        string method, string pathAndQuery, string body, IReadOnlyDictionary<string, string> headers, string protocol)
    {
        lock (_lock)
        {
            RecordedRequest request = new(++_numbers, method, pathAndQuery, body, headers) { Protocol = protocol };
            if (records) _requests.Add(request);
            return request;
        }
    }

    internal async Task PassAsync(RecordedRequest request, HoldPoint point, CancellationToken aborted)
    {
        RequestHold[] holds;
        lock (_lock) holds = [.. _holds.Where(hold => hold.Takes(request, point))];
        foreach (RequestHold hold in holds) await hold.ArriveAsync(aborted);
    }

    internal void End()
    {
        TaskCompletionSource[] idle = [];
        lock (_lock)
        {
            if (--_open > 0) return;
            idle = [.. _waitingForIdle];
            _waitingForIdle.Clear();
        }
        foreach (TaskCompletionSource waiter in idle) waiter.TrySetResult();
    }

    internal void ReleaseAll()
    {
        RequestHold[] holds;
        lock (_lock) holds = [.. _holds];
        foreach (RequestHold hold in holds) hold.Release();
    }

    private void Remove(RequestHold hold)
    {
        lock (_lock) _holds.Remove(hold);
    }
}
