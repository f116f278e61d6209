using ArtifactRegistry.Archive;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Operations;

/// <summary>Brings images of an archive back to where they were.</summary>
/// <param name="client">The API.</param>
/// <param name="registry">The registry's own protocol.</param>
/// <param name="archive">The archive.</param>
/// <param name="share">What the transfers of the command share.</param>
internal sealed class RestoreImage(
    ArtifactRegistryClient client, OciRegistryClient registry, ArchiveContent archive, TransferShare share)
{
    /// <summary>Another repository or image that may still have the layers; null for none.</summary>
    public ImageName? LayerFrom { get; init; }

    /// <summary>Gets or sets whether every blob is read completely at the end.</summary>
    public bool Verifies { get; init; }

    /// <summary>
    /// Reads what belongs to digests, and leaves out those that belong to another one: children of an index, and
    /// signatures.
    /// </summary>
    /// <param name="images">The digests.</param>
    /// <param name="failed">Called with each one that cannot be read.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public async Task<IReadOnlyList<(ArchivedImage Image, ImageContent Content)>> ReadAsync(
        IReadOnlyList<ArchivedImage> images,
        Func<ArchivedImage, RegistryException, Task> failed,
        CancellationToken stop)
    {
        List<(ArchivedImage Image, ImageContent Content)> read = [];
        HashSet<ImageName> parts = [];
        foreach (ArchivedImage image in images)
        {
            try
            {
                IContentSource source = archive.Open(image.Name.ToImage(), registry.Open(image.Name));
                ImageContent content = await new GatherContent(source, share).GatherAsync(
                    image.Name.Digest!, withReferrers: true, stop);
                read.Add((image, content));
                parts.UnionWith(
                    content.Manifests.Where(each => each.Digest != content.Root.Digest)
                        .Select(each => image.Name.WithDigest(each.Digest)));
            }
            catch (RegistryException e)
            {
                await failed(image, e);
            }
        }

        return [.. read.Where(each => !parts.Contains(each.Image.Name))];
    }

    /// <summary>Restores a digest with all that belongs to it.</summary>
    /// <param name="name">The digest.</param>
    /// <param name="content">What belongs to it.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="failed">Called with each tag that could not be set although the image was restored.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>
    /// The outcome; nothing was written if a blob cannot be had. If it has an error, running it again goes on.
    /// </returns>
    /// <exception cref="RegistryException">The registry failed before anything was written.</exception>
    public async Task<RestoredImage> RestoreAsync(
        ImageName name,
        ImageContent content,
        Func<string, string, Task<bool>> confirm,
        Func<ImageName, RegistryException, Task> failed,
        CancellationToken stop)
    {
        RegistryImage to = registry.Open(name);
        RestoreBlobs blobs = new(archive.Folder, Other(name), to);
        Descriptor[] needed = [.. content.Blobs];
        IContentSource?[] places = await Task.WhenAll(
            needed.Select(blob => share.RunAsync(() => blobs.FindAsync(blob, stop), stop)));
        foreach ((Descriptor blob, IContentSource? place) in needed.Zip(places))
            if (place == to) share.RememberBlob(to.Repository, blob.Digest);
        string[] missing = [.. needed.Where((_, i) => places[i] is null).Select(blob => blob.Digest)];
        Descriptor[] toUpload = [.. needed.Where((_, i) => places[i] is not null && places[i] != to)];
        RestoredImage row = new(name)
        {
            BlobsFound = needed.Length - missing.Length - toUpload.Length,
            BlobsMissing = new TextList(missing),
        };
        if (missing.Length > 0)
            return row with
            {
                Error = Missing(name, missing, needed.Length),
                Reason = $"{missing.Length} of its {needed.Length} blobs "
                    + $"{(missing.Length == 1 ? "is" : "are")} {Places}",
                LacksBlobs = true,
            };

        (ImageName Digest, string Tag)[] tags = [.. TagsOf(name, content)];
        if (!await confirm(name.ToString(), Action(content, tags, toUpload)))
            return row with { RestoreStatus = RestoreStatus.WouldRestore, Tags = Names(tags) };

        TransferImage transfer = new(archive.Folder, blobs, share);
        try
        {
            await transfer.RunAsync(content, stop);
            bool[] sound = await Task.WhenAll(
                needed.Select(blob => share.RunAsync(() => blobs.MendAsync(blob, Verifies, stop), stop)));
            string[] lost = [.. needed.Where((_, i) => !sound[i]).Select(blob => blob.Digest)];
            row = WithCounts(row, transfer.Transferred);
            return lost.Length > 0
                ? row with { BlobsMissing = new TextList(lost), Error = Unreadable(name, lost) }
                : await TagAsync(row, tags, failed, stop);
        }
        catch (RegistryException e)
        {
            return WithCounts(row, transfer.Transferred) with { Error = e };
        }
    }

    private static RestoredImage WithCounts(RestoredImage row, TransferResult result) =>
        row with
        {
            Manifests = result.Manifests,
            BlobsUploaded = result.BlobsUploaded + result.BlobsMounted,
            BytesUploaded = result.BytesUploaded,
        };

    private RegistryImage? Other(ImageName name) =>
        LayerFrom is null ? null
        : registry.Open(LayerFrom.IsRepository ? LayerFrom.WithPackage(name.Package!) : LayerFrom.ToImage());

    private IEnumerable<(ImageName Digest, string Tag)> TagsOf(ImageName name, ImageContent content) =>
        from manifest in content.Manifests
        let digest = name.WithDigest(manifest.Digest)
        from tag in archive.TagsOf(digest)
        select (digest, tag);

    /// <summary>Sets the tags; one that is on another digest by now stays there.</summary>
    private async Task<RestoredImage> TagAsync(
        RestoredImage row,
        (ImageName Digest, string Tag)[] tags,
        Func<ImageName, RegistryException, Task> failed,
        CancellationToken stop)
    {
        bool isChanged = row.Manifests > 0 || row.BlobsUploaded > 0;
        List<string> set = [], kept = [];
        foreach ((ImageName digest, string tag) in tags)
        {
            try
            {
                DockerImage image = await FindImages.ReadAsync(client, digest, stop);
                ImageTag? added = await AddTag.AddAsync(
                    client, image, tag, mayMove: false, expectedDigest: null, (_, _) => Task.FromResult(true), stop);
                isChanged |= added!.PreviousDigest != digest.Digest;
                if (digest.Digest == row.Digest) set.Add(tag);
            }
            catch (RegistryException e) when (e.Kind is RegistryErrorKind.TagPointsElsewhere)
            {
                kept.Add(tag);
            }
            catch (RegistryException e)
            {
                await failed(digest.WithTag(tag), e);
            }
        }

        return row with
        {
            RestoreStatus = isChanged ? RestoreStatus.Restored : RestoreStatus.AlreadyThere,
            Tags = new TagList(set),
            Reason = kept.Count == 0
                ? row.Reason
                : $"{(kept.Count == 1 ? "the tag" : "the tags")} {string.Join(", ", kept)} "
                    + $"{(kept.Count == 1 ? "is" : "are")} on another digest by now and "
                    + $"{(kept.Count == 1 ? "stays" : "stay")} there",
        };
    }

    private static TagList Names((ImageName Digest, string Tag)[] tags) =>
        new([.. tags.Select(each => each.Tag)]);

    private static string Action(
        ImageContent content, (ImageName Digest, string Tag)[] tags, Descriptor[] toUpload)
    {
        string parts = content.Manifests.Count == 1 ? "image" : $"image with {content.Manifests.Count - 1} parts";
        string named = tags.Length == 0 ? "" : $" and its {(tags.Length == 1 ? "tag" : "tags")} {Names(tags)}";
        string upload = toUpload.Length == 0
            ? "nothing to upload"
            : $"upload {toUpload.Length} {(toUpload.Length == 1 ? "blob" : "blobs")}, "
                + ByteSize.Format(toUpload.Sum(blob => blob.Size));
        return $"Restore {parts}{named} ({upload})";
    }

    /// <summary>Gets the places where a blob is looked for, if it is in none of them.</summary>
    public string Places => LayerFrom is null
        ? "neither in the registry nor in the archive"
        : $"neither in the registry nor in the archive nor in '{LayerFrom}'";

    private RegistryException Missing(ImageName name, string[] missing, int all) =>
        new(
            RegistryErrorKind.ContentMissing,
            $"'{name}' was not restored, and nothing was written: {missing.Length} of its {all} blobs "
                + $"{(missing.Length == 1 ? "is" : "are")} {Places}, such as {missing[0]}.")
        {
            NamesItsSubject = true,
        };

    private static RegistryException Unreadable(ImageName name, string[] lost) =>
        new(
            RegistryErrorKind.ContentMissing,
            $"'{name}' was written, but {lost.Length} of its blobs cannot be read from the registry, such as "
                + $"{lost[0]}, so it got no tags.")
        {
            NamesItsSubject = true,
            Advice = "Run it again: what is there is not sent again. If the same blobs still cannot be read, name a "
                + "repository or image that has them with -LayerFrom.",
        };
}
