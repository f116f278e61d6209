using System.Management.Automation;
using ArtifactRegistry.Operations;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Operations.InUse;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Takes the tags of Protect-ArImage from digests that no longer run.</summary>
[Cmdlet(VerbsSecurity.Unprotect, "ArImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ImageTag))]
public sealed class UnprotectArImageCommand : MarkCmdlet
{
    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        // What a list does not have must not look like what does not run.
        if (InUseArgument.HasIncomplete(InUse))
            throw Misuse("InUseEmpty", $"-InUse comes from an incomplete reading, so {NotDone}.", InUse);
    }

    private protected override string NotDone => "no mark is taken away";

    private protected override async Task MarkAsync()
    {
        CleanUpRules rules = Rules;
        if (rules.InUseFrom.Count > 0)
            rules = rules with
            {
                InUse = rules.InUse.MergedWith(await ReadRunningAsync(rules.InUseFrom, StopToken)),
            };
        InUseMatch match = new(rules.InUse, AllowUnmatchedInUse);
        await foreach (CleanUpPlan plan in PlansAsync(rules, StopToken))
            foreach (CleanUpPlan released in match.Release(plan))
            {
                await TakeAsync(released);
                if (IsEnding) return;
            }

        if (match.Refusal is string refusal)
            await PerformAsync<bool>(() => throw Misuse("InUseMatchesNothing", refusal, InUse));
    }

    /// <summary>Asks once for an image, looks again after a question, and takes its marks away.</summary>
    private async Task TakeAsync(CleanUpPlan plan)
    {
        List<ImageNode> stale = Stale(plan);
        if (stale.Count == 0) return;
        bool isOutdated = await PerformAsync(() => Asks);
        if (!await ConfirmAsync(
            plan.Image.ToString(),
            $"Take the marks from {stale.Count} {(stale.Count == 1 ? "digest" : "digests")} that nothing runs"))
            return;
        if (isOutdated) Running.Expire();
        foreach (ImageNode node in stale)
        {
            try
            {
                if (isOutdated || plan.IsStale) plan = await Planner.RefreshAsync(plan, StopToken);
                isOutdated = false;
                if (Stale(plan).Find(now => now.Image.Digest == node.Image.Digest) is ImageNode still)
                    await TakeAsync(still);
            }
            catch (RegistryException e)
            {
                await FailAsync(ErrorRecords.For(e, node.Image.Name.WithTag(InUseMark.Of(node.Image.Digest))));
            }

            if (IsEnding) return;
        }
    }

    private async Task TakeAsync(ImageNode node)
    {
        string tag = InUseMark.Of(node.Image.Digest);
        await DeleteTag.DeleteAsync(Client, node.Image.Name.WithTag(tag), node.Image.Digest, StopToken);
        ImageTag row = new(node.Image, tag)
        {
            Tags = new TagList([.. node.Image.Tags.Where(other => other != tag)]),
        };
        await EmitChangeAsync(Shown(row, "Removed"));
    }

    // A manifest that cannot be read may be the one whose configuration runs, or that lists what runs.
    private static List<ImageNode> Stale(CleanUpPlan plan)
    {
        if (plan.Unreadable.Count > 0) return [];
        HashSet<ImageNode> inUse = InUseMark.InUse(plan);
        return [.. plan.Graph.Nodes.Where(node => InUseMark.IsOn(node) && !inUse.Contains(node))];
    }
}
