using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>Counts the outcomes of one clean-up, for its progress bar and its summary.</summary>
/// <param name="activityId">The id of the bar.</param>
/// <param name="activity">Gets the name of the cmdlet.</param>
/// <param name="planning">Counts the images that were examined.</param>
/// <param name="asking">Gets the total time that questions have been open so far.</param>
internal sealed class CleanUpSummary(
    int activityId, Func<string> activity, PlanningProgress planning, Func<TimeSpan> asking)
{
    private static readonly TimeSpan BetweenProgress = TimeSpan.FromMilliseconds(100);

    private readonly RemovalTotals _totals = new("digest", "digests");
    private readonly Dictionary<(RemovalStatus Status, string Reason), int> _counts = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan _shown = TimeSpan.Zero;
    private readonly Stopwatch _sweeping = new(); // runs while anything is being deleted, even while a question is open
    private TimeSpan _asked, _askedBefore; // while anything was being deleted; and before that
    private readonly object _lock = new();
    private int _sweeps;
    private int _planned, _done;
    private long _unfinishedBytes;

    /// <summary>Gets or sets whether the clean-up only says what it would do.</summary>
    public bool IsWhatIf { get; set; }

    /// <summary>Sets the sentence about what is saved of what is removed.</summary>
    public string Saved
    {
        set => _totals.Remark = value;
    }

    /// <summary>Gets whether any deletion was confirmed so far.</summary>
    public bool HasPlanned => _planned > 0;

    /// <summary>Counts deletions that were confirmed.</summary>
    public void Plan(int count, long bytes)
    {
        _planned += count;
        _unfinishedBytes += bytes;
    }

    /// <summary>Counts one digest.</summary>
    /// <param name="image">The digest.</param>
    /// <param name="planned">Whether it is one of those that were confirmed, and so advances the bar.</param>
    public void Add(RemovedImage image, bool planned)
    {
        (RemovalStatus, string) key = (image.RemovalStatus, InGeneral(image.Reason));
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
        _totals.Add(image.RemovalStatus, image.SizeBytes);
        if (!planned) return;
        _done++;
        _unfinishedBytes -= image.SizeBytes;
    }

    /// <summary>Counts the digests that stay because a question was not answered.</summary>
    public void Decline(int count, long bytes) => _totals.Add(RemovalStatus.NotReached, bytes, count);

    /// <summary>Counts the digests whose deletion was confirmed and has not begun, at the end of the run.</summary>
    /// <param name="underWay">The digests whose deletion has begun, and has no outcome.</param>
    public void LeaveRest(IReadOnlyCollection<DockerImage> underWay)
    {
        int left = _planned - _done - underWay.Count;
        if (left > 0) Decline(left, _unfinishedBytes - underWay.Sum(image => image.SizeBytes));
    }

    /// <summary>Called when deletions of an image begin.</summary>
    public void BeginSweep()
    {
        lock (_lock)
        {
            if (_sweeps++ > 0) return;
            _askedBefore = asking();
            _sweeping.Start();
        }
    }

    /// <summary>Called when they have ended. May be called from any thread.</summary>
    public void EndSweep()
    {
        lock (_lock)
        {
            if (--_sweeps > 0) return;
            _asked += asking() - _askedBefore;
            _sweeping.Stop();
        }
    }

    /// <summary>
    /// Gets the current state of the bar; null if it was shown a moment ago, or if there is nothing to show yet.
    /// </summary>
    public ProgressRecord? NextProgress()
    {
        TimeSpan now = Stopwatch.GetElapsedTime(_started);
        if (now - _shown < BetweenProgress || Current() is not ProgressRecord record) return null;
        _shown = now;
        return record;
    }

    /// <summary>Gets the current state of the bar; null if there is nothing to show yet.</summary>
    public ProgressRecord? Current()
    {
        if (_planned == 0) return null;
        int done = Math.Min(_done, _planned);
        double perSecond = done / Math.Max(Deleting.TotalSeconds, 0.001);
        double expected = _planned * planning.Scale; // images that were not examined yet count as much as the others
        string more = planning.Unplanned is { Length: > 0 } unplanned ? $", {unplanned}" : "";
        return new ProgressRecord(
            activityId, activity(),
            string.Create(
                CultureInfo.InvariantCulture,
                $"Deleting images: {done} of {_planned}, {perSecond:0} a second, "
                    + $"{_totals.Size(RemovalStatus.Removed)} freed{more}"
            )
        )
        {
            PercentComplete = (int)(100 * done / expected),
            SecondsRemaining = perSecond > 0 ? (int)((expected - done) / perSecond) : -1,
        };
    }

    // The time in which anything was being deleted. Deletions stand while a question does, since nobody takes their
    // rows.
    private TimeSpan Deleting
    {
        get
        {
            lock (_lock) return _sweeping.Elapsed - _asked - (_sweeps > 0 ? asking() - _askedBefore : TimeSpan.Zero);
        }
    }

    /// <summary>Gets the record that removes the bar; null if it was never shown.</summary>
    public ProgressRecord? LastProgress() => _shown == TimeSpan.Zero ? null
        : new ProgressRecord(activityId, activity(), "done") { RecordType = ProgressRecordType.Completed };

    /// <summary>Gets all outcomes in one line. The time does not include open questions.</summary>
    public string Totals() =>
        _totals.Line(
            TimeSpan.FromSeconds(
                Math.Max(_sweeping.Elapsed.TotalSeconds, (Stopwatch.GetElapsedTime(_started) - asking()).TotalSeconds)
            ),
            IsWhatIf
        );

    /// <summary>Gets the outcomes by reason, for example "Kept 12: 8 signature of …, 4 has the tag".</summary>
    public string Reasons() => string.Join(
        "; ",
        _counts.GroupBy(count => count.Key.Status).OrderBy(group => group.Key).Select(group =>
        {
            string freed = group.Key is RemovalStatus.Removed ? $" ({_totals.Size(RemovalStatus.Removed)} freed)" : "";
            string reasons = string.Join(", ", group.OrderByDescending(count => count.Value)
                .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value} {count.Key.Reason}")));
            return string.Create(
                CultureInfo.InvariantCulture, $"{group.Key} {group.Sum(count => count.Value)}{freed}: {reasons}");
        }));

    // "linux/arm64 of sha256:77d0…12ef (v41)" occurs once; "linux/arm64 of …" can be counted.
    private static string InGeneral(string reason)
    {
        int tags = reason.IndexOf("; its tag", StringComparison.Ordinal);
        if (tags > 0) return reason[..tags];
        int digest = reason.IndexOf("sha256:", StringComparison.Ordinal);
        if (digest > 0) return reason[..digest] + SafeText.Ellipsis;
        int detail = reason.IndexOf(" (", StringComparison.Ordinal);
        return detail > 0 ? reason[..detail] : reason;
    }
}
