using System.Management.Automation;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Deletes untagged digests that nothing needs; never one that has a tag.</summary>
[Cmdlet(VerbsCommon.Remove, "ArUntaggedImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RemovedImage))]
public sealed class RemoveArUntaggedImageCommand : CleanUpCmdlet
{
    // Half of the documented 18,000 deletions a minute, since pulls and builds share the project's quota.
    private const double DefaultRate = 150;
    private const int ImagesAtOnce = 4;

    private readonly CleanUpSummary _summary;
    private SweepLimits? _limits;
    private Journal? _journal;
    private Threshold? _abortAbove;

    /// <summary>Prepares the count of what becomes of the digests.</summary>
    public RemoveArUntaggedImageCommand()
    {
        _summary = new CleanUpSummary(Progress.Id);
        Progress.Own = _summary.Current;
    }

    /// <summary>Asks no question. It never widens what is deleted.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Deletes nothing at all if more would be deleted: a count, or a percentage of an image's digests as "50%".</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AbortAbove { get; set; }

    /// <summary>Ends after so many deletions.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxCount { get; set; }

    /// <summary>Begins no deletion after this time, such as 30m or 2h.</summary>
    [Parameter]
    [AgeArgument]
    [ValidateNotNullOrEmpty]
    public string? TimeLimit { get; set; }

    /// <summary>Most deletions a second; 150 by default, half of the service's quota.</summary>
    [Parameter]
    [ValidateRange(0.1, 10_000)]
    public double RequestsPerSecond { get; set; } = DefaultRate;

    /// <summary>A file that gets a JSON line before each deletion and one after it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JournalPath { get; set; }

    /// <inheritdoc/>
    protected override int Room => ImagesAtOnce + 1; // and the planning of the next one

    private protected override bool NoQuestions => Force;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _abortAbove = AbortAbove is null ? null
            : Threshold.TryParse(AbortAbove)
                ?? throw Misuse("InvalidThreshold", $"-AbortAbove '{AbortAbove}' is neither a count such as 500 nor a percentage from '0%' to '100%'.", AbortAbove);
        TimeSpan? timeLimit = TimeLimit is null ? null
            : Cutoff.AgeOf(TimeLimit)
                ?? throw Misuse("InvalidTimeLimit", $"-TimeLimit '{TimeLimit}' is not a time with a unit.", TimeLimit);
        if (JournalPath is not null && !IsWhatIf) _journal = OpenJournal(JournalPath);
        _limits = new SweepLimits(ThrottleLimit, new Pacer(RequestsPerSecond, TimeProvider.System), MaxCount, timeLimit, _journal);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // The pipeline is read to its end first, so that there is one question an image and not one a digest.
        if (_abortAbove is null) Start(this, CleanAsTheyComeAsync);
        else Start(this, CleanUnlessTooManyAsync);
        Drain();
        WriteSummary();
        if (_journal?.Failure is IOException e)
            WriteError(ErrorRecords.ForMisuse(
                "JournalNotWritable",
                $"The journal '{JournalPath}' cannot be written any more, so no further deletion was begun: {e.Message}",
                JournalPath));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        _limits?.Dispose();
        _journal?.Dispose();
    }

    private protected override void BeginNothing() => _limits!.End("an error ended the run");

    private protected override void Skip(CleanUpTarget target, string reason) =>
        Report(new RemovedImage(target.What.Name, target.Tags, target.SizeBytes, RemovalStatus.Kept, reason));

    private async Task CleanAsTheyComeAsync()
    {
        // While one image is swept, the next is listed; a question waits for its answer.
        await foreach (CleanUpPlan plan in PlanAsync())
        {
            await PerformAsync(() => Carry(plan));
            if (IsEnding) return;
        }
    }

    private async Task CleanUnlessTooManyAsync()
    {
        var plans = new List<CleanUpPlan>();
        await foreach (CleanUpPlan plan in PlanAsync()) plans.Add(plan);
        if (_abortAbove!.Exceeded(plans) is string excess)
        {
            await PerformAsync<bool>(() => throw Misuse(
                "TooManyToDelete", $"{excess} -AbortAbove {AbortAbove} allows no more, so nothing was deleted.", AbortAbove));
        }

        foreach (CleanUpPlan plan in plans) await PerformAsync(() => Carry(plan));
    }

    private bool Carry(CleanUpPlan plan)
    {
        if (IsEnding) return false;
        ReportSpared(plan);
        if (plan.Delete.Count == 0) return false;

        if (Confirm(plan.Image.ToString(), plan.Action))
        {
            _summary.Planned += plan.Delete.Count;
            bool mayHaveStood = Asks || _abortAbove is not null;
            Start(plan.Image, () => mayHaveStood || plan.IsStale ? SweepAgainAsync(plan) : SweepAsync(plan));
        }
        else if (IsWhatIf)
        {
            // The limits count here as they would in the run, so that the list is the same.
            foreach (ImageNode node in Sweep.InOrder(plan))
                Report(_limits!.Take(plan.Image.ToRepository()) is string ended
                    ? new RemovedImage(node.Image, RemovalStatus.NotReached, ended)
                    : new RemovedImage(node.Image, RemovalStatus.WouldRemove, node.Reason));
        }

        return true;
    }

    private async Task SweepAsync(CleanUpPlan plan)
    {
        await foreach (RemovedImage removed in Sweep.RunAsync(Client, plan, _limits!, StopToken))
            await PostAsync(() => Report(removed, planned: true));
    }

    /// <summary>A question may stand for an hour, and what is needed by then was not known when it was put.</summary>
    private async Task SweepAgainAsync(CleanUpPlan asked)
    {
        await foreach (CleanUpPlan plan in PlanAgainAsync(asked))
        {
            await PostAsync(() => ReportSpared(plan, planned: true));
            await SweepAsync(plan);
        }
    }

    private void ReportSpared(CleanUpPlan plan, bool planned = false)
    {
        foreach (RemovedImage row in plan.Unlisted) Report(row, planned);
        foreach (ImageNode kept in plan.Keep) Report(new RemovedImage(kept.Image, RemovalStatus.Kept, kept.Reason), planned);
    }

    private void Report(RemovedImage removed, bool planned = false)
    {
        _summary.Add(removed, planned);
        if (removed.RemovalStatus is RemovalStatus.Removed or RemovalStatus.AlreadyGone) Session.Manifests.Forget(removed.Digest);
        WriteObject(removed);
        if (removed.Error is RegistryException error) Fail(ErrorRecords.For(error, removed));
        if (_summary.NextProgress() is ProgressRecord progress) WriteProgress(progress);
    }

    private void WriteSummary()
    {
        if (_summary.LastProgress() is ProgressRecord completed) WriteProgress(completed);
        if (_summary.ToString() is not { Length: > 0 } text) return;
        WriteInformation(text, ["ArtifactRegistry"]);
        WriteVerbose(text);
    }

    private Journal OpenJournal(string path)
    {
        try
        {
            return new Journal(FilePath.Of(this, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RegistryException)
        {
            throw Misuse("JournalNotWritable", $"The journal '{path}' cannot be written, so nothing was deleted: {e.Message}", path);
        }
    }
}
