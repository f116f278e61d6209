using System.Collections;

namespace ArtifactRegistry.Emulator;

/// <summary>What goes wrong with a request.</summary>
public enum FaultKind
{
    /// <summary>429 RESOURCE_EXHAUSTED.</summary>
    TooManyRequests,

    /// <summary>403 PERMISSION_DENIED; nothing was done. Not one that another try helps against.</summary>
    Forbidden,

    /// <summary>409 ABORTED: another change was under way; nothing was done.</summary>
    Aborted,

    /// <summary>500 INTERNAL; nothing was done.</summary>
    InternalError,

    /// <summary>502 with a page of HTML, as a front end sends it.</summary>
    BadGateway,

    /// <summary>503 UNAVAILABLE; nothing was done.</summary>
    Unavailable,

    /// <summary>504 DEADLINE_EXCEEDED; nothing was done.</summary>
    GatewayTimeout,

    /// <summary>The connection is reset; nothing was done.</summary>
    ResetBefore,

    /// <summary>The connection is reset, but the work was done.</summary>
    ResetAfter,

    /// <summary>The work is done, and the connection breaks in the middle of the answer.</summary>
    CutBody,

    /// <summary>The work is done, and the answer is complete but no JSON.</summary>
    MalformedJson,

    /// <summary>The right answer comes after <see cref="Fault.Delay"/>.</summary>
    Slow,

    /// <summary>The page is right, and its token leads to the same page again; other answers are not changed.</summary>
    RepeatedPageToken,
}

/// <summary>A rule by which requests fail.</summary>
/// <param name="Kind">What goes wrong.</param>
public sealed record Fault(FaultKind Kind)
{
    /// <summary>Which requests it is for; all if absent.</summary>
    public Func<RecordedRequest, bool>? When { get; init; }

    /// <summary>The share of those requests that fail, 0 to 1, drawn by <see cref="Seed"/>.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>What the draws start from, so that a run can be repeated.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How many requests fail before it stops; no end if absent.</summary>
    public int? Times { get; init; }

    /// <summary>
    /// The <c>Retry-After</c> header, seconds or a date; <see cref="Behaviour.RetryAfter"/> if absent.
    /// </summary>
    public string? RetryAfter { get; init; }

    /// <summary>How long <see cref="FaultKind.Slow"/> takes.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>The faults in force, asked in order; the first that applies wins. Safe from any thread.</summary>
public sealed class FaultCollection : IEnumerable<Fault>
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];

    /// <summary>Puts a fault in force.</summary>
    public void Add(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        lock (_lock) _entries.Add(new Entry(fault));
    }

    /// <summary>Ends all faults.</summary>
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
