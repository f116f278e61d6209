using System.Globalization;
using System.Management.Automation;

namespace ArtifactRegistry.Shell.Hosting;

/// <summary>Progress as one line below the output, rewritten in place and gone when the work is done.</summary>
internal sealed class ProgressLine(TextWriter screen)
{
    private readonly Dictionary<(long Source, int Activity), ProgressRecord> _active = [];
    private bool _isShown;

    public void Update(long source, ProgressRecord record)
    {
        if (record.RecordType == ProgressRecordType.Completed) _active.Remove((source, record.ActivityId));
        else _active[(source, record.ActivityId)] = record;

        Erase();
        // The parent says how far the whole is; without one, the latest record speaks for the work.
        if (_active.Count == 0) return;
        ProgressRecord shown = _active.Values.FirstOrDefault(r => r.ParentActivityId < 0 && _active.Count > 1)
            ?? _active.GetValueOrDefault((source, record.ActivityId), _active.Values.Last());

        string line = Describe(shown);
        int room = Math.Max(1, ConsoleTerminal.Width - 1);
        screen.Write(line.Length > room ? line[..room] : line);
        screen.Flush();
        _isShown = true;
    }

    /// <summary>Makes room for other output; the next record shows the progress again below it.</summary>
    public void Erase()
    {
        if (!_isShown) return;
        screen.Write("\r\e[K");
        screen.Flush();
        _isShown = false;
    }

    public void Reset()
    {
        Erase();
        _active.Clear();
    }

    private static string Describe(ProgressRecord record)
    {
        string percent = record.PercentComplete >= 0
            ? string.Create(CultureInfo.InvariantCulture, $" {record.PercentComplete} %")
            : "";
        string text = $"{record.Activity}:{percent} {record.StatusDescription} {record.CurrentOperation}";
        return text.ReplaceLineEndings(" ").TrimEnd();
    }
}
