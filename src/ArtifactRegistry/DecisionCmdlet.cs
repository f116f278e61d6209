using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>The base class of the clean-up cmdlets that show decisions and change nothing.</summary>
public abstract class DecisionCmdlet : CleanUpCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        RequireRules();
        Start(this, async () =>
        {
            await foreach (CleanUpPlan plan in PlanAsync())
                foreach (DecidedImage image in plan.Decisions)
                    await EmitAsync(image);
        });
        Drain();
    }

    private protected override bool FinishesWhatRuns => false;

    private protected override string NotDone => "nothing is listed";

    private protected override bool TakesRepositories => true;

    private protected override void Skip(CleanUpTarget target, string reason)
    {
        // What this cmdlet is not about is not shown, and a digest that was decided before needs no second decision.
    }
}
