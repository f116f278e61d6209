using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>The manifests that are read when an image is gathered.</summary>
/// <param name="EvenIfAllTagged">
/// Whether manifests are read if every digest has a tag of its own, and so stays unless its tags may go.
/// </param>
/// <param name="EvenIfHoldsNothing">
/// Whether even those are read that cannot refer to other digests, to get the digests of their configurations.
/// </param>
/// <param name="IgnoresMarks">Whether a quarantine mark does not count as a tag.</param>
internal readonly record struct ManifestReading(bool EvenIfAllTagged, bool EvenIfHoldsNothing, bool IgnoresMarks);

/// <summary>
/// Gathers all digests of an image and the digests that they refer to. There are three sources: the listings of
/// dockerImages and of versions, and the references in manifests. Where the sources differ, each digest is requested.
/// </summary>
/// <param name="client">The API.</param>
/// <param name="listings">Lists images.</param>
/// <param name="reader">Reads manifests.</param>
/// <param name="progress">Counts the manifests.</param>
/// <param name="slots">Limits the requests that run at once, for all images together.</param>
/// <param name="concurrency">The number of requests that run at once for one image.</param>
internal sealed class GatherImage(
    ArtifactRegistryClient client,
    ImageListings listings,
    ManifestReader reader,
    PlanningProgress progress,
    SemaphoreSlim slots,
    int concurrency
)
{
    // Each round finds digests that only the manifests of the previous round refer to: an index in an index, and so on.
    private const int MaxRounds = 16;

    /// <summary>Gathers an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="others">Whether other images of the repository will be gathered too.</param>
    /// <param name="reading">The manifests to read.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">The image is not there, or cannot be listed.</exception>
    public async Task<ImageGraph> GatherAsync(
        ImageName image, bool others, ManifestReading reading, CancellationToken stop)
    {
        Task<ImageListing> listing = listings.OfAsync(image, others, stop),
            listingVersions = ListVersionsAsync(image, stop);
        await Task.WhenAll(listing, listingVersions);
        (ImageListing images, ImageListing versions) = (await listing, await listingVersions);
        if (images.Digests.Count == 0)
        {
            // An image without digests still exists. If it has digests after all, the filter missed them.
            if (versions.Digests.Count == 0) await client.GetPackageAsync(image, stop);
            else images = await listings.UnfilteredAsync(image, others, stop);
        }

        progress.BeginImage();
        return await CompareAsync(image, images, versions, reading, stop);
    }

    /// <summary>
    /// Gathers an image again. The sources are what was gathered before and the current versions, so that few requests
    /// are needed if little has changed.
    /// </summary>
    /// <exception cref="RegistryException">The image is not there any more, or cannot be listed.</exception>
    public async Task<ImageGraph> AgainAsync(
        ImageName image, ImageGraph before, ManifestReading reading, CancellationToken stop)
    {
        ImageListing versions = await ListVersionsAsync(image, stop);
        ImageListing known = new(null);
        foreach (ImageNode node in before.Nodes)
            if (node.Deletion is not { Gone: true })
                known.Digests[node.Image.Digest] = new ListedDigest(
                    node.Image,
                    node.Image.MediaType,
                    node.VersionUpdated,
                    node.Image.Tags
                );
        ImageGraph graph = await CompareAsync(image, known, versions, reading, stop);
        foreach (ImageNode node in before.Nodes)
            if (
                node is { Deletion: not null, TagsMayGo: true }
                && graph.Find(node.Image.Digest) is ImageNode now
                && (now.Image.Tags.Count == 0 || node.Deletion.Tries > 0)
            )
                now.IsChangedByUs = true;
        return graph;
    }

    private async Task<ImageGraph> CompareAsync(
        ImageName image, ImageListing listed, ImageListing versions, ManifestReading reading, CancellationToken stop)
    {
        List<RegistryException> gaps = new();
        ImageGraph graph = new() { Gaps = gaps, IgnoresMarks = reading.IgnoresMarks };
        if ((versions.Odd ?? listed.Odd) is string odd)
            gaps.Add(Gap($"'{image}' has a digest under the invalid name '{odd}'"));

        List<(ImageName Name, DockerImage? Listed, ListedDigest? Version)> differing = new();
        foreach ((string digest, ListedDigest one) in listed.Digests)
        {
            ListedDigest? version = versions.Digests.GetValueOrDefault(digest);
            if (version is null || version.Differs(one)) differing.Add((image.WithDigest(digest), one.Image, version));
            else
                graph.Add(new ImageNode(one.Image!)
                {
                    HoldsNothing = MediaTypes.HoldsNothing(one.MediaType) && one.MediaType == version.MediaType,
                    VersionUpdated = version.Updated,
                });
        }

        foreach ((string digest, ListedDigest version) in versions.Digests)
            if (!listed.Digests.ContainsKey(digest))
                differing.Add((image.WithDigest(digest), null, version));
        await ForEachAsync(
            differing,
            async (each, token) => AddTo(graph, gaps, await AskAsync(each.Name, each.Listed, each.Version, token)),
            stop);

        await ReadManifestsAsync(image, graph, reading, gaps, stop);
        graph.Connect();
        return graph;
    }

    private static void AddTo(
        ImageGraph graph,
        List<RegistryException> gaps,
        (ImageNode? Node, RegistryException? Gap) found
    )
    {
        lock (gaps)
        {
            if (found.Node is not null) graph.Add(found.Node);
            if (found.Gap is not null) gaps.Add(found.Gap);
        }
    }

    private async Task<ImageListing> ListVersionsAsync(ImageName image, CancellationToken stop)
    {
        ImageListing versions = new(null);
        string? odd = null;
        await foreach (VersionMessage message in client.ListVersionsAsync(image, stop))
        {
            if (!ImageName.TryParse(message.Name, out ImageName? name) || name.Digest is null) odd = message.Name;
            else if (ListedNames.IsOfImage(image, name))
                versions.Digests[name.Digest] = new ListedDigest(
                    null, message.MediaType, message.UpdateTime, [.. (message.RelatedTags ?? []).Select(TagOf)]);
        }

        return versions with { Odd = odd };
    }

    // A tag that this module considers invalid is a tag all the same: a digest that has it stays.
    private static string TagOf(TagMessage tag) =>
        ImageName.TryParse(tag.Name, out ImageName? name) && name.Tag is not null
            ? name.Tag
            : tag.Name[(tag.Name.LastIndexOf('/') + 1)..];

    /// <summary>
    /// Requests a digest on which the listings differ; its tags are those of all current sources together.
    /// </summary>
    private async Task<(ImageNode? Node, RegistryException? Gap)> AskAsync(
        ImageName name, DockerImage? listed, ListedDigest? version, CancellationToken stop)
    {
        try
        {
            if (await reader.FindAsync(name, stop) is not DockerImageMessage now) return (null, null);
            List<string> tags = [.. (now.Tags ?? []).Concat(version?.Tags ?? []).Distinct(StringComparer.Ordinal)];
            return (new ImageNode(DockerImage.From(now, name, tags)) { VersionUpdated = version?.Updated }, null);
        }
        catch (RegistryException e)
        {
            RegistryException gap = e.WithMessage(
                $"The listings of '{name.ToImage()}' differ about {Digest.Shorten(name.Digest)}, and it cannot be "
                    + $"asked for, so nothing of this image is deleted: {e.Message}");
            return (listed is null ? null : new ImageNode(listed), gap);
        }
    }

    /// <summary>Reads the manifests, and requests the digests that only they mention.</summary>
    private async Task ReadManifestsAsync(
        ImageName image,
        ImageGraph graph,
        ManifestReading reading,
        List<RegistryException> gaps,
        CancellationToken stop)
    {
        if (!reading.EvenIfAllTagged
            && graph.Nodes.All(node =>
                node.IsTagged && !node.Tags.All(tag => ReferrerTag.TryParse(tag, out _))))
            return;

        HashSet<string> absent = new(StringComparer.Ordinal);
        List<ImageNode> unread = [.. graph.Nodes.Where(node => reading.EvenIfHoldsNothing || !node.HoldsNothing)];
        for (int round = 0; unread.Count > 0; round++)
        {
            progress.AddManifests(unread.Count);
            await ForEachAsync(unread, ReadAsync, stop);
            foreach (ImageNode node in unread)
                if (node is { Content: null, Unreadable: null })
                    graph.Remove(node); // gone by now

            string[] unknown =
            [
                .. unread
                    .SelectMany(ImageGraph.ReferencesOf)
                    .Where(reference => !MediaTypes.IsBlob(reference.Entry.MediaType))
                    .Select(reference => reference.Entry.Digest)
                    .Where(digest => graph.Find(digest) is null)
                    .Distinct()
                    .Where(absent.Add),
            ];
            if (round == MaxRounds && unknown.Length > 0)
            {
                gaps.Add(Gap($"the indexes of '{image}' are nested more than {MaxRounds} deep"));
                return;
            }

            await ForEachAsync(
                unknown,
                async (digest, token) =>
                    AddTo(graph, gaps, await AskAsync(image.WithDigest(digest), null, null, token)),
                stop
            );
            unread = [.. unknown.Select(graph.Find).OfType<ImageNode>()];
        }
    }

    private async Task ReadAsync(ImageNode node, CancellationToken stop)
    {
        bool isRemembered = reader.Knows(node.Image.Digest);
        try
        {
            node.Content = await reader.ReadAsync(node.Image, stop);
        }
        catch (RegistryException e)
        {
            node.Unreadable = e;
        }

        progress.CompleteManifest(isRemembered);
    }

    private Task ForEachAsync<T>(
        IReadOnlyCollection<T> items,
        Func<T, CancellationToken, Task> work,
        CancellationToken stop
    ) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = stop },
            async (item, token) =>
            {
                await slots.WaitAsync(token);
                try
                {
                    await work(item, token);
                }
                finally
                {
                    slots.Release();
                }
            });

    private static RegistryException Gap(string what) => new(
        RegistryErrorKind.UnexpectedAnswer, $"The listing is not complete: {what}. Nothing of this image is deleted.");
}
