namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps digests that have a tag.</summary>
internal sealed class TagRoot : DigestRoot
{
    protected override string? WhyKept(ImageNode node)
    {
        if (!node.IsTagged || node.FollowsTagSubjects) return null;
        if (node.Quarantine is null && QuarantineState.Of(node.Image) is { OtherTags.Count: 0 } quarantine)
            return quarantine.WhyItKeeps;
        return node.OrphanTag is string orphan && node.Tags.Count == 1
            ? $"orphan: its tag {orphan} names a digest that this image does not have"
            : $"has the tag {node.Tags.FirstOrDefault(tag => tag != node.OrphanTag) ?? node.Tags[0]}";
    }
}
