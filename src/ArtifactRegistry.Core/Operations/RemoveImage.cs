using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Deletes one digest, with the tags that were named or that the caller allows to go with it.</summary>
public static class RemoveImage
{
    // Long enough to put a few tags back, short enough to be done before the prompt returns after Ctrl+C.
    private static readonly TimeSpan TimeToRestore = TimeSpan.FromSeconds(4);

    /// <summary>Reads the digest, asks, takes its tags away and deletes it without force; puts the tags back if it stays.</summary>
    /// <param name="client">The service.</param>
    /// <param name="name">The digest or tag. With both, the tag must still be on the digest.</param>
    /// <param name="deleteTags">Whether tags that were not named may go too.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>What became of it; null if the answer was no.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.NameNotSpecific"/>, <see cref="RegistryErrorKind.StillTagged"/>,
    /// <see cref="RegistryErrorKind.TagMoved"/>, or what the service said before anything was changed.
    /// </exception>
    public static async Task<RemovedImage?> RunAsync(
        ArtifactRegistryClient client,
        ImageName name,
        bool deleteTags,
        Func<string, string, Task<bool>> confirm,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(confirm);
        if (name.IsRepository || name.IsWholeImage)
            throw new RegistryException(RegistryErrorKind.NameNotSpecific, $"'{name}' names no digest and no tag.");

        DockerImage image = await ReadAsync(client, name, stop);
        List<string> unnamed = [.. image.Tags.Where(tag => tag != name.Tag)];
        if (unnamed.Count > 0 && !deleteTags)
            throw new RegistryException(
                RegistryErrorKind.StillTagged,
                $"'{image}' was not deleted: it {(unnamed.Count == image.Tags.Count ? "has" : "also has")} the "
                + $"{(unnamed.Count == 1 ? "tag" : "tags")} {string.Join(", ", unnamed)}.");

        string what = image.Tags.Count switch
        {
            0 => "Delete the image",
            1 => $"Delete the image and its tag {image.Tags}",
            _ => $"Delete the image and its {image.Tags.Count} tags {image.Tags}",
        };
        if (!await confirm(image.Uri, $"{what} ({ByteSize.Format(image.SizeBytes)})")) return null;

        return await DeleteAsync(client, image, stop);
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
        ArtifactRegistryClient client, DockerImage image, CancellationToken stop)
    {
        var gone = new List<string>();
        RemovedImage? result = null;
        RegistryException? error = null;
        try
        {
            foreach (string tag in image.Tags)
            {
                // Noted before the request: if its answer is lost, the tag may be gone all the same.
                gone.Add(tag);
                await client.DeleteTagAsync(image.Name.WithTag(tag), stop);
            }

            result = await DeleteDigest.RunAsync(client, image, "deleted by name", pacer: null, stop);
        }
        catch (RegistryException e)
        {
            error = e;
        }
        finally
        {
            bool stays = result is null || result.Status is RemovalStatus.Kept or RemovalStatus.Failed;
            if (stays && gone.Count > 0)
            {
                string restored = await RestoreAsync(client, image, gone);
                result = new RemovedImage(
                    image,
                    result?.Status ?? RemovalStatus.Failed,
                    $"{result?.Reason ?? error?.Message ?? "interrupted"}; {restored}")
                {
                    Error = result?.Error ?? error,
                };
            }
        }

        return result!;
    }

    /// <summary>Puts the tags back, also after Ctrl+C: an image that stays must stay reachable.</summary>
    private static async Task<string> RestoreAsync(ArtifactRegistryClient client, DockerImage image, List<string> tags)
    {
        using var soon = new CancellationTokenSource(TimeToRestore);
        var lost = new List<string>();
        foreach (string tag in tags)
        {
            try
            {
                await client.CreateTagAsync(image.Name.WithTag(tag), image.Name, soon.Token);
            }
            catch (RegistryException e) when (e.Kind is RegistryErrorKind.AlreadyExists)
            {
                // It never went, or somebody has put it somewhere else by now, which is theirs to decide.
            }
            catch (Exception e) when (e is RegistryException or OperationCanceledException)
            {
                lost.Add(tag);
            }
        }

        return lost.Count == 0
            ? $"its tags were put back ({string.Join(", ", tags)})"
            : $"ITS TAGS COULD NOT BE PUT BACK: {string.Join(", ", lost)}; add them again to {image.Uri}";
    }
}
