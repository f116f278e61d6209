namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>Keeps the newest untagged images that nothing else keeps.</summary>
/// <remarks>
/// "The newest 3" means three images that can be run. Digests that certainly cannot be run do not use up the count:
/// platforms, referrers, attestations, indexes that list no image, caches. Artifacts that stand alone, which may be
/// such images, are counted separately.
/// </remarks>
internal sealed class NewestRoot(int count) : IRoot
{
    public IEnumerable<Kept> Find(ImageGraph graph)
    {
        if (count == 0) return [];
        List<ImageNode> open = [.. graph.Nodes.Where(node => node.KeepReason is null && !node.IsTagged)];
        string reason = $"one of the {count} newest untagged images";
        return [
            .. NewestImages.Of(open.Where(CountedImage.IsRunnable), count, node => node.Image.UploadTime)
                .Concat(NewestImages.Of(open.Where(CountedImage.IsLoneArtifact), count, node => node.Image.UploadTime))
                .Select(node => new Kept(node, reason)),
        ];
    }
}
