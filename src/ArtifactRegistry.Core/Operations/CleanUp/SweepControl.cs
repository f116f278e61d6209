using System.Collections.Concurrent;
using ArtifactRegistry.Archive;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The state that all sweeps of one command share: the limits, the rate, the journal, and the deletions under way.
/// </summary>
/// <param name="concurrency">The number of digests that are processed at once.</param>
/// <param name="pacer">Limits the deletions per second.</param>
/// <param name="maxCount">The maximum number of deletions; null for no limit.</param>
/// <param name="timeLimit">The time after which no further deletion begins; null for no limit.</param>
/// <param name="journal">The journal that records intents and results; null for none.</param>
/// <param name="archive">Saves digests before they are deleted; null if nothing is saved.</param>
/// <param name="clock">The clock of the time limit.</param>
internal sealed class SweepControl(
    int concurrency,
    Pacer pacer,
    int? maxCount,
    TimeSpan? timeLimit,
    Journal? journal,
    SaveImage? archive,
    TimeProvider clock)
    : IDisposable
{
    private readonly CountLimit? _count = maxCount is int max ? new CountLimit(max) : null;
    private readonly PermissionLimit _permission = new();
    private readonly EndOfRun _end = new();
    private readonly ConcurrentDictionary<DockerImage, bool> _underWay = [];
    private readonly ConcurrentDictionary<RemovedImage, bool> _unread = [];
    private IReadOnlyList<ISweepLimit>? _limits;

    /// <summary>The number of digests that are processed at once.</summary>
    public int Concurrency => concurrency;

    /// <summary>The slots for the digests that are processed at once, for all images together.</summary>
    public SemaphoreSlim Slots { get; } = new(concurrency);

    /// <summary>Saves digests before they are deleted; null if nothing is saved.</summary>
    public SaveImage? Archive => archive;

    /// <summary>The rate of deletions.</summary>
    public Pacer Pacer => pacer;

    /// <summary>The time limit; null if there is none.</summary>
    public TimeLimit? Time { get; } = timeLimit is TimeSpan limit ? new TimeLimit(limit, clock) : null;

    /// <summary>
    /// The digests whose deletion began and has no result: after Ctrl+C, the outcome of these is unknown.
    /// </summary>
    public IReadOnlyCollection<DockerImage> UnderWay => [.. _underWay.Keys];

    /// <summary>The outcomes that the caller has not read: after Ctrl+C no more rows are taken.</summary>
    public IReadOnlyCollection<RemovedImage> Unread => [.. _unread.Keys];

    /// <summary>
    /// Reserves the deletions of an image within the maximum number of deletions. Call this once per image, in order.
    /// </summary>
    public void Admit(SweepOrder order) => _count?.Admit(order);

    /// <summary>
    /// Gets the digests that <see cref="Admit"/> would reserve: all of them without a maximum number of deletions.
    /// </summary>
    public IReadOnlyCollection<ImageNode> Admissible(SweepOrder order) =>
        _count?.Admissible(order) ?? [.. order.Digests];

    /// <summary>Gets the reason why a deletion must no longer begin; null while it may.</summary>
    public string? Refuses(ImageNode node) =>
        Limits.Select(each => each.Refuses(node)).FirstOrDefault(reason => reason is not null);

    /// <summary>Keeps further deletions from beginning.</summary>
    public void End(string reason) => _end.End(reason);

    /// <summary>Waits until the rate allows a deletion, or until the time is up.</summary>
    public async Task WaitForTurnAsync(CancellationToken stop)
    {
        using CancellationTokenSource inTime = CancelledInTime(stop);
        try
        {
            await pacer.WaitAsync(inTime.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The caller finds out by asking the limit.
        }
    }

    /// <summary>Learns from the outcome of a request whether the permission for it is missing.</summary>
    public void Learn(RemovedImage result) => _permission.Learn(result);

    private CancellationTokenSource CancelledInTime(CancellationToken stop) => Time is null
        ? CancellationTokenSource.CreateLinkedTokenSource(stop)
        : CancellationTokenSource.CreateLinkedTokenSource(stop, Time.Token);

    /// <summary>
    /// Records that the deletion of a digest is about to be sent. Returns false if that cannot be written to the
    /// journal.
    /// </summary>
    public async Task<bool> TryBeginAsync(DockerImage image)
    {
        if (!_underWay.TryAdd(image, true)) return true; // another try
        if (journal is null || await journal.TryIntendAsync(image)) return true;
        _underWay.TryRemove(image, out _);
        return false;
    }

    /// <summary>Records the outcome for a digest.</summary>
    public async Task FinishAsync(DockerImage image, RemovedImage result)
    {
        if (_underWay.ContainsKey(image))
        {
            if (journal is not null) await journal.TryNoteAsync(result);
            _underWay.TryRemove(image, out _);
            _permission.Learn(result);
        }

        _unread.TryAdd(result, true);
    }

    /// <summary>Records that the caller has read an outcome.</summary>
    public void NoteRead(RemovedImage result) => _unread.TryRemove(result, out _);

    /// <summary>
    /// Closes the journal, after writing a line for each deletion that began and that the run did not wait for.
    /// </summary>
    public void Dispose()
    {
        foreach (DockerImage image in _underWay.Keys) journal?.NoteUnknown(image);
        journal?.Dispose();
        archive?.Dispose();
        Slots.Dispose();
        Time?.Dispose();
    }

    private IReadOnlyList<ISweepLimit> Limits => _limits ??=
        [.. new ISweepLimit?[] { _end, _permission, journal, archive, Time, _count }.OfType<ISweepLimit>()];
}
