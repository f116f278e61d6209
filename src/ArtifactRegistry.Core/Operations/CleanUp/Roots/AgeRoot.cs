namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps digests that were uploaded or changed recently.</summary>
/// <param name="cutoff">The minimum age, as it was specified.</param>
/// <param name="before">The point in time, by the service's clock, before which a digest is old enough.</param>
internal sealed class AgeRoot(MinimumAge cutoff, DateTimeOffset before) : DigestRoot
{
    // In UTC, because local times repeat in the hour when daylight saving time ends.
    private readonly DateTime _before = before.UtcDateTime;

    protected override string? WhyKept(ImageNode node)
    {
        if (cutoff.IsNone) return null;
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
