using System.Collections;

namespace ArtifactRegistry.Emulator;

/// <summary>The kind of a fault.</summary>
public enum FaultKind
{
    /// <summary>429 RESOURCE_EXHAUSTED.</summary>
    TooManyRequests,

    /// <summary>403 PERMISSION_DENIED; nothing was done. Another attempt does not help.</summary>
    Forbidden,

    /// <summary>409 ABORTED: another change was under way; nothing was done.</summary>
    Aborted,

    /// <summary>500 INTERNAL; nothing was done.</summary>
    InternalError,

    /// <summary>502 with an HTML page, as sent by a front end.</summary>
    BadGateway,

    /// <summary>503 UNAVAILABLE; nothing was done.</summary>
    Unavailable,

    /// <summary>504 DEADLINE_EXCEEDED; nothing was done.</summary>
    GatewayTimeout,

    /// <summary>The connection is reset; nothing was done.</summary>
    ResetBefore,

    /// <summary>The connection is reset, but the work was done.</summary>
    ResetAfter,

    /// <summary>The work is done, and the connection breaks in the middle of the response.</summary>
    CutBody,

    /// <summary>The work is done, and the response is complete but not JSON.</summary>
    MalformedJson,

    /// <summary>The correct response is sent after <see cref="Fault.Delay"/>.</summary>
    Slow,

    /// <summary>
    /// The page is correct, but its token leads to the same page again; other responses are unchanged.
    /// </summary>
    RepeatedPageToken,
}

/// <summary>A rule by which requests fail.</summary>
/// <param name="Kind">The kind of the fault.</param>
public sealed record Fault(FaultKind Kind)
{
    /// <summary>The requests to which it applies; all if null.</summary>
    public Func<RecordedRequest, bool>? When { get; init; }

    /// <summary>The share of those requests that fail, 0 to 1, drawn by <see cref="Seed"/>.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>The seed of the random numbers, so that a run can be repeated.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The number of requests that fail before it stops; no limit if null.</summary>
    public int? Times { get; init; }

    /// <summary>
    /// The <c>Retry-After</c> header, seconds or a date; <see cref="Behaviour.RetryAfter"/> if null.
    /// </summary>
    public string? RetryAfter { get; init; }

    /// <summary>The delay of <see cref="FaultKind.Slow"/>.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>The active faults, evaluated in order; the first one that applies is used. Thread-safe.</summary>
public sealed class FaultCollection : IEnumerable<Fault>
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];

    /// <summary>Adds a fault.</summary>
    public void Add(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        lock (_lock) _entries.Add(new Entry(fault));
    }

    /// <summary>Removes all faults.</summary>
    public void Clear()
    {
        lock (_lock) _entries.Clear();
    }

    /// <inheritdoc/>
    public IEnumerator<Fault> GetEnumerator()
    {
        lock (_lock) return _entries.ConvertAll(entry => entry.Fault).GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal Fault? For(RecordedRequest request)
    {
        lock (_lock) return _entries.FirstOrDefault(entry => entry.Strikes(request))?.Fault;
    }

    private sealed class Entry(Fault fault)
    {
#pragma warning disable CA5394 // Repeatable on purpose; nothing secret hangs on it.
        private readonly Random _random = new(fault.Seed);
#pragma warning restore CA5394
        private int _struck;

        public Fault Fault => fault;

        public bool Strikes(RecordedRequest request)
        {
            if (fault.Times is int times && _struck >= times) return false;
            if (fault.When is not null && !fault.When(request)) return false;
#pragma warning disable CA5394 // Seeded, so that a run can be repeated; nothing secret hangs on it.
            if (fault.Rate < 1 && _random.NextDouble() >= fault.Rate) return false;
#pragma warning restore CA5394
            _struck++;
            return true;
        }
    }
}
