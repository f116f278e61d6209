namespace ArtifactRegistry;

/// <summary>An untagged digest, and the decision of Get-ArUntaggedImage about it.</summary>
public sealed class UntaggedImage : DecidedImage
{
    internal UntaggedImage(
        DockerImage image, ImageKind kind, CleanUpDecision decision, string reason, string? relatedTo)
        : base(image, kind, decision, reason, relatedTo)
    {
    }
}
