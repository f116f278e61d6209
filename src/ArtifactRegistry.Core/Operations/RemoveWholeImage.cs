using ArtifactRegistry.Archive;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Deletes an image with all its digests and tags.</summary>
internal static class RemoveWholeImage
{
    /// <summary>Lists the digests, asks for confirmation, deletes the package, and checks what is left.</summary>
    /// <param name="client">The service.</param>
    /// <param name="image">The image, without tag and digest.</param>
    /// <param name="archive">Saves the digests before they are deleted; null if nothing is saved.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>One row per digest; <see cref="RemovalStatus.WouldRemove"/> if the answer was no.</returns>
    /// <exception cref="RegistryException">The service returned an error before anything was changed.</exception>
    public static async Task<IReadOnlyList<RemovedImage>> RemoveAsync(
        ArtifactRegistryClient client,
        ImageName image,
        SaveImage? archive,
        Func<string, string, Task<bool>> confirm,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(confirm);
        if (!image.IsWholeImage)
            throw new RegistryException(
                RegistryErrorKind.NameNotSpecific,
                $"'{image}' is not the name of a whole image, so -All does not fit it."
            );

        List<DockerImage> before = await ListAsync(client, image, stop);
        string counts = $"{before.Count} {(before.Count == 1 ? "digest" : "digests")}, "
            + $"{before.Sum(digest => digest.Tags.Count)} tags, "
            + $"{ByteSize.Format(before.Sum(digest => digest.SizeBytes))}";
        if (!await confirm(image.ToString(), $"Delete the whole image ({counts})"))
            return [
                .. before.Select(digest => new RemovedImage(
                    digest,
                    RemovalStatus.WouldRemove,
                    "would be deleted with the whole image"
                )),
            ];

        // A question may stay open for an hour, and saving takes its time.
        before = await ListUnchangedAsync(client, image, before, "while the question stood", stop);
        if (archive is not null && before.Count > 0)
        {
            try
            {
                await archive.SaveAsync(before, stop);
            }
            catch (RegistryException e)
            {
                return
                [
                    .. before.Select((digest, i) => new RemovedImage(digest, RemovalStatus.Failed, e.RowReason)
                    {
                        Error = i == 0 ? e : null,
                    }),
                ];
            }

            before = await ListUnchangedAsync(client, image, before, "while the image was archived", stop);
        }

        OperationMessage? operation = null;
        RegistryException? error = null;
        try
        {
            operation = await client.DeletePackageAsync(image, stop);
            await WaitForOperation.WaitAsync(client, operation, stop);
        }
        catch (RegistryException e)
        {
            error = operation is not null && e.Kind is RegistryErrorKind.OperationLost
                && await IsGoneAsync(client, image, stop) ? null : e;
        }

        // Without digests there is no row to carry the error.
        if (before.Count == 0 && error is not null) throw error;
        HashSet<string> left = await LeftAsync(client, image, error, before, stop);
        bool othersWereFaster = operation is null && error is { Kind: RegistryErrorKind.NotFound };
        return [.. before.Select(Row)];

        RemovedImage Row(DockerImage digest)
        {
            if (left.Contains(digest.Digest))
                return new RemovedImage(
                    digest, RemovalStatus.Failed, error?.Message ?? "still there after the deletion of the whole image")
                {
                    Error = error ?? new RegistryException(
                        RegistryErrorKind.UnexpectedAnswer,
                        $"The service reports the deletion of '{image}' as done, but {digest.Digest} is still there."),
                };
            return othersWereFaster
                ? new RemovedImage(digest, RemovalStatus.AlreadyGone, "was gone already")
                : new RemovedImage(digest, RemovalStatus.Removed, "deleted with the whole image");
        }
    }

    /// <summary>Lists the digests again; those and tags that were added were not part of the question.</summary>
    private static async Task<List<DockerImage>> ListUnchangedAsync(
        ArtifactRegistryClient client, ImageName image, List<DockerImage> before, string when, CancellationToken stop)
    {
        List<DockerImage> now = await ListAsync(client, image, stop);
        HashSet<string> asked = [.. before.SelectMany(digest => digest.Tags.Append(digest.Digest))];
        return now.SelectMany(digest => digest.Tags.Append(digest.Digest)).FirstOrDefault(name => !asked.Contains(name))
            is not string added
            ? now
            : throw new RegistryException(
                RegistryErrorKind.Aborted, $"nothing was deleted, since {added} was pushed or tagged {when}.");
    }

    /// <summary>Waits for the image to be gone if its deletion cannot be followed.</summary>
    private static async Task<bool> IsGoneAsync(ArtifactRegistryClient client, ImageName image, CancellationToken stop)
    {
        try
        {
            return await WaitForOperation.UntilGoneAsync(client, HasDigestsAsync, patience: null, stop);
        }
        catch (RegistryException)
        {
            return false; // the following listing shows what is left
        }

        async Task<bool> HasDigestsAsync(CancellationToken token)
        {
            try
            {
                return await client.HasVersionsAsync(image, token);
            }
            catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
            {
                return false;
            }
        }
    }

    private static async Task<HashSet<string>> LeftAsync(
        ArtifactRegistryClient client,
        ImageName image,
        RegistryException? error,
        List<DockerImage> before,
        CancellationToken stop)
    {
        try
        {
            return [.. (await ListAsync(client, image, stop)).Select(digest => digest.Digest)];
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return [];
        }
        catch (RegistryException)
        {
            // What is left cannot be determined, so the result of the operation counts.
            return error is null ? [] : [.. before.Select(digest => digest.Digest)];
        }
    }

    private static async Task<List<DockerImage>> ListAsync(
        ArtifactRegistryClient client, ImageName image, CancellationToken stop)
    {
        List<DockerImage> found = new();
        await foreach (DockerImage digest in FindImages.ListAsync(client, ImagePattern.Exactly(image), stop))
            found.Add(digest);
        return found;
    }
}
