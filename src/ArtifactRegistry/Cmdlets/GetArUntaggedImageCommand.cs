using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Shows untagged digests, which of them a clean-up would delete and keep, and why.</summary>
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

    private protected override bool TakesRepositories => true;

    private protected override void Skip(CleanUpTarget target, string reason)
    {
        // What has a tag is not what this cmdlet shows, and what was decided before needs no second decision.
    }
}
