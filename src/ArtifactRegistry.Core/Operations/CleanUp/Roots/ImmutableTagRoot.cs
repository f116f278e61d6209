namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>
/// Keeps tagged digests where tags are immutable: the service removes no tag there, and what refers to an image would
/// be deleted before that is noticed.
/// </summary>
internal sealed class ImmutableTagRoot : DigestRoot
{
    protected override string? WhyKept(ImageNode node) => node.Image.Tags.Count == 0 ? null
        : $"has the tag {node.Image.Tags[0]}, and tags are immutable here";
}
