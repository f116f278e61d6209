namespace ArtifactRegistry;

/// <summary>
/// A tagged digest, or one that belongs to a stale image and goes with it, and the decision of Get-ArStaleImage about
/// it.
/// </summary>
public sealed class StaleImage : DecidedImage
{
    internal StaleImage(DockerImage image, ImageKind kind, CleanUpDecision decision, string reason, string? relatedTo)
        : base(image, kind, decision, reason, relatedTo)
    {
    }
}
