using System.Collections.Concurrent;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>What all sweeps of one command share: its limits, its rate, its journal, and what is under way.</summary>
/// <param name="concurrency">How many digests are worked on at once.</param>
/// <param name="pacer">How many deletions a second.</param>
/// <param name="maxCount">After how many deletions to end; null for no limit.</param>
/// <param name="timeLimit">After what time to begin no further deletion; null for no limit.</param>
/// <param name="journal">Where intents and results are noted; null for nowhere.</param>
internal sealed class SweepControl(
    int concurrency, Pacer pacer, int? maxCount, TimeSpan? timeLimit, Journal? journal) : IDisposable
{
    private readonly CountLimit? _count = maxCount is int max ? new CountLimit(max) : null;
    private readonly PermissionLimit _permission = new();
    private readonly EndOfRun _end = new();
    private readonly ConcurrentDictionary<DockerImage, bool> _underWay = [];
    private IReadOnlyList<ISweepLimit>? _limits;

    /// <summary>How many digests are worked on at once.</summary>
    public int Concurrency => concurrency;

    /// <summary>One place for each digest that is worked on, for all images together.</summary>
    public SemaphoreSlim Slots { get; } = new(concurrency);

    /// <summary>The rate of deletions.</summary>
    public Pacer Pacer => pacer;

    /// <summary>The time limit; null if there is none.</summary>
    public TimeLimit? Time { get; } = timeLimit is TimeSpan limit ? new TimeLimit(limit) : null;

    /// <summary>What was begun and has no result: after Ctrl+C nobody knows what became of it.</summary>
    public IReadOnlyCollection<DockerImage> UnderWay => [.. _underWay.Keys];

    /// <summary>Takes the deletions of an image out of what may still be deleted. To be called once for each image, in order.</summary>
    public void Admit(SweepOrder order) => _count?.Admit(order);

    /// <summary>Gets why a deletion must not begin any more; null while it may.</summary>
    public string? Refuses(ImageNode node) =>
        Limits.Select(each => each.Refuses(node)).FirstOrDefault(reason => reason is not null);

    /// <summary>Lets no further deletion begin.</summary>
    public void End(string reason) => _end.End(reason);

    /// <summary>Waits for the turn of a deletion, or until the time is up.</summary>
    public async Task WaitForTurnAsync(CancellationToken stop)
    {
        using CancellationTokenSource inTime = CancelledInTime(stop);
        try
        {
            await pacer.WaitAsync(inTime.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The limit says so to whoever asks.
        }
    }

    private CancellationTokenSource CancelledInTime(CancellationToken stop) => Time is null
        ? CancellationTokenSource.CreateLinkedTokenSource(stop)
        : CancellationTokenSource.CreateLinkedTokenSource(stop, Time.Token);

    /// <summary>Notes that the deletion of a digest is about to be sent; false if the journal cannot take that.</summary>
    public async Task<bool> TryBeginAsync(DockerImage image)
    {
        if (!_underWay.TryAdd(image, true)) return true; // another try
        if (journal is null || await journal.TryIntendAsync(image)) return true;
        _underWay.TryRemove(image, out _);
        return false;
    }

    /// <summary>Notes what became of a digest whose deletion was begun.</summary>
    public async Task FinishAsync(DockerImage image, RemovedImage result)
    {
        if (!_underWay.ContainsKey(image)) return;
        if (journal is not null) await journal.TryNoteAsync(result);
        _underWay.TryRemove(image, out _);
        _permission.Learn(result);
    }

    /// <summary>Closes the journal, with a line for each deletion that was begun and that nobody waited for.</summary>
    public void Dispose()
    {
        foreach (DockerImage image in _underWay.Keys) journal?.NoteUnknown(image);
        journal?.Dispose();
        Slots.Dispose();
        Time?.Dispose();
    }

    private IReadOnlyList<ISweepLimit> Limits => _limits ??=
        [.. new ISweepLimit?[] { _end, _permission, journal, Time, _count }.OfType<ISweepLimit>()];
}
