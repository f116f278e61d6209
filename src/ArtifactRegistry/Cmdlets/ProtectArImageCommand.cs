using System.Management.Automation;
using ArtifactRegistry.Operations;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Operations.InUse;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Puts a tag on each digest that runs, for a KEEP policy of the repository to name.</summary>
[Cmdlet(VerbsSecurity.Protect, "ArImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ImageTag))]
public sealed class ProtectArImageCommand : MarkCmdlet
{
    private readonly RowsInUse _rows = new();

    private protected override bool TakesRows => true;

    private protected override void TakeRow(MarkTarget row)
    {
        _rows.Add(row);
        if (row.What is not null) base.TakeRow(row);
    }

    private protected override async Task RunAsync()
    {
        CleanUpRules rules = Rules with { InUseFrom = [], InUse = Rules.InUse.MergedWith(_rows.InUse) };
        IReadOnlyCollection<InUseFailure> failures = [];
        if (Rules.InUseFrom.Count > 0)
        {
            Progress.Doing = $"Reading what runs in {string.Join(", ", Rules.InUseFrom)}";
            InUseReading reading = await Operations.InUse.ReadInUse.ReadAsync(
                InUseServices, new InUseQuery { Projects = Rules.InUseFrom }, ThrottleLimit, StopToken);
            foreach (string note in reading.Notes) Warn(note);
            failures = reading.Failures;
            rules = rules with
            {
                InUse = rules.InUse.MergedWith(
                    Operations.CleanUp.InUse.From(InUseRows.Of(reading).Select(InUseEntry.From))),
            };
        }

        // What was seen is marked even if something else could not be read: a mark only keeps more.
        int found = 0, marked = 0, plans = 0;
        if (rules.InUse.HasEntries)
            await foreach (CleanUpPlan plan in PlansAsync(rules))
            {
                plans++;
                _rows.Note(plan);
                foreach (ImageNode node in InUseMark.InUse(plan))
                {
                    found++;
                    if (InUseMark.IsOn(node)) marked++;
                    else await MarkAsync(node);
                    if (IsEnding) return;
                }
            }

        foreach (string warning in _rows.Warnings()) Warn(warning);
        if (found > 0 && marked == found)
            await PostAsync(() => WriteUnchanged("what runs of these images has its mark"));
        if (failures.Count > 0) await ReportAsync(failures);
        else if (!rules.InUse.HasEntries && !AllowEmptyInUse && Rules.InUseFrom.Count > 0)
            await PerformAsync<bool>(() => throw Misuse(
                "InUseEmpty",
                $"Nothing runs in {string.Join(", ", Rules.InUseFrom)} (-InUseFrom).",
                InUseFrom,
                NothingRunsAdvice));
        else if (found == 0 && plans > 0 && !AllowUnmatchedInUse && _rows.IsEmpty)
            Warn("None of these images is running, so nothing is marked.");
    }

    private async Task MarkAsync(ImageNode node)
    {
        string tag = InUseMark.Of(node.Image.Digest);
        try
        {
            if (await AddTag.AddAsync(Client, node.Image, tag, mayMove: false, null, ConfirmAsync, StopToken)
                is ImageTag added)
                await EmitChangeAsync(added);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.TagPointsElsewhere)
        {
            await FailAsync(ErrorRecords.For(
                e.WithMessage(
                    e.Message,
                    "Somebody has put this tag there, and it is not moved. Remove-ArImageTag takes it away."),
                node.Image.Name.WithTag(tag)));
        }
        catch (RegistryException e)
        {
            await FailAsync(ErrorRecords.For(e, node.Image.Name.WithTag(tag)));
        }
    }

    private async Task ReportAsync(IReadOnlyCollection<InUseFailure> failures)
    {
        foreach (ErrorRecord failure in await InUseErrors.RecordsAsync(failures, ExplainAsync))
            await FailAsync(failure);
        await FailAsync(InUseErrors.Ending(failures, "only what was seen is marked"));
    }
}
