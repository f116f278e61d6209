using System.Management.Automation;
using ArtifactRegistry.Http;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>
/// The progress bar of a cmdlet that takes longer than a second. It shows the activity, the progress, and the reason
/// for waiting if a request has to be repeated.
/// </summary>
/// <param name="cmdlet">The cmdlet.</param>
internal sealed class WaitingBar(PSCmdlet cmdlet)
{
    /// <summary>The interval at which the waiting thread checks whether there is something to show.</summary>
    public static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan Unremarkable = TimeSpan.FromSeconds(1);
    private static int s_lastId = 0x4172; // "Ar", to avoid the id of another command's bar

    private TimeProvider _clock = TimeProvider.System;
    private long _started = TimeProvider.System.GetTimestamp();
    private TimeSpan _lookedAt;
    private int _answers;
    private volatile string? _pause;
    private bool _shown;

    /// <summary>The bar's id; each cmdlet in a pipeline has its own.</summary>
    public int Id { get; } = Interlocked.Increment(ref s_lastId);

    /// <summary>A description of the activity; if null, the items under way are named.</summary>
    public string? Doing { get; set; }

    /// <summary>The number of objects written so far.</summary>
    public int Emitted { get; set; }

    /// <summary>The cmdlet's own bar, used instead of this one whenever it returns a record.</summary>
    public Func<ProgressRecord?>? Own { get; set; }

    /// <summary>Called when the cmdlet begins, with the clock by which a second is measured.</summary>
    public void Begin(TimeProvider clock)
    {
        _clock = clock;
        _started = clock.GetTimestamp();
    }

    /// <summary>Processes a trace line of the transport. May be called from any thread.</summary>
    public void Follow(string line)
    {
        bool pause = line.StartsWith(Retry.TryingAgain, StringComparison.Ordinal);
        _pause = pause ? SafeText.Clean(line) : null;
        if (!pause) Interlocked.Increment(ref _answers);
    }

    /// <summary>Shows the progress, unless it was shown a moment ago or the cmdlet has only just begun.</summary>
    public void Show(IReadOnlyCollection<object> items)
    {
        TimeSpan now = _clock.GetElapsedTime(_started);
        if (now < Unremarkable || now - _lookedAt < BetweenLooks) return;
        _lookedAt = now;
        string done =
            Emitted > 0 ? $"{Emitted} so far"
            : _answers == 1 ? "1 request so far"
            : $"{_answers} requests so far";
        ProgressRecord record = Own?.Invoke()
            ?? new ProgressRecord(Id, Name, SafeText.Clean($"{Doing ?? Names(items)}: {done}"));
        record.CurrentOperation = _pause;
        cmdlet.WriteProgress(record);
        _shown = true;
    }

    /// <summary>Removes the bar.</summary>
    public void Hide()
    {
        if (!_shown) return;
        _shown = false;
        cmdlet.WriteProgress(new ProgressRecord(Id, Name, "done") { RecordType = ProgressRecordType.Completed });
    }

    private string Name => cmdlet.MyInvocation.MyCommand.Name;

    private static string Names(IReadOnlyCollection<object> items)
    {
        string first = items.FirstOrDefault() switch
        {
            null => "Working",
            object[] list => string.Join(", ", list),
            object item => item.ToString() ?? "",
        };
        return items.Count < 2 ? first : $"{first} and {items.Count - 1} more";
    }
}
