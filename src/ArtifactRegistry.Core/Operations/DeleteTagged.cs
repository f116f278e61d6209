using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Deletes a digest together with its tags: takes the tags away, deletes without force, so that a tag gained meanwhile
/// saves it, and puts the tags back if it stays.
/// </summary>
internal static class DeleteTagged
{
    private const string NotPutBack = "ITS TAGS COULD NOT BE PUT BACK";

    // After Ctrl+C: for the answer to what is on its way, and then for the tags that are put back. Together short enough
    // to be done before the prompt returns.
    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan TimeToRestore = TimeSpan.FromSeconds(3);

    /// <summary>Takes tags away, deletes, and says what became of the digest. Never throws a RegistryException.</summary>
    /// <param name="client">The service.</param>
    /// <param name="image">The digest.</param>
    /// <param name="tags">Its tags, all of which go.</param>
    /// <param name="deleteAsync">Deletes the digest once its tags are gone.</param>
    /// <param name="warn">Told what cannot be returned any more, since the command was cancelled.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async Task<RemovedImage> DeleteAsync(
        ArtifactRegistryClient client,
        DockerImage image,
        IReadOnlyList<string> tags,
        Func<CancellationToken, Task<RemovedImage>> deleteAsync,
        Action<string> warn,
        CancellationToken stop)
    {
        var taken = new List<string>();
        RemovedImage? result = null;
        try
        {
            foreach (string tag in tags)
            {
                // Noted before the request: if its answer is lost, the tag may be gone all the same.
                taken.Add(tag);
                await TakeAwayAsync(client, image, tag, stop);
            }

            result = await deleteAsync(stop);
        }
        catch (RegistryException e)
        {
            // Where no answer was lost, this tag is still there.
            if (!e.AfterLostAnswer) taken.RemoveAt(taken.Count - 1);
            result = new RemovedImage(image, RemovalStatus.Failed, e.Message) { Error = e };
        }
        finally
        {
            if (taken.Count > 0 && result is null or { RemovalStatus: not (RemovalStatus.Removed or RemovalStatus.AlreadyGone) })
            {
                // A row must not say of tags that they are back while the digest may still go. After Ctrl+C there is no
                // row, and a tag that is back in time makes the service refuse the deletion.
                string note = result is { MayStillHappen: true }
                    ? $"ITS TAGS WERE NOT PUT BACK: {string.Join(", ", taken)}; if it stays, add them again to {image.Uri}"
                    : await RestoreAsync(client, image, taken, stop);
                if (result is not null) result = WithNote(image, result, note);
                else if (note.StartsWith(NotPutBack, StringComparison.Ordinal)) warn($"'{image}': interrupted; {note}.");
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
        await DeleteTag.DeleteAsync(client, image.Name.WithTag(tag), image.Digest, patience.Token);
    }

    private static RemovedImage WithNote(DockerImage image, RemovedImage result, string note) =>
        new(image, result.RemovalStatus, $"{result.Reason}; {note}")
        {
            Error = result.Error is RegistryException e ? e.WithMessage($"{e.Message.TrimEnd('.')}; {note}.") : null,
            Refused = result.Refused,
            MayStillHappen = result.MayStillHappen,
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
