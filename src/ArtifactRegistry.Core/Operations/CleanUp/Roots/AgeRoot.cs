namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps digests that were uploaded or changed recently.</summary>
/// <param name="cutoff">The minimum age, as it was specified.</param>
/// <param name="before">The point in time, by the service's clock, before which a digest is old enough.</param>
internal sealed class AgeRoot(MinimumAge cutoff, DateTimeOffset before) : IRoot
{
    // In UTC, because local times repeat in the hour when daylight saving time ends.
    private readonly DateTime _before = before.UtcDateTime;

    public ValueTask<IEnumerable<Kept>> FindAsync(ImageGraph graph, CancellationToken stop) => new(
        cutoff.IsNone
            ? []
            : graph.Nodes.Select(node => (Node: node, Reason: TooYoung(node)))
                .Where(young => young.Reason is not null).Select(young => new Kept(young.Node, young.Reason!)));

    private string? TooYoung(ImageNode node)
    {
        DockerImage image = node.Image;
        if (image.UploadTime is not DateTime uploaded)
            return "its age is not known";
        DateTime changed =
            !node.IsChangedByUs
            && node.UpdateTime is DateTime updated
            && updated.ToUniversalTime() > uploaded.ToUniversalTime()
                ? updated
                : uploaded;
        return changed.ToUniversalTime() < _before
            ? null
            : $"not older than {cutoff} ({(changed == uploaded ? "uploaded" : "updated")} {Age.Format(changed)})";
    }
}
