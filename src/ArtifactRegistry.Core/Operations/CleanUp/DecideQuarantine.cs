using ArtifactRegistry.Operations.CleanUp.Roots;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Divides what nothing needs: what has no mark yet gets one, what is marked waits, and what was marked long enough ago
/// goes.
/// </summary>
internal static class DecideQuarantine
{
    /// <summary>Decides about an image whose garbage <see cref="DecideImage"/> has found.</summary>
    /// <param name="graph">The digests, decided by the roots alone.</param>
    /// <param name="roots">The roots.</param>
    /// <param name="removable">The tags that keep nothing by themselves.</param>
    /// <param name="period">The period of the quarantine.</param>
    /// <param name="now">The time by the service's clock.</param>
    /// <param name="before">The image when the plan was made, if it is carried out already.</param>
    /// <returns>The digests that have a mark and are needed, so that the mark ends.</returns>
    public static HashSet<ImageNode> Decide(
        ImageGraph graph,
        IReadOnlyList<IRoot> roots,
        RemovableTags removable,
        TimeSpan period,
        DateTimeOffset now,
        ImageGraph? before)
    {
        HashSet<ImageNode> garbage = [.. graph.Nodes.Where(node => node.KeepReason is null)];
        // What cannot be read keeps everything; that does not mean that anybody needs it.
        bool isComplete = graph.Gaps.Count == 0 && graph.Nodes.All(node => node.Unreadable is null);
        HashSet<ImageNode> needed = isComplete ? [.. graph.Nodes.Where(IsNeeded)] : [];

        QuarantineRoot quarantine = new(garbage, period, now, before);
        DecideImage.Decide(graph, [.. roots, quarantine], removable);
        foreach (ImageNode node in quarantine.Unmarked)
            (node.KeepReason, node.KeptBy, node.MarkFor) = (null, null, period);
        return needed;
    }

    /// <summary>
    /// Returns whether a marked digest is needed by now: its tags changed, it is in use or kept by a policy, or it
    /// belongs to a digest for which that is so, or to a tagged one that nobody marked. Age and number do not count as
    /// need, nor does the fact that these rules are about other images: another command may have put the mark there.
    /// </summary>
    private static bool IsNeeded(ImageNode node)
    {
        if (node.Quarantine is null || node.KeepReason is null) return false;
        if (!node.Quarantine.IsValid || node.IsNeeded) return true;
        ImageNode keeper = node;
        while (keeper.KeptBy is ImageNode next) keeper = next;
        return keeper != node && (keeper.IsNeeded || (keeper.IsTagged && keeper.Quarantine is not { IsValid: true }));
    }
}
