using ArtifactRegistry.Archive;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Operations;

/// <summary>The items that a removal by name may delete in addition to the digest that was named.</summary>
/// <param name="Tags">Whether to delete tags that were not named.</param>
/// <param name="Referrers">
/// Whether to delete its signatures, attestations and SBOMs, found by their manifest or by their tag; and, if it is one
/// of those itself, whether it may be deleted although its subject has a tag.
/// </param>
internal sealed record AllowedRemovals(bool Tags, bool Referrers);

/// <summary>Deletes one digest, with the tags that were named and whatever else the caller allows.</summary>
/// <param name="client">The API.</param>
/// <param name="registry">The registry's own protocol, which lists the referrers of a digest.</param>
/// <param name="cache">Manifests that were read before.</param>
/// <param name="warn">Receives what can no longer be returned because the command was cancelled.</param>
/// <param name="archive">Saves digests before they are deleted; null if nothing is saved.</param>
internal sealed class RemoveImage(
    ArtifactRegistryClient client,
    OciRegistryClient registry,
    ManifestCache cache,
    Action<string> warn,
    SaveImage? archive)
{
    private readonly FindReferrers _find = new(client, registry, cache);

    /// <summary>
    /// Reads the digest and its referrers, asks for confirmation, removes the tags and deletes without force; restores
    /// the tags if the digest stays.
    /// </summary>
    /// <param name="name">The digest or tag. With both, the tag must still be on the digest.</param>
    /// <param name="allowed">The items that may be deleted in addition.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>
    /// The outcome for each digest; <see cref="RemovalStatus.WouldRemove"/> if the answer was no.
    /// </returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.NameNotSpecific"/>, <see cref="RegistryErrorKind.StillTagged"/>,
    /// <see cref="RegistryErrorKind.StillReferenced"/>, <see cref="RegistryErrorKind.TagMoved"/>, or what the service
    /// said before anything was changed.
    /// </exception>
    public async Task<IReadOnlyList<RemovedImage>> RemoveAsync(
        ImageName name, AllowedRemovals allowed, Func<string, string, Task<bool>> confirm, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(allowed);
        ArgumentNullException.ThrowIfNull(confirm);
        if (name.IsRepository || name.IsWholeImage)
            throw new RegistryException(RegistryErrorKind.NameNotSpecific, $"'{name}' names no digest and no tag.");

        DockerImage image = await ReadAsync(name, stop);
        if (!allowed.Tags) RequireTags(image, image, [.. image.Tags.Where(tag => tag != name.Tag)]);
        string what = await WhatAsync(image, allowed.Referrers, stop);
        IReadOnlyList<DockerImage> found = await _find.OfAsync(image, stop);
        if (found.Count > 0 && !allowed.Referrers)
            throw IsHeld(image, found);
        IReadOnlyList<ImageNode> all =
            found.Count == 0 ? [new ImageNode(image)] : await _find.TogetherAsync(image, found, stop);
        List<ImageNode> referrers = [.. all.Where(node => node.Image.Digest != image.Digest)];
        foreach (ImageNode referrer in referrers)
            if (!allowed.Tags)
                RequireTags(image, referrer.Image, UnnamedTags(referrer.Image, all));

        if (!await confirm(image.Uri, Action(image, what, referrers)))
            return [
                .. all.Select(node => new RemovedImage(node.Image, RemovalStatus.WouldRemove, WouldGo(node, image))),
            ];
        DockerImage asked = await AskedAsync(image, stop);
        if (archive is not null)
        {
            try
            {
                // All of them first: an image whose signature cannot be saved stays with it.
                await archive.SaveAsync([asked, .. referrers.Select(node => node.Image)], stop);
            }
            catch (RegistryException e)
            {
                return [new RemovedImage(asked, RemovalStatus.Failed, e.RowReason) { Error = e }];
            }

            asked = await AskedAsync(asked, stop);
        }

        return await new DeleteTogether(client, asked, all, warn).DeleteAsync(stop);
    }

    private static string Action(DockerImage image, string what, List<ImageNode> referrers)
    {
        string tags = image.Tags.Count switch
        {
            0 => "",
            1 => $" and its tag {image.Tags}",
            _ => $" and its {image.Tags.Count} tags {image.Tags}",
        };
        string others = referrers.Count == 0 ? "" : $" and what refers to it: {InWords(referrers)}";
        long size = image.SizeBytes + referrers.Sum(each => each.Image.SizeBytes);
        return $"Delete the {what}{tags}{others} ({ByteSize.Format(size)})";
    }

    // Those with tags come first, because the user may know them.
    private static string InWords(List<ImageNode> referrers) =>
        string.Join(
            ", ",
            referrers
                .OrderBy(node => !node.IsTagged)
                .Take(3)
                .Select(node => $"the {DeleteTogether.InWords(node)} {node}")
        ) + (referrers.Count > 3 ? $" and {referrers.Count - 3} more" : "");

    private static string WouldGo(ImageNode node, DockerImage image) =>
        node.Image.Digest == image.Digest ? "would be deleted by name" : DeleteTogether.ReasonOf(node, image);

    /// <summary>Gets the tags of a referrer that do not name a digest that is deleted.</summary>
    private static IReadOnlyList<string> UnnamedTags(DockerImage referrer, IReadOnlyList<ImageNode> all) =>
    [
        .. referrer.Tags.Where(tag => !ReferrerTag.TryParse(tag, out ReferrerTag? read)
            || !all.Any(node => node.Image.Digest == read.Value.Subject)),
    ];

    private static RegistryException IsHeld(DockerImage image, IReadOnlyList<DockerImage> referrers) =>
        new(
            RegistryErrorKind.StillReferenced,
            $"'{image}' was not deleted, nor was a tag taken away: "
                + $"{InWords([.. referrers.Select(each => new ImageNode(each))])} "
                + $"{(referrers.Count == 1 ? "refers" : "refer")} to it."
        )
        {
            Advice = $"Use -DeleteReferrer to delete {(referrers.Count == 1 ? "it" : "them")} together with the image.",
        };

    private static void RequireTags(DockerImage image, DockerImage tagged, IReadOnlyList<string> unnamed)
    {
        if (unnamed.Count == 0)
            return;
        string who = ReferenceEquals(image, tagged)
            ? "it"
            : $"the {tagged.ImageKind.InWords()} {Digest.Shorten(tagged.Digest)} that refers to it";
        throw new RegistryException(
            RegistryErrorKind.StillTagged,
            $"'{image}' was not deleted: {who} {(unnamed.Count == tagged.Tags.Count ? "has" : "also has")} the "
            + $"{(unnamed.Count == 1 ? "tag" : "tags")} {string.Join(", ", unnamed)}.");
    }

    /// <summary>
    /// Gets "image", or a description such as "signature of" a digest. The service would delete the signature of an
    /// image that is in use, and where signatures are required, an image without one can no longer be started.
    /// </summary>
    private async Task<string> WhatAsync(DockerImage image, bool deleteReferrers, CancellationToken stop)
    {
        if (await SubjectAsync(image, deleteReferrers, stop) is not string digest) return "image";
        try
        {
            DockerImage subject = await FindImages.ReadAsync(client, image.Name.WithDigest(digest), stop);
            string what = $"{image.ImageKind.InWords()} of {Digest.Shorten(digest)}";
            if (subject.Tags.Count == 0)
                return what;
            return deleteReferrers
                ? $"{what} ({subject.Tags})"
                : throw new RegistryException(
                    RegistryErrorKind.StillReferenced,
                    $"'{image}' was not deleted: it is the {what} ({subject.Tags}), which stays."
                )
                {
                    Advice =
                        "Use -DeleteReferrer to delete it all the same. Remove-ArUntaggedImage deletes it with the "
                            + "image, once nothing needs that.",
                };
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return "image"; // its subject is gone
        }
    }

    /// <summary>
    /// Gets the digest that this one is about, by its tag or its manifest, which is read because the public API does
    /// not return this; null if it is about none.
    /// </summary>
    private async Task<string?> SubjectAsync(DockerImage image, bool deleteReferrers, CancellationToken stop)
    {
        foreach (string tag in image.Tags)
            if (ReferrerTag.TryParse(tag, out ReferrerTag? read)
                && (read.Value.Kind is not ImageKind.Index || MediaTypes.IsIndex(image.MediaType)))
                return read.Value.Subject;
        if (image.SubjectDigest is not null || MediaTypes.HoldsNothing(image.MediaType)) return image.SubjectDigest;
        try
        {
            return (await registry.GetManifestAsync(image.Name, image.MediaType, stop)).Subjects is [string subject, ..]
                ? subject
                : null;
        }
        catch (RegistryException) when (deleteReferrers)
        {
            return null; // it may go, whatever it is about
        }
        catch (RegistryException e)
        {
            throw e.WithMessage(
                $"'{image}' was not deleted: whether it is the signature of another digest cannot be read: {e.Message}"
            );
        }
    }

    private async Task<DockerImage> ReadAsync(ImageName name, CancellationToken stop)
    {
        if (name.Tag is not string tag) return await FindImages.ReadAsync(client, name, stop);

        ImageName current = await FindImages.ResolveTagAsync(client, name.WithTag(tag), stop);
        if (name.Digest is not null && name.Digest != current.Digest)
            throw DeleteTag.Moved(name.WithTag(tag), name.Digest, current);
        return await FindImages.ReadAsync(client, current, stop);
    }

    /// <summary>
    /// Reads the digest again, because a question may stay open for an hour. Tags that it no longer has are not
    /// removed, and a tag that it has gained was not part of the question.
    /// </summary>
    private async Task<DockerImage> AskedAsync(DockerImage asked, CancellationToken stop)
    {
        if (asked.Tags.Count == 0) return asked;
        DockerImage image = await FindImages.ReadAsync(client, asked.Name, stop);
        return image.Tags.Except(asked.Tags).ToArray() is not { Length: > 0 } gained
            ? image
            : throw new RegistryException(
                RegistryErrorKind.StillTagged,
                $"'{image}' was not deleted: meanwhile it got the {(gained.Length == 1 ? "tag" : "tags")} "
                    + $"{string.Join(", ", gained)}."
            );
    }
}
