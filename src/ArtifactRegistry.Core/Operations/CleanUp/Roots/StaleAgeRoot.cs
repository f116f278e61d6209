using ArtifactRegistry.Operations.CleanUp.Stale;

namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>
/// Keeps images that were uploaded recently. What belongs to an image only has to be older than the minimum of every
/// clean-up: an image that is signed again each night would otherwise never become old.
/// </summary>
/// <param name="rules">The rules that apply to the image.</param>
/// <param name="clockAhead">How far this machine's clock is ahead of the service's; see
/// <see cref="CleanUpRules"/>.</param>
internal sealed class StaleAgeRoot(IReadOnlyList<StaleRules> rules, TimeSpan clockAhead) : DigestRoot
{
    protected override string? WhyKept(ImageNode node) =>
        rules.Select(each => TooYoung(node, each.OlderThan)).FirstOrDefault(reason => reason is not null);

    private string? TooYoung(ImageNode node, MinimumAge cutoff)
    {
        if (cutoff.IsNone) return null;
        bool isImage = node.IsTagged && !node.FollowsTagSubjects;
        DateTimeOffset now = DateTimeOffset.Now;
        if (!isImage && MinimumAge.Default.At(now) > cutoff.At(now)) cutoff = MinimumAge.Default;
        // A tag that moves changes the time of the update, and says nothing about the image.
        return node.Image.UploadTime is not DateTime uploaded ? "its age is not known"
            : uploaded.ToUniversalTime() < (cutoff.At(now) - clockAhead).UtcDateTime ? null
            : $"not older than {cutoff} (uploaded {Age.Format(uploaded)})";
    }
}
