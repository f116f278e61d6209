namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>
/// Keeps digests whose tags somebody has changed since the plan was made, and so what belongs to them. That somebody
/// may be about to use the image, and the question showed the tags as they were.
/// </summary>
/// <param name="before">The image when the plan was made.</param>
internal sealed class ChangedTagsRoot(ImageGraph before) : DigestRoot
{
    protected override string? WhyKept(ImageNode node)
    {
        if (before.Find(node.Image.Digest) is not { TagsMayGo: true } planned) return null;
        // A mark is not what somebody gives to an image that they need.
        string[] gained = [.. node.Tags.Except(planned.Image.Tags)];
        if (gained.Length > 0) return $"has gained the {InWords(gained)}";
        // Once its deletion has begun, this run itself takes tags away, and may put them back.
        string[] lost = planned.Deletion is { Tries: > 0 } ? [] : [.. planned.Image.Tags.Except(node.Image.Tags)];
        return lost.Length > 0 ? $"no longer has the {InWords(lost)}" : null;
    }

    private static string InWords(string[] tags) =>
        $"{(tags.Length == 1 ? "tag" : "tags")} {string.Join(", ", tags)}";
}
