using System.Management.Automation;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>Writes the rows, progress and summary of one clean-up. Only the pipeline thread may use it.</summary>
/// <param name="cmdlet">The cmdlet that cleans up.</param>
/// <param name="summary">Counts the rows.</param>
internal sealed class CleanUpReport(PSCmdlet cmdlet, CleanUpSummary summary)
{
    private readonly ScreenRows _rows = new(cmdlet);

    /// <summary>Gets whether the summary was written.</summary>
    public bool IsSummed { get; private set; }

    /// <summary>Writes and counts a row. An error of its own is left to the caller.</summary>
    /// <param name="row">The row.</param>
    /// <param name="planned">Whether it is one of the deletions that were confirmed.</param>
    public void Write(RemovedImage row, bool planned)
    {
        summary.Add(row, planned);
        _rows.Write(row, isShown: row.RemovalStatus is RemovalStatus.Failed);
    }

    /// <summary>Moves the progress bar, unless it was moved a moment ago.</summary>
    public void WriteProgress()
    {
        if (summary.NextProgress() is ProgressRecord progress) cmdlet.WriteProgress(progress);
    }

    /// <summary>Removes the progress bar, and writes the line with all outcomes.</summary>
    public void WriteSummary()
    {
        if (summary.LastProgress() is ProgressRecord completed) cmdlet.WriteProgress(completed);
        IsSummed = true;
        ScreenOutput.WriteLastWord(cmdlet, summary.Totals() + _rows.Rest);
        if (summary.Reasons() is { Length: > 0 } reasons) cmdlet.WriteVerbose(SafeText.Clean(reasons));
    }

    /// <summary>Describes a clean-up that ended without its summary.</summary>
    /// <param name="unread">The outcomes that no longer became rows.</param>
    /// <param name="underWay">The deletions whose outcome is unknown.</param>
    public IEnumerable<string> Interruption(
        IReadOnlyCollection<RemovedImage> unread, IReadOnlyCollection<DockerImage> underWay)
    {
        foreach (RemovedImage row in unread) summary.Add(row, planned: true);
        summary.LeaveRest(underWay);
        yield return $"Interrupted. {summary.Totals()}{_rows.Rest}";
        if (underWay.Count == 0) yield break;
        string digests = string.Join(", ", underWay.Take(3).Select(image => image.Uri));
        string what = underWay.Count == 1
            ? "1 deletion was under way, and it is not known what became of it"
            : $"{underWay.Count} deletions were under way, and it is not known what became of them";
        yield return $"{what}: {digests}{(underWay.Count > 3 ? ", …" : "")}. Run the command again for what is left.";
    }
}
