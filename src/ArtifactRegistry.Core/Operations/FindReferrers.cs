using ArtifactRegistry.Clients;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Finds the signatures, attestations and SBOMs of a digest: those whose manifests name it as their subject, and those
/// under a tag that names it (<see cref="ReferrerTag"/>).
/// </summary>
/// <param name="client">The API.</param>
/// <param name="registry">The registry's own protocol.</param>
/// <param name="cache">Manifests that were read before.</param>
internal sealed class FindReferrers(ArtifactRegistryClient client, OciRegistryClient registry, ManifestCache cache)
{
    private const int Concurrency = 8;

    private readonly ManifestReader _reader = new(client, registry, cache);

    /// <summary>Finds the digests that refer to a digest directly, with one request per place to look.</summary>
    /// <exception cref="RegistryException">
    /// A tag, or the digest that it points to, cannot be read, or what the registry lists cannot be read completely.
    /// </exception>
    public async Task<IReadOnlyList<DockerImage>> OfAsync(DockerImage image, CancellationToken stop)
    {
        // One after the other, because many images are removed concurrently, and the limit applies to all requests.
        List<DockerImage> found = [.. await ListedAsync(image, stop)];
        foreach (string tag in ReferrerTag.Of(image.Digest))
            if (await TaggedAsync(image.Name.WithTag(tag), stop) is DockerImage tagged)
                found.Add(tagged);
        return [.. found.Where(referrer => referrer.Digest != image.Digest).DistinctBy(referrer => referrer.Digest)];
    }

    /// <summary>
    /// Finds everything that goes with a digest, including the digest, in an order in which it can be deleted: the
    /// digests that refer to it, those that refer to them, and the indexes that hold any of these, such as indexes that
    /// once had a referrer tag. The whole image is gathered, because only a listing contains such an index.
    /// </summary>
    /// <param name="image">The digest.</param>
    /// <param name="referrers">The digests that <see cref="OfAsync"/> has found.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">
    /// Something of the image cannot be read, or an index that holds a referrer holds something else too.
    /// </exception>
    public async Task<IReadOnlyList<ImageNode>> TogetherAsync(
        DockerImage image, IReadOnlyList<DockerImage> referrers, CancellationToken stop)
    {
        ImageName name = image.Name.ToImage();
        PlanningProgress progress = new(TimeProvider.System);
        using ImageListings listings = new(client, progress);
        using SemaphoreSlim slots = new(Concurrency);
        ImageGraph graph = await new GatherImage(client, listings, _reader, progress, slots, Concurrency).GatherAsync(
            name,
            false,
            default,
            stop
        );
        if (UnreadableErrors.Of(name, graph) is [RegistryException unreadable, ..])
            throw unreadable.WithMessage(
                $"'{image}' was not deleted: what belongs to it is not known. {unreadable.Message}"
            );

        List<ImageNode> found = new();
        Queue<ImageNode> toFollow = new(
            referrers
                .Prepend(image)
                .Select(each =>
                    graph.Find(each.Digest)
                    ?? throw new RegistryException(
                        RegistryErrorKind.UnexpectedAnswer,
                        $"'{image}' was not deleted: the listing of '{name}' does not have "
                            + $"{Digest.Shorten(each.Digest)}, which is there."
                    )
                )
        );
        while (toFollow.TryDequeue(out ImageNode? node))
        {
            if (found.Contains(node)) continue;
            found.Add(node);
            bool isReferrer = node.Image.Digest != image.Digest;
            foreach (ImageNode other in node.Referrers.Concat(node.TagReferrers).Concat(isReferrer ? node.Indexes : []))
                toFollow.Enqueue(other);
        }

        foreach (ImageNode index in found.Skip(1))
        {
            index.FollowsTagSubjects = index.TagSubjects.Count > 0;
            if (
                index.Subjects.Count == 0
                && index.Children.FirstOrDefault(child => !found.Contains(child.Node)) is { Node: { } other }
            )
                throw new RegistryException(
                    RegistryErrorKind.StillReferenced,
                    $"'{image}' was not deleted: the index {index} lists what refers to it, and also {other}, which "
                        + $"stays."
                )
                {
                    Advice = "Delete that index first if nothing needs it.",
                };
        }

        ImageNode[] order = [.. ParentsFirst.Of(found)];
        return order.Length == found.Count
            ? order
            : throw new RegistryException(
                RegistryErrorKind.StillReferenced,
                $"'{image}' was not deleted: it is part of a circle of digests that refer to each other."
            );
    }

    /// <summary>
    /// Gets the referrers that the registry reports; as far as it reports none, its refusal to delete is the
    /// protection.
    /// </summary>
    /// <exception cref="RegistryException">The list, or what it lists, cannot be read completely.</exception>
    private async Task<IReadOnlyList<DockerImage>> ListedAsync(DockerImage image, CancellationToken stop)
    {
        List<string> digests = [];
        int pages = 0;
        try
        {
            await foreach (IReadOnlyList<string> page in
                registry.Open(image.Name).Referrers.ReadAsync(image.Digest, stop))
            {
                pages++;
                digests.AddRange(page);
            }
        }
        catch (RegistryException) when (pages == 0)
        {
            // Not every registry supports the request, and the service refuses to delete a digest that has referrers.
        }

        List<DockerImage> listed = [];
        foreach (string digest in digests)
        {
            try
            {
                listed.Add(await FindImages.ReadAsync(client, image.Name.WithDigest(digest), stop));
            }
            catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
            {
                // The list may lag behind a deletion.
            }
        }

        return listed;
    }

    /// <summary>
    /// Gets the digest that a tag points to; null if the tag does not exist, or if the digest is not what the tag says.
    /// </summary>
    private async Task<DockerImage?> TaggedAsync(ImageName tag, CancellationToken stop)
    {
        try
        {
            DockerImage image = await FindImages.ReadAsync(
                client,
                await FindImages.ResolveTagAsync(client, tag, stop),
                stop
            );
            return tag.Tag!.Contains('.', StringComparison.Ordinal)
                || MediaTypes.IsIndex(image.MediaType)
                || await _reader.ReadAsync(image, stop) is { IsIndex: true }
                ? image
                : null;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return null;
        }
    }
}
