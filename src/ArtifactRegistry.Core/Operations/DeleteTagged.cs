using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Deletes a digest together with its tags: removes the tags, deletes the digest without force, so that a tag gained in
/// the meantime saves it, and restores the tags if it stays.
/// </summary>
internal static class DeleteTagged
{
    private const string NotPutBack = "ITS TAGS COULD NOT BE PUT BACK";

    // After Ctrl+C: the time for the response to a request under way, and then the time to restore the tags. Together
    // they are short enough to be over before the prompt returns.
    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan TimeToRestore = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Removes the tags, deletes the digest, and returns the outcome. Never throws a RegistryException.
    /// </summary>
    /// <param name="client">The service.</param>
    /// <param name="image">The digest.</param>
    /// <param name="tags">All tags of the digest; they are deleted too.</param>
    /// <param name="deleteAsync">Deletes the digest once its tags are gone.</param>
    /// <param name="warn">Receives what can no longer be returned because the command was cancelled.</param>
    /// <param name="pacer">Limits the rate; null for no limit.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async Task<RemovedImage> DeleteAsync(
        ArtifactRegistryClient client,
        DockerImage image,
        IReadOnlyList<string> tags,
        Func<CancellationToken, Task<RemovedImage>> deleteAsync,
        Action<string> warn,
        Pacer? pacer,
        CancellationToken stop)
    {
        List<string> taken = new();
        RemovedImage? result = null;
        try
        {
            foreach (string tag in tags)
            {
                if (pacer is not null) await pacer.WaitAsync(stop);
                // Recorded before the request: if its response is lost, the tag may be gone nevertheless.
                taken.Add(tag);
                if (await TakeAwayAsync(client, image, tag, stop)
                    || QuarantineMark.Read(tag, image.Digest) is null)
                    continue;
                // Who removes a mark needs the digest.
                taken.RemoveAt(taken.Count - 1);
                result = new RemovedImage(
                    image, RemovalStatus.Kept, $"its quarantine mark {tag} has been removed meanwhile");
                break;
            }

            result ??= await deleteAsync(stop);
        }
        catch (RegistryException e)
        {
            // If no response was lost, this tag still exists.
            if (!e.AfterLostAnswer) taken.RemoveAt(taken.Count - 1);
            result = new RemovedImage(image, RemovalStatus.Failed, e.RowReason) { Error = e };
        }
        finally
        {
            if (
                taken.Count > 0
                && result is null or { RemovalStatus: not (RemovalStatus.Removed or RemovalStatus.AlreadyGone) }
            )
            {
                // A row must not report tags as restored while the digest may still be deleted. After Ctrl+C there is
                // no row, and a tag that is restored in time makes the service refuse the deletion.
                string note = result is { MayStillHappen: true }
                    ? $"ITS TAGS WERE NOT PUT BACK: {string.Join(", ", taken)}; if it stays, add them again to "
                        + $"{image.Uri}"
                    : await RestoreAsync(client, image, taken, stop);
                if (result is not null)
                    result = WithNote(image, result, note);
                else if (note.StartsWith(NotPutBack, StringComparison.Ordinal))
                    warn($"'{image}': interrupted; {note}.");
            }
        }

        return result!;
    }

    private static async Task<bool> TakeAwayAsync(
        ArtifactRegistryClient client, DockerImage image, string tag, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        // A request that is abandoned may still arrive, and would then remove again the tag that was just restored.
        // So after Ctrl+C, wait a short time for its response.
        using CancellationTokenSource patience = new();
        using CancellationTokenRegistration _ = stop.Register(() => patience.CancelAfter(TimeToAnswer));
        return await DeleteTag.DeleteAsync(client, image.Name.WithTag(tag), image.Digest, patience.Token);
    }

    private static RemovedImage WithNote(DockerImage image, RemovedImage result, string note) =>
        new(image, result.RemovalStatus, $"{result.Reason}; {note}")
        {
            Error = result.Error is RegistryException e ? e.WithMessage($"{e.Message.TrimEnd('.')}; {note}.") : null,
            Refused = result.Refused,
            MayStillHappen = result.MayStillHappen,
            LacksTags = result.MayStillHappen || note.StartsWith(NotPutBack, StringComparison.Ordinal),
        };

    /// <summary>Restores the tags, even after Ctrl+C: an image that stays must stay reachable.</summary>
    private static async Task<string> RestoreAsync(
        ArtifactRegistryClient client, DockerImage image, List<string> tags, CancellationToken stop)
    {
        using CancellationTokenSource soon = new();
        using CancellationTokenRegistration _ = stop.Register(() => soon.CancelAfter(TimeToRestore));
        // All at once, because there is little time, and until a tag is restored it is missing.
        bool?[] back = await Task.WhenAll(tags.Select(tag => PutBackAsync(client, image.Name, tag, soon.Token)));
        if (back.Contains(null)) return "the image itself is gone by now, so its tags were not put back";

        List<string> lost = [.. tags.Where((_, i) => back[i] is false)];
        return lost.Count == 0
            ? $"its tags were put back ({string.Join(", ", tags)})"
            : $"{NotPutBack}: {string.Join(", ", lost)}; add them again to {image.Uri}";
    }

    /// <summary>
    /// Restores a tag. Returns true if the tag exists, null if the image does not, false on an error.
    /// </summary>
    public static async Task<bool?> PutBackAsync(
        ArtifactRegistryClient client, ImageName digest, string tag, CancellationToken soon)
    {
        try
        {
            await client.CreateTagAsync(digest.WithTag(tag), digest, soon);
            return true;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.AlreadyExists)
        {
            // The tag was never deleted, or somebody has put it on another digest by now, which is theirs to decide.
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
