using System.Management.Automation;
using ArtifactRegistry.Archive;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>
/// The base class of the clean-up cmdlets that delete: limits, journal and archive, one question for each image, and
/// the sweep.
/// </summary>
public abstract class SweepCmdlet : CleanUpCmdlet
{
    // Half of the documented 18,000 deletions per minute, because pulls and builds share the project's quota.
    private const double DefaultRate = 150;
    private const int ImagesAtOnce = 4;

    private readonly CleanUpSummary _summary;
    private SweepControl? _control;
    private Journal? _journal;
    private SaveImage? _archive;
    private Threshold? _abortAbove;
    private PlanningDeadline? _planning;
    private CleanUpReport? _report;

    private protected SweepCmdlet()
    {
        _summary = new CleanUpSummary(Progress.Id, () => MyInvocation.MyCommand.Name, Planning, () => Asking);
        Progress.Own = () => _summary.Current() ?? PlanningBar();
    }

    /// <summary>Suppresses questions. It never widens what is deleted.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>
    /// Skips an image if more of its digests than this would be deleted: a count, or a percentage such as "50%".
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ThresholdCompleter))]
    public string? AbortAbove { get; set; }

    /// <summary>Specifies the maximum number of deletions; the command ends after it.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxCount { get; set; }

    /// <summary>
    /// Specifies the time, such as 30m or 2h, after which no further deletion begins and no further image is examined.
    /// </summary>
    [Parameter]
    [AgeArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AgeCompleter))]
    public string? TimeLimit { get; set; }

    /// <summary>
    /// Specifies the maximum number of deletions per second. The default is 150, half of the service's quota.
    /// </summary>
    [Parameter]
    [ValidateRange(0.1, 10_000)]
    public double RequestsPerSecond { get; set; } = DefaultRate;

    /// <summary>Specifies a file to which one JSON line is appended before each deletion and one after it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JournalPath { get; set; }

    /// <summary>
    /// Specifies a folder to which each digest is saved before it is deleted, with its tags, as an OCI image layout, and
    /// without its layers unless -IncludeLayer is given. If a digest cannot be saved, it is not deleted.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ArchivePath { get; set; }

    /// <summary>Saves the layers too, and not only manifests and configurations.</summary>
    [Parameter]
    public SwitchParameter IncludeLayer { get; set; }

    /// <inheritdoc/>
    protected override int MaxConcurrency => ImagesAtOnce + 1; // plus the planning of the next one

    private protected override bool NoQuestions => Force;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _summary.IsWhatIf = IsWhatIf;
        _summary.Saved = ArchiveOpening.Saved(ArchivePath, IncludeLayer, IsWhatIf);
        _abortAbove = AbortAbove is null ? null
            : Threshold.TryParse(AbortAbove)
                ?? throw Misuse(
                    "InvalidThreshold",
                    $"-AbortAbove '{AbortAbove}' is neither a count such as 500 nor a percentage from '0%' to '100%'.",
                    AbortAbove
                );
        TimeSpan? timeLimit = TimeLimit is null
            ? null
            : MinimumAge.AgeOf(TimeLimit)
                ?? throw Misuse("InvalidTimeLimit", $"-TimeLimit '{TimeLimit}' is not a time with a unit.", TimeLimit);
        if (JournalPath is not null) _journal = JournalOpening.Open(this, JournalPath, IsWhatIf);
        _archive = ArchiveOpening.Open(this, Client, Registry, ArchivePath, IncludeLayer, IsWhatIf, Asks);
        _control = new SweepControl(
            ThrottleLimit,
            new Pacer(RequestsPerSecond, Session.Clock),
            MaxCount,
            timeLimit,
            _journal,
            _archive,
            Session.Clock
        );
        _planning = new PlanningDeadline(_control.Time, StopToken);
        _report = new CleanUpReport(this, _summary);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        RequireRules();
        // Read the pipeline to its end first, so that there is one question per image and not one per digest.
        Start(this, CleanAsync);
        Drain();
        _report!.WriteSummary();
        if (_journal?.Failure is Exception e)
            WriteError(
                ErrorRecords.ForMisuse(
                    "JournalNotWritable",
                    $"The journal '{JournalPath}' can no longer be written, so no further deletion was started: "
                        + $"{e.Message}",
                    JournalPath
                )
            );
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        _planning?.Dispose();
        _control?.Dispose();
        // For an error before there is a control, which would own them.
        _journal?.Dispose();
        _archive?.Dispose();
    }

    private protected override CancellationToken PlanningToken => _planning!.Token;

    private protected override void StopStartingWork() => _control!.End("an error ended the run");

    private protected override void OnEnded()
    {
        if (_report is null or { IsSummed: true } || (!_summary.HasPlanned && !Stopping)) return;
        foreach (string text in _report.Interruption(_control!.Unread, _control.UnderWay)) ReportAtEnd(text);
    }

    private protected override void Skip(CleanUpTarget target, string reason) =>
        Report(new RemovedImage(target.What.Name, target.Tags, target.SizeBytes, RemovalStatus.Kept, reason));

    private async Task CleanAsync()
    {
        if (_journal is not null) await ReviewAsync(_journal);
        try
        {
            // While one image is swept, the next one is listed; only a question is waited for.
            await foreach (CleanUpPlan plan in PlanAsync())
            {
                await PerformAsync(() => Carry(plan));
                if (IsEnding) return;
                _planning!.NotePlanned();
            }
        }
        catch (OperationCanceledException) when (!StopToken.IsCancellationRequested)
        {
            Note(() =>
                WriteWarning(
                    $"Some images may not have been examined: {_control!.Time!.Reason}. Run the command again for the "
                        + $"rest."
                )
            );
        }
    }

    /// <summary>
    /// Checks the outcome of the deletions that an earlier run with the same journal began and did not finish.
    /// </summary>
    private async Task ReviewAsync(Journal journal)
    {
        Progress.Doing = $"Checking the deletions that the journal '{JournalPath}' leaves open";
        if (await InterruptedDeletions.CheckAsync(Client, journal, ThrottleLimit, Warn, StopToken)
            is string found)
            Note(() => WriteVerbose($"The journal '{JournalPath}': {found}"));
    }

    /// <summary>Asks for confirmation of a plan, and starts to carry it out.</summary>
    private bool Carry(CleanUpPlan plan)
    {
        if (IsEnding) return false;
        ReportSpared(plan);
        if (plan.Delete.Count == 0 && plan.Needed.Count == 0) return false;
        SweepOrder order = new(plan);
        IReadOnlyCollection<ImageNode> now = _control!.Admissible(order);
        if (_abortAbove?.ExceededBy(plan) is string excess)
        {
            Abandon(plan, order, excess);
            ReportNeeded(plan);
        }
        else if (now.Count == 0 && plan.Needed.Count == 0)
        {
            Preview(order); // nothing to ask about
        }
        else if (IsConfirmed(plan, now))
        {
            _summary.Plan(plan.Delete.Count, plan.SizeBytes);
            _summary.BeginSweep();
            _control!.Admit(order);
            bool mayHaveWaited = Asks;
            if (mayHaveWaited) Running.Expire();
            Start(plan.Image, () => SweepAsync(plan, order, mayHaveWaited));
        }
        else if (IsWhatIf)
        {
            Preview(order);
            ReportNeeded(plan);
        }
        else
        {
            foreach (ImageNode node in order.Digests)
                Report(new RemovedImage(node.Image, RemovalStatus.NotReached, RemovedImage.Declined));
            ReportNeeded(plan);
        }

        return true;
    }

    private bool IsConfirmed(CleanUpPlan plan, IReadOnlyCollection<ImageNode> now)
    {
        try
        {
            return Confirm(plan.Image.ToString(), plan.Action(now), () => Details(now));
        }
        catch (PipelineStoppedException)
        {
            // Ctrl+C at the question: there are no more rows, but the last line counts what is left.
            _summary.Decline(plan.Delete.Count, plan.SizeBytes);
            throw;
        }
    }

    private string Details(IReadOnlyCollection<ImageNode> now)
    {
        bool deletes = now.Any(node => node.MarkFor is null);
        return CleanUpQuestion.Details(now, MaxCount) + SafeText.Clean(
            deletes ? ArchiveOpening.Notice(ArchivePath, IncludeLayer) : CleanUpQuestion.MarksOnly(now.Count));
    }

    /// <summary>Writes the rows of a run that deletes nothing, with the limits that the actual run has.</summary>
    private void Preview(SweepOrder order)
    {
        _control!.Admit(order);
        foreach (ImageNode node in order.Digests)
            Report(_control.Refuses(node) is string refusal
                ? new RemovedImage(node.Image, RemovalStatus.NotReached, refusal)
                : node.MarkFor is not null ? QuarantineSteps.Row(node, RemovalStatus.WouldMark, Client.ServiceTime)
                : new RemovedImage(node.Image, RemovalStatus.WouldRemove, node.Reason));
    }

    private void Abandon(CleanUpPlan plan, SweepOrder order, string excess)
    {
        foreach (ImageNode node in order.Digests)
            Report(
                new RemovedImage(
                    node.Image,
                    RemovalStatus.NotReached,
                    $"{excess}, and -AbortAbove {AbortAbove} allows no more"
                )
            );
        Fail(
            ErrorRecords.ForMisuse(
                "TooManyToDelete",
                $"'{plan.Image}' was passed over: {excess}. -AbortAbove {AbortAbove} allows no more, so nothing of it "
                    + $"was {plan.Participle}.",
                plan.Image
            )
        );
    }

    /// <summary>Carries out a plan, and compares the rows with the registry.</summary>
    private async Task SweepAsync(CleanUpPlan plan, SweepOrder order, bool mayHaveWaited)
    {
        IAsyncEnumerable<RemovedImage> rows = Sweep.CarryOutAsync(
            Client, plan, order, _control!,
            stop => new ImageLook(plan, token => Planner.RefreshAsync(plan, token), mayHaveWaited, Session.Clock, stop),
            ReportAtEnd, StopToken);
        try
        {
            IAsyncEnumerable<RemovedImage> unmarked =
                QuarantineSteps.RemoveMarksAsync(Client, plan.Needed, _control!, StopToken);
            await foreach (RemovedImage kept in unmarked)
                await PostAsync(() => Report(kept));
            await foreach (RemovedImage removed in rows) await PostAsync(() => Report(removed, planned: true));
        }
        finally
        {
            _summary.EndSweep();
        }

        try
        {
            foreach ((ImageName digest, string seen) in await SweepCheck.CheckAsync(Client, plan, StopToken))
                await PostAsync(() => Fail(ErrorRecords.ForMisuse("RegistryDiffers", $"'{digest}': {seen}.", digest)));
        }
        catch (RegistryException e)
        {
            Note(() =>
                WriteWarning(
                    $"What was removed from '{plan.Image}' could not be checked by listing it again: {e.Message}"
                )
            );
        }
    }

    private void ReportSpared(CleanUpPlan plan)
    {
        foreach (RemovedImage row in plan.Unlisted) Report(row);
        foreach (ImageNode kept in plan.Keep.Except(plan.Needed))
            if (!plan.Rules.Spared.ContainsKey(kept.Image.Name)) // whose own row was reported
                Report(new RemovedImage(kept.Image, RemovalStatus.Kept, kept.Reason));
    }

    /// <summary>Writes the rows of needed digests whose quarantine this run does not end.</summary>
    private void ReportNeeded(CleanUpPlan plan)
    {
        foreach (ImageNode node in plan.Needed) Report(QuarantineSteps.NeededRow(node, IsWhatIf));
    }

    private void Report(RemovedImage removed, bool planned = false)
    {
        if (removed.RemovalStatus is RemovalStatus.Removed or RemovalStatus.AlreadyGone)
            Session.Manifests.Forget(removed.Digest);
        _control!.NoteRead(removed); // it is counted, even if a pipeline that was stopped does not take the row
        _report!.Write(removed, planned);
        if (removed.Error is RegistryException error) Fail(ErrorRecords.For(error, removed));
        _report.WriteProgress();
    }
}
