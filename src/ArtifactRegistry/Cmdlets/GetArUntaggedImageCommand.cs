using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists untagged digests, and shows which of them a clean-up would delete or keep, and why.</summary>
[Cmdlet(VerbsCommon.Get, "ArUntaggedImage")]
[OutputType(typeof(UntaggedImage))]
public sealed class GetArUntaggedImageCommand : CleanUpCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Start(this, async () =>
        {
            await foreach (CleanUpPlan plan in PlanAsync())
                foreach (UntaggedImage image in plan.Decisions)
                    await EmitAsync(image);
        });
        Drain();
    }

    private protected override bool FinishesWhatRuns => false;

    private protected override string NotDone => "nothing is listed";

    private protected override bool TakesRepositories => true;

    private protected override void Skip(CleanUpTarget target, string reason)
    {
        // This cmdlet does not show tagged digests, and a digest that was decided before needs no second decision.
    }
}
