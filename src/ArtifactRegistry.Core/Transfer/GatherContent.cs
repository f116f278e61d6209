namespace ArtifactRegistry.Transfer;

/// <summary>
/// Reads an image completely: the manifests that it lists, and what refers to any of these, by the registry's list of
/// referrers and by referrer tags, because registries and tools differ in which of the two they know.
/// </summary>
/// <param name="source">The source.</param>
/// <param name="share">Limits the requests.</param>
internal sealed class GatherContent(IContentSource source, TransferShare share)
{
    private readonly object _lock = new();
    private readonly Dictionary<string, Manifest> _read = new(StringComparer.Ordinal);

    /// <summary>Reads an image.</summary>
    /// <param name="digest">Its digest.</param>
    /// <param name="withReferrers">Whether to include what refers to it.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">A part of it does not exist, or cannot be read.</exception>
    public async Task<ImageContent> GatherAsync(string digest, bool withReferrers, CancellationToken stop)
    {
        Manifest root = await ReadTreeAsync(digest, listedBy: null, stop);
        List<Manifest> order = [];
        AddInOrder(root, order);
        List<(string, Manifest)> tags = [];
        int own = order.Count;
        // Signatures may be signed as well, so what was found is looked at, too.
        for (int next = 0; withReferrers && next < order.Count;)
        {
            Manifest[] subjects = [.. order.Skip(next)];
            next = order.Count;
            foreach (IReadOnlyList<(string? Tag, Manifest Manifest)> found in
                await Task.WhenAll(subjects.Select(subject => FindReferrersAsync(subject, stop))))
            {
                foreach ((string? tag, Manifest referrer) in found)
                {
                    AddInOrder(referrer, order);
                    if (tag is not null) tags.Add((tag, referrer));
                }
            }
        }

        return new ImageContent(root, order, order.Count - own, tags);
    }

    private async Task<Manifest> ReadTreeAsync(string digest, Manifest? listedBy, CancellationToken stop)
    {
        Manifest? manifest;
        lock (_lock) _read.TryGetValue(digest, out manifest);
        if (manifest is not null) return manifest;
        manifest = await share.RunAsync(() => source.FindManifestAsync(digest, stop), stop)
            ?? throw new RegistryException(
                RegistryErrorKind.NotFound,
                listedBy is null
                    ? $"The source does not have {digest}."
                    : $"The index {listedBy.Digest} lists {digest}, which the source does not have, so it cannot be "
                        + $"transferred whole.");
        return await WithChildrenAsync(manifest, stop);
    }

    private async Task<Manifest> WithChildrenAsync(Manifest manifest, CancellationToken stop)
    {
        await Task.WhenAll(manifest.Children.Select(child => ReadTreeAsync(child.Digest, manifest, stop)));
        lock (_lock) _read[manifest.Digest] = manifest;
        return manifest;
    }

    private async Task<IReadOnlyList<(string? Tag, Manifest Manifest)>> FindReferrersAsync(
        Manifest subject, CancellationToken stop)
    {
        List<(string?, Manifest)> found = [];
        foreach (string digest in
            await share.RunAsync(() => source.ListReferrersAsync(subject.Digest, stop), stop))
        {
            // A list may lag behind a deletion; and a registry was seen to list the subject itself.
            if (digest != subject.Digest
                && await share.RunAsync(() => source.FindManifestAsync(digest, stop), stop) is Manifest manifest
                && manifest.Subject?.Digest == subject.Digest)
                found.Add((null, await WithChildrenAsync(manifest, stop)));
        }

        foreach (string tag in ReferrerTag.Of(subject.Digest))
        {
            if (await share.RunAsync(() => source.FindManifestAsync(tag, stop), stop) is Manifest manifest
                && manifest.Digest != subject.Digest)
                found.Add((tag, await WithChildrenAsync(manifest, stop)));
        }

        return found;
    }

    private void AddInOrder(Manifest manifest, List<Manifest> order)
    {
        if (order.Exists(each => each.Digest == manifest.Digest)) return;
        foreach (Descriptor child in manifest.Children) AddInOrder(_read[child.Digest], order);
        order.Add(manifest);
    }
}
