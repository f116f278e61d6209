namespace ArtifactRegistry.Transfer;

/// <summary>An image with all that belongs to it: what is transferred together.</summary>
/// <param name="Root">The digest that was asked for.</param>
/// <param name="Manifests">
/// The manifests in an order in which they can be written: children before indexes, and the image before what refers to
/// it.
/// </param>
/// <param name="Referrers">The number of manifests among them that refer to others, such as signatures.</param>
/// <param name="ReferrerTags">The tags by which referrers are found, with their digests.</param>
internal sealed record ImageContent(
    Manifest Root,
    IReadOnlyList<Manifest> Manifests,
    int Referrers,
    IReadOnlyList<(string Tag, Manifest Manifest)> ReferrerTags)
{
    /// <summary>Gets the blobs of all manifests, each of them once.</summary>
    public IEnumerable<Descriptor> Blobs =>
        Manifests.SelectMany(manifest => manifest.Blobs).DistinctBy(blob => blob.Digest);
}
