using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Deletes one digest, with the tags that were named or that the caller allows to go with it.</summary>
public static class RemoveImage
{
    private const string NotPutBack = "ITS TAGS COULD NOT BE PUT BACK";

    // After Ctrl+C: for the answer to what is on its way, and then for the tags that are put back. Together short enough
    // to be done before the prompt returns.
    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan TimeToRestore = TimeSpan.FromSeconds(3);

    /// <summary>Reads the digest, asks, takes its tags away and deletes it without force; puts the tags back if it stays.</summary>
    /// <param name="client">The service.</param>
    /// <param name="name">The digest or tag. With both, the tag must still be on the digest.</param>
    /// <param name="deleteTags">Whether tags that were not named may go too.</param>
    /// <param name="deleteReferrers">Whether a signature, attestation or SBOM may go though what it is about has a tag.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="warn">Told what cannot be returned any more, since the command was cancelled.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>What became of it; <see cref="RemovalStatus.WouldRemove"/> if the answer was no.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.NameNotSpecific"/>, <see cref="RegistryErrorKind.StillTagged"/>,
    /// <see cref="RegistryErrorKind.StillReferenced"/>, <see cref="RegistryErrorKind.TagMoved"/>, or what the service said before anything was changed.
    /// </exception>
    public static async Task<RemovedImage> RunAsync(
        ArtifactRegistryClient client,
        ImageName name,
        bool deleteTags,
        bool deleteReferrers,
        Func<string, string, Task<bool>> confirm,
        Action<string> warn,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(confirm);
        ArgumentNullException.ThrowIfNull(warn);
        if (name.IsRepository || name.IsWholeImage)
            throw new RegistryException(RegistryErrorKind.NameNotSpecific, $"'{name}' names no digest and no tag.");

        DockerImage image = await ReadAsync(client, name, stop);
        List<string> unnamed = [.. image.Tags.Where(tag => tag != name.Tag)];
        if (unnamed.Count > 0 && !deleteTags)
            throw new RegistryException(
                RegistryErrorKind.StillTagged,
                $"'{image}' was not deleted: it {(unnamed.Count == image.Tags.Count ? "has" : "also has")} the "
                + $"{(unnamed.Count == 1 ? "tag" : "tags")} {string.Join(", ", unnamed)}.");

        string what = await WhatAsync(client, image, deleteReferrers, stop);
        string tags = image.Tags.Count switch
        {
            0 => "",
            1 => $" and its tag {image.Tags}",
            _ => $" and its {image.Tags.Count} tags {image.Tags}",
        };
        if (!await confirm(image.Uri, $"Delete the {what}{tags} ({ByteSize.Format(image.SizeBytes)})"))
            return new RemovedImage(image, RemovalStatus.WouldRemove, "would be deleted by name");

        // A question may stand for an hour. What is no longer a tag of this digest is not ours to take away, and a new tag
        // was in no question.
        if (image.Tags.Count > 0)
        {
            DockerImage asked = image;
            image = await FindImages.ReadAsync(client, asked.Name, stop);
            if (image.Tags.Except(asked.Tags).ToArray() is { Length: > 0 } gained)
                throw new RegistryException(
                    RegistryErrorKind.StillTagged,
                    $"'{image}' was not deleted: meanwhile it got the {(gained.Length == 1 ? "tag" : "tags")} {string.Join(", ", gained)}.");
        }

        return await DeleteAsync(client, image, warn, stop);
    }

    /// <summary>
    /// "image", or of what it is the signature, attestation or SBOM. The service would let that go under an image that is in
    /// use, and an image without its signature may not start any more where signatures are required.
    /// </summary>
    private static async Task<string> WhatAsync(
        ArtifactRegistryClient client, DockerImage image, bool deleteReferrers, CancellationToken stop)
    {
        if (image.SubjectDigest is not string digest) return "image";
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

    private static async Task<DockerImage> ReadAsync(ArtifactRegistryClient client, ImageName name, CancellationToken stop)
    {
        if (name.Tag is not string tag) return await FindImages.ReadAsync(client, name, stop);

        ImageName current = await FindImages.ResolveTagAsync(client, name.WithTag(tag), stop);
        if (name.Digest is not null && name.Digest != current.Digest)
            throw new RegistryException(
                RegistryErrorKind.TagMoved,
                $"The tag '{name.WithTag(tag)}' has moved: it was listed on {name.Digest} and is now on {current.Digest}.");
        return await FindImages.ReadAsync(client, current, stop);
    }

    private static async Task<RemovedImage> DeleteAsync(
        ArtifactRegistryClient client, DockerImage image, Action<string> warn, CancellationToken stop)
    {
        var gone = new List<string>();
        RemovedImage? result = null;
        try
        {
            foreach (string tag in image.Tags)
            {
                // Noted before the request: if its answer is lost, the tag may be gone all the same.
                gone.Add(tag);
                await TakeAwayAsync(client, image, tag, stop);
            }

            result = await DeleteDigest.RunAsync(client, image, "deleted by name", pacer: null, spares: null, stop);
            if (result.RemovalStatus is RemovalStatus.Kept) result = Refused(image, result);
        }
        catch (RegistryException e)
        {
            // Where no answer was lost, this tag is still there.
            if (!e.AfterLostAnswer) gone.RemoveAt(gone.Count - 1);
            result = new RemovedImage(image, RemovalStatus.Failed, e.Message) { Error = e };
        }
        finally
        {
            if (gone.Count > 0 && result is null or { RemovalStatus: RemovalStatus.Kept or RemovalStatus.Failed })
            {
                string restored = await RestoreAsync(client, image, gone, stop);
                if (result is not null) result = WithNote(image, result, restored);
                else if (restored.StartsWith(NotPutBack, StringComparison.Ordinal)) warn($"'{image}': interrupted; {restored}.");
            }
        }

        return result!;
    }

    private static async Task TakeAwayAsync(
        ArtifactRegistryClient client, DockerImage image, string tag, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        // A request that is given up may still arrive, and would then take away again the tag that was just put back.
        // So after Ctrl+C its answer gets a little time.
        using var patience = new CancellationTokenSource();
        using CancellationTokenRegistration _ = stop.Register(() => patience.CancelAfter(TimeToAnswer));
        await DeleteTag.RunAsync(client, image.Name.WithTag(tag), image.Digest, patience.Token);
    }

    /// <summary>Who names a digest wants it gone, so a refusal by the service is an error and not only a row.</summary>
    private static RemovedImage Refused(DockerImage image, RemovedImage kept) => new(image, kept.RemovalStatus, kept.Reason)
    {
        Error = new RegistryException(
            kept.Refused ? RegistryErrorKind.StillReferenced : RegistryErrorKind.StillTagged,
            $"'{image}' was not deleted: {kept.Reason}."),
    };

    private static RemovedImage WithNote(DockerImage image, RemovedImage result, string note) =>
        new(image, result.RemovalStatus, $"{result.Reason}; {note}")
        {
            Error = result.Error is RegistryException e ? e.Told($"{e.Message.TrimEnd('.')}; {note}.") : null,
        };

    /// <summary>Puts the tags back, also after Ctrl+C: an image that stays must stay reachable.</summary>
    private static async Task<string> RestoreAsync(
        ArtifactRegistryClient client, DockerImage image, List<string> tags, CancellationToken stop)
    {
        using var soon = new CancellationTokenSource();
        using CancellationTokenRegistration _ = stop.Register(() => soon.CancelAfter(TimeToRestore));
        // All at once: there is little time, and a tag that is put back late is missing meanwhile.
        bool?[] back = await Task.WhenAll(tags.Select(tag => PutBackAsync(client, image, tag, soon.Token)));
        if (back.Contains(null)) return "the image itself is gone by now, so its tags were not put back";

        List<string> lost = [.. tags.Where((_, i) => back[i] is false)];
        return lost.Count == 0
            ? $"its tags were put back ({string.Join(", ", tags)})"
            : $"{NotPutBack}: {string.Join(", ", lost)}; add them again to {image.Uri}";
    }

    /// <summary>True if the tag is there; null if the image is not.</summary>
    private static async Task<bool?> PutBackAsync(
        ArtifactRegistryClient client, DockerImage image, string tag, CancellationToken soon)
    {
        try
        {
            await client.CreateTagAsync(image.Name.WithTag(tag), image.Name, soon);
            return true;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.AlreadyExists)
        {
            // It never went, or somebody has put it somewhere else by now, which is theirs to decide.
            return true;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return null;
        }
        catch (Exception e) when (e is RegistryException or OperationCanceledException)
        {
            return false;
        }
    }
}
