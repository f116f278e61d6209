namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps what was uploaded or changed a short while ago.</summary>
/// <param name="cutoff">The age, as it was asked for.</param>
/// <param name="before">What is older than this by the service's clock is old enough.</param>
internal sealed class AgeRoot(MinimumAge cutoff, DateTimeOffset before) : IRoot
{
    // In UTC: local times say the same twice in the hour when summer time ends.
    private readonly DateTime _before = before.UtcDateTime;

    public ValueTask<IEnumerable<Kept>> FindAsync(ImageGraph graph, CancellationToken stop) => new(
        cutoff.IsNone
            ? []
            : graph.Nodes.Select(node => (Node: node, Reason: TooYoung(node)))
                .Where(young => young.Reason is not null).Select(young => new Kept(young.Node, young.Reason!)));

    private string? TooYoung(ImageNode node)
    {
        DockerImage image = node.Image;
        if (image.UploadTime is not DateTime uploaded) return "its age is not known";
        DateTime changed = !node.IsUntaggedByUs && image.UpdateTime is DateTime updated && updated.ToUniversalTime() > uploaded.ToUniversalTime()
            ? updated
            : uploaded;
        return changed.ToUniversalTime() < _before ? null
            : $"not older than {cutoff} ({(changed == uploaded ? "uploaded" : "updated")} {Age.Format(changed)})";
    }
}
