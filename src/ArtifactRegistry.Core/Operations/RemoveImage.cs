using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>What a removal by name may take along besides the digest that was named.</summary>
/// <param name="Tags">Tags that were not named.</param>
/// <param name="Referrers">
/// The signatures, attestations and SBOMs that refer to it; and if it is one of those itself, it may go although what it is
/// about has a tag.
/// </param>
public sealed record AllowedRemovals(bool Tags, bool Referrers);

/// <summary>Deletes one digest, with the tags that were named and with what the caller allows to go with it.</summary>
/// <param name="client">The API.</param>
/// <param name="registry">The registry's own protocol, which tells what refers to a digest.</param>
/// <param name="warn">Told what cannot be returned any more, since the command was cancelled.</param>
public sealed class RemoveImage(ArtifactRegistryClient client, OciRegistryClient registry, Action<string> warn)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    // 250 ms, doubled each time: about a minute in all, until the service has forgotten what referred to the digest.
    private const int MaxTries = 9;

    /// <summary>
    /// Reads the digest and what refers to it, asks, takes the tags away and deletes without force; puts the tags back if the
    /// digest stays.
    /// </summary>
    /// <param name="name">The digest or tag. With both, the tag must still be on the digest.</param>
    /// <param name="allowed">What may go besides.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>
    /// What became of each digest; <see cref="RemovalStatus.WouldRemove"/> if the answer was no.
    /// </returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.NameNotSpecific"/>, <see cref="RegistryErrorKind.StillTagged"/>,
    /// <see cref="RegistryErrorKind.StillReferenced"/>, <see cref="RegistryErrorKind.TagMoved"/>, or what the service said
    /// before anything was changed.
    /// </exception>
    public async Task<IReadOnlyList<RemovedImage>> RunAsync(
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
        IReadOnlyList<DockerImage> referrers = await ReferrersAsync(image, stop);
        if (referrers.Count > 0 && !allowed.Referrers) throw IsHeld(image, referrers);
        foreach (DockerImage referrer in referrers)
            if (!allowed.Tags)
                RequireTags(image, referrer, [.. referrer.Tags]);

        if (!await confirm(image.Uri, Action(image, what, referrers)))
            return
            [
                .. referrers.Select(each => new RemovedImage(each, RemovalStatus.WouldRemove, RefersTo(each, image))),
                new RemovedImage(image, RemovalStatus.WouldRemove, "would be deleted by name"),
            ];
        return await DeleteAsync(await AskedAsync(image, stop), referrers, stop);
    }

    private static string Action(DockerImage image, string what, IReadOnlyList<DockerImage> referrers)
    {
        string tags = image.Tags.Count switch
        {
            0 => "",
            1 => $" and its tag {image.Tags}",
            _ => $" and its {image.Tags.Count} tags {image.Tags}",
        };
        string others = referrers.Count == 0 ? "" : $" and what refers to it: {InWords(referrers)}";
        return $"Delete the {what}{tags}{others} ({ByteSize.Format(image.SizeBytes + referrers.Sum(each => each.SizeBytes))})";
    }

    private static string InWords(IReadOnlyList<DockerImage> referrers) =>
        string.Join(", ", referrers.Take(3).Select(each => $"the {each.ImageKind.InWords()} {Digest.Shorten(each.Digest)}"))
        + (referrers.Count > 3 ? $" and {referrers.Count - 3} more" : "");

    private static string RefersTo(DockerImage referrer, DockerImage image) =>
        $"{referrer.ImageKind.InWords()} of {Digest.Shorten(image.Digest)}, which is deleted too";

    private static RegistryException IsHeld(DockerImage image, IReadOnlyList<DockerImage> referrers) => new(
        RegistryErrorKind.StillReferenced,
        $"'{image}' was not deleted, nor was a tag taken away: {InWords(referrers)} {(referrers.Count == 1 ? "refers" : "refer")} to it.")
    {
        Advice = $"Use -DeleteReferrer to delete {(referrers.Count == 1 ? "it" : "them")} together with the image.",
    };

    private static void RequireTags(DockerImage image, DockerImage tagged, IReadOnlyList<string> unnamed)
    {
        if (unnamed.Count == 0) return;
        string who = ReferenceEquals(image, tagged) ? "it" : $"the {tagged.ImageKind.InWords()} {Digest.Shorten(tagged.Digest)} that refers to it";
        throw new RegistryException(
            RegistryErrorKind.StillTagged,
            $"'{image}' was not deleted: {who} {(unnamed.Count == tagged.Tags.Count ? "has" : "also has")} the "
            + $"{(unnamed.Count == 1 ? "tag" : "tags")} {string.Join(", ", unnamed)}.");
    }

    /// <summary>
    /// "image", or of what it is the signature, attestation or SBOM. The service would let that go under an image that is in
    /// use, and an image without its signature may not start any more where signatures are required.
    /// </summary>
    private async Task<string> WhatAsync(DockerImage image, bool deleteReferrers, CancellationToken stop)
    {
        if (await SubjectAsync(image, deleteReferrers, stop) is not string digest) return "image";
        try
        {
            DockerImage subject = await FindImages.ReadAsync(client, image.Name.WithDigest(digest), stop);
            string what = $"{image.ImageKind.InWords()} of {Digest.Shorten(digest)}";
            if (subject.Tags.Count == 0) return what;
            return deleteReferrers ? $"{what} ({subject.Tags})" : throw new RegistryException(
                RegistryErrorKind.StillReferenced,
                $"'{image}' was not deleted: it is the {what} ({subject.Tags}), which stays.")
            {
                Advice = "Use -DeleteReferrer to delete it all the same. Remove-ArUntaggedImage deletes it with the image, once nothing needs that.",
            };
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return "image"; // what it was about is gone
        }
    }

    /// <summary>
    /// The digest that this one is about; null if it is about none. The public API does not tell, so the manifest is read.
    /// </summary>
    private async Task<string?> SubjectAsync(DockerImage image, bool deleteReferrers, CancellationToken stop)
    {
        if (image.SubjectDigest is not null || MediaTypes.HoldsNothing(image.MediaType)) return image.SubjectDigest;
        try
        {
            return (await registry.GetManifestAsync(image.Name, image.MediaType, stop)).Subjects is [string subject, ..] ? subject : null;
        }
        catch (RegistryException) when (deleteReferrers)
        {
            return null; // it may go, whatever it is about
        }
        catch (RegistryException e)
        {
            throw e.Told($"'{image}' was not deleted: whether it is the signature of another digest cannot be read: {e.Message}");
        }
    }

    /// <summary>What refers to a digest, as far as the registry tells: it refuses to delete the digest under the others.</summary>
    private async Task<IReadOnlyList<DockerImage>> ReferrersAsync(DockerImage image, CancellationToken stop)
    {
        var referrers = new List<DockerImage>();
        try
        {
            foreach (ReferrerMessage referrer in await registry.ListReferrersAsync(image.Name, stop))
                if (Digest.IsValid(referrer.Digest) && referrer.Digest != image.Digest)
                    referrers.Add(await FindImages.ReadAsync(client, image.Name.WithDigest(referrer.Digest!), stop));
        }
        catch (RegistryException)
        {
            // Not to be known: then the refusal of the service is what counts.
        }

        return referrers;
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
    /// Reads the digest again, since a question may stand for an hour. What is no longer a tag of it is not taken away, and
    /// a new tag was in no question.
    /// </summary>
    private async Task<DockerImage> AskedAsync(DockerImage asked, CancellationToken stop)
    {
        if (asked.Tags.Count == 0) return asked;
        DockerImage image = await FindImages.ReadAsync(client, asked.Name, stop);
        return image.Tags.Except(asked.Tags).ToArray() is not { Length: > 0 } gained ? image : throw new RegistryException(
            RegistryErrorKind.StillTagged,
            $"'{image}' was not deleted: meanwhile it got the {(gained.Length == 1 ? "tag" : "tags")} {string.Join(", ", gained)}.");
    }

    private async Task<IReadOnlyList<RemovedImage>> DeleteAsync(
        DockerImage image, IReadOnlyList<DockerImage> referrers, CancellationToken stop)
    {
        var rows = new List<RemovedImage>();
        rows.Add(await DeleteTagged.RunAsync(
            client, image, image.Tags, token => DeleteWithReferrersAsync(image, referrers, rows, token), warn, stop));
        return rows;
    }

    /// <summary>
    /// Deletes what refers to a digest, and then the digest. It is tried first all the same: the service refuses, and its
    /// refusal names everything that holds the digest, so that no signature goes under an image that stays for another reason.
    /// </summary>
    private async Task<RemovedImage> DeleteWithReferrersAsync(
        DockerImage image, IReadOnlyList<DockerImage> referrers, List<RemovedImage> rows, CancellationToken stop)
    {
        var deletion = new DigestDeletion(image, "deleted by name");
        RemovedImage result = await DeleteDigest.RunAsync(client, deletion, stop);
        HashSet<string> known = [.. referrers.Select(referrer => referrer.Digest)];
        if (!result.Refused || known.Count == 0 || !IsHeldBy(result, known)) return Judged(image, result);

        foreach (DockerImage referrer in referrers)
        {
            RemovedImage row = await DeleteTagged.RunAsync(
                client, referrer, referrer.Tags,
                async token => Judged(referrer, await DeleteDigest.RunAsync(client, new DigestDeletion(referrer, RefersTo(referrer, image)), token)),
                warn, stop);
            rows.Add(row);
            if (row.RemovalStatus is not (RemovalStatus.Removed or RemovalStatus.AlreadyGone)) return Judged(image, result);
        }

        for (int attempt = 1; ; attempt++)
        {
            result = await DeleteDigest.RunAsync(client, deletion, stop);
            if (!result.Refused || !IsHeldBy(result, known) || attempt == MaxTries) return Judged(image, result);
            await Task.Delay(FirstPause * Math.Pow(2, attempt - 1), stop); // the service has not settled yet
        }
    }

    /// <summary>True if a refusal names nothing but digests that go too.</summary>
    private static bool IsHeldBy(RemovedImage refused, HashSet<string> known) =>
        Digest.AllIn(refused.Reason).Where(digest => digest != refused.Digest).ToList() is { Count: > 0 } named && named.All(known.Contains);

    /// <summary>Whoever names a digest wants it deleted, so a refusal by the service is an error and not only a row.</summary>
    private static RemovedImage Judged(DockerImage image, RemovedImage result) =>
        result.RemovalStatus is not RemovalStatus.Kept || result.Error is not null ? result : new(image, result.RemovalStatus, result.Reason)
        {
            Error = new RegistryException(
                result.Refused ? RegistryErrorKind.StillReferenced : RegistryErrorKind.StillTagged,
                $"'{image}' was not deleted: {result.Reason}."),
        };
}
