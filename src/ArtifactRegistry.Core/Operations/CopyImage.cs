using ArtifactRegistry.Clients;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Copies images to a repository, with unchanged digests and with everything that belongs to them.
/// </summary>
/// <param name="client">The API.</param>
/// <param name="registry">The registry's own protocol.</param>
/// <param name="share">What the copies of the command share.</param>
internal sealed class CopyImage(ArtifactRegistryClient client, OciRegistryClient registry, TransferShare share)
{
    /// <summary>Gets or sets whether signatures, attestations and SBOMs are copied, too.</summary>
    public bool WithReferrers { get; init; } = true;

    /// <summary>Gets or sets whether a tag may be moved from another digest.</summary>
    public bool MayMove { get; init; }

    /// <summary>The digest that a tag must be on now to be moved; null if that does not matter.</summary>
    public string? ExpectedDigest { get; init; }

    /// <summary>Copies a digest.</summary>
    /// <param name="source">The digest.</param>
    /// <param name="destination">The image to copy it to, without tag and digest.</param>
    /// <param name="tags">The tags for the copy.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="failed">Called with each tag that could not be set although the image was copied.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>The copy; null if the answer was no.</returns>
    /// <exception cref="RegistryException">It was not copied completely, and has none of the tags.</exception>
    public async Task<CopiedImage?> RunAsync(
        CopySource source,
        ImageName destination,
        IReadOnlyList<string> tags,
        Func<string, string, Task<bool>> confirm,
        Func<ImageName, RegistryException, Task> failed,
        CancellationToken stop)
    {
        ImageName copy = destination.WithDigest(source.Digest);
        // Before gigabytes are sent for nothing.
        foreach (string tag in tags) await AddTag.CheckAsync(client, copy, tag, MayMove, ExpectedDigest, stop);
        string withTags = tags.Count == 0 ? "" : $" and tag it {string.Join(", ", tags)}";
        if (!await confirm(copy.ToString(), $"Copy image from {source.Image}{withTags}")) return null;

        RegistryImage to = registry.Open(destination);
        ImageContent content =
            await new GatherContent(source.Content, share).GatherAsync(source.Digest, WithReferrers, stop);
        TransferResult result = await TransferAsync(source.Content, to, content, destination, stop);

        List<string> set = [];
        bool isChanged = result.Manifests > 0;
        foreach (string tag in tags)
        {
            if (await TagAsync(copy, tag, MayMove, ExpectedDigest, failed, stop) is not ImageTag added) continue;
            set.Add(tag);
            isChanged |= added.PreviousDigest != copy.Digest;
        }

        foreach ((string tag, Manifest referrer) in content.ReferrerTags)
        {
            string? outdated = MayMove ? null : await FindOutdatedAsync(to, tag, referrer, stop);
            ImageTag? added = await TagAsync(
                destination.WithDigest(referrer.Digest), tag, MayMove, expectedDigest: outdated, failed, stop);
            isChanged |= added is not null && added.PreviousDigest != referrer.Digest;
        }

        return new CopiedImage(source.Name, copy)
        {
            Tags = new TagList(set),
            Manifests = result.Manifests,
            BlobsMounted = result.BlobsMounted,
            BlobsUploaded = result.BlobsUploaded,
            BytesUploaded = result.BytesUploaded,
            Referrers = content.Referrers,
            CopyStatus = isChanged ? CopyStatus.Copied : CopyStatus.AlreadyThere,
        };
    }

    /// <summary>
    /// Gets the digest under a referrer's tag at the destination if the referrer has everything that it has, so that
    /// moving the tag loses nothing, as when another signature was added; null if it must not be moved.
    /// </summary>
    private static async Task<string?> FindOutdatedAsync(
        RegistryImage destination, string tag, Manifest referrer, CancellationToken stop)
    {
        if (await destination.FindManifestAsync(tag, stop) is not Manifest current) return null;
        List<string> entries = [.. referrer.Entries()];
        return current.Entries().All(entries.Remove) ? current.Digest : null;
    }

    private async Task<TransferResult> TransferAsync(
        IContentSource from, RegistryImage to, ImageContent content, ImageName destination, CancellationToken stop)
    {
        try
        {
            return await new TransferImage(from, to, share).RunAsync(content, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            // The answer does not say which side it is about.
            if (await FindMissingPart.FindAsync(client, destination, stop) is not NamePart.Repository) throw;
            string behind = RegistryHosts.LocationOfGcr(destination.Repository) is null
                ? ""
                : $", which is {RegistryHosts.PkgDevNameOf(destination)},";
            throw new RegistryException(
                RegistryErrorKind.NotFound,
                $"Nothing was copied: the destination '{destination.ToRepository()}'{behind} was not found.", e)
            {
                Advice = "Get-ArRepository lists the repositories of a project; gcloud artifacts repositories create "
                    + "makes a new one.",
                NamesItsSubject = true,
            };
        }
    }

    private async Task<ImageTag?> TagAsync(
        ImageName digest,
        string tag,
        bool mayMove,
        string? expectedDigest,
        Func<ImageName, RegistryException, Task> failed,
        CancellationToken stop)
    {
        try
        {
            // The question was about the copy with its tags.
            return await AddTag.AddAsync(
                client, await FindImages.ReadAsync(client, digest, stop), tag, mayMove, expectedDigest,
                (_, _) => Task.FromResult(true), stop);
        }
        catch (RegistryException e)
        {
            await failed(digest.WithTag(tag), e);
            return null;
        }
    }
}
