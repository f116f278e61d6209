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
    private protected override string NotDone => "no mark is taken away";

    // What a list does not have must not look like what does not run.
    private protected override bool AcceptsIncompleteInUse => false;

    private protected override async Task RunAsync()
    {
        int plans = 0;
        await foreach (CleanUpPlan plan in MatchedAsync(Rules, PlansAsync, StopToken))
        {
            if (plan.Unreadable.Count == 0) plans++;
            await TakeAsync(plan);
            if (IsEnding) return;
        }

        if (plans > 0) await PostAsync(() => WriteUnchanged("no mark is on a digest that nothing runs"));
    }

    /// <summary>Asks once for an image, looks again after a question, and takes its marks away.</summary>
    private async Task TakeAsync(CleanUpPlan plan)
    {
        List<ImageNode> unneeded = Unneeded(plan);
        if (unneeded.Count == 0) return;
        bool isOutdated = await PerformAsync(() => Asks);
        if (!await ConfirmAsync(
            plan.Image.ToString(),
            $"Take the marks from {unneeded.Count} {(unneeded.Count == 1 ? "digest" : "digests")} that nothing runs"))
            return;
        if (isOutdated) Running.Expire();
        foreach (ImageNode node in unneeded)
        {
            if (isOutdated || plan.IsStale)
            {
                if (await RefreshAsync(plan) is not CleanUpPlan now) return;
                (plan, isOutdated) = (now, false);
            }

            if (Unneeded(plan).Find(each => each.Image.Digest == node.Image.Digest) is ImageNode still)
                await TakeAsync(still);
            if (IsEnding) return;
        }
    }

    /// <summary>
    /// Plans an image anew; null if something of it cannot be read now, which an error says. Then its marks stay.
    /// </summary>
    private async Task<CleanUpPlan?> RefreshAsync(CleanUpPlan plan)
    {
        try
        {
            CleanUpPlan now = await Planner.RefreshAsync(plan, StopToken);
            foreach (RegistryException unreadable in now.Unreadable)
                await FailAsync(ErrorRecords.For(unreadable, now.Image));
            return now.Unreadable.Count > 0 ? null : now;
        }
        catch (RegistryException e)
        {
            await FailAsync(ErrorRecords.For(e, plan.Image));
            return null;
        }
    }

    private async Task TakeAsync(ImageNode node)
    {
        string tag = InUseMark.Of(node.Image.Digest);
        ImageName mark = node.Image.Name.WithTag(tag);
        try
        {
            await DeleteTag.DeleteAsync(Client, mark, node.Image.Digest, StopToken);
        }
        catch (RegistryException e)
        {
            await FailAsync(ErrorRecords.For(e, mark));
            return;
        }

        ImageTag row = new(node.Image, tag)
        {
            Tags = new TagList([.. node.Image.Tags.Where(other => other != tag)]),
        };
        await EmitChangeAsync(Shown(row, "Removed"));
    }

    // A manifest that cannot be read may be the one whose configuration runs, or that lists what runs.
    private static List<ImageNode> Unneeded(CleanUpPlan plan)
    {
        if (plan.Unreadable.Count > 0) return [];
        HashSet<ImageNode> inUse = InUseMark.InUse(plan);
        return [.. plan.Graph.Nodes.Where(node => InUseMark.IsOn(node) && !inUse.Contains(node))];
    }
}
