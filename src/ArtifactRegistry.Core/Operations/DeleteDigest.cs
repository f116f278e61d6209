using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations;

/// <summary>A digest to delete, and the information that its deletion needs.</summary>
/// <param name="Image">The digest.</param>
/// <param name="Reason">The reason why it may be deleted, for the row.</param>
internal sealed record DigestDeletion(DockerImage Image, string Reason)
{
    /// <summary>Limits the rate of further attempts; for the first one, the caller has waited already.</summary>
    public Pacer? Pacer { get; init; }

    /// <summary>
    /// Checks, before each further attempt, whether the digest stays after all. Returns the row that says so, or null.
    /// </summary>
    public Func<CancellationToken, Task<RemovedImage?>>? SparedAsync { get; init; }

    /// <summary>
    /// An index that listed this digest and was deleted just before; the service may have deleted both together.
    /// </summary>
    public string? DeletedIndex { get; init; }

    /// <summary>The time to wait for the deletion if its operation cannot be followed; null for one minute.</summary>
    public TimeSpan? Patience { get; init; }
}

/// <summary>Deletes one digest without force: the service refuses if it has a tag or if something refers to it.</summary>
internal static class DeleteDigest
{
    /// <summary>
    /// Sends the deletion, follows it to its end and returns the outcome. Never throws a RegistryException.
    /// </summary>
    public static async Task<RemovedImage> DeleteAsync(
        ArtifactRegistryClient client, DigestDeletion deletion, CancellationToken stop)
    {
        DockerImage image = deletion.Image;
        RemovedImage? spared = null;
        bool isRepeated = false;
        OperationMessage operation;
        try
        {
            operation = await client.DeleteVersionAsync(image.Name, deletion.Pacer, LookAgainAsync, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return WasGone(deletion, e.AfterLostAnswer);
        }
        catch (RegistryException e) when (e.AfterLostAnswer)
        {
            return await AfterLostAnswerAsync(client, deletion, spared, e, stop);
        }
        catch (RegistryException) when (spared is not null)
        {
            return spared;
        }
        catch (RegistryException e)
        {
            return e.Kind is RegistryErrorKind.FailedPrecondition
                ? await RefusedAsync(client, deletion, e, stop)
                : Failed(image, e);
        }

        try
        {
            await WaitForOperation.WaitAsync(client, operation, stop);
            return Removed(deletion);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.OperationLost)
        {
            return await UnseenAsync(client, deletion, e, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return WasGone(deletion, isRepeated);
        }
        catch (RegistryException e)
        {
            return e.Kind is RegistryErrorKind.FailedPrecondition
                ? await RefusedAsync(client, deletion, e, stop)
                : Failed(image, e);
        }

        async Task LookAgainAsync(CancellationToken token)
        {
            isRepeated = true;
            if (deletion.SparedAsync is null) return;
            spared = await deletion.SparedAsync(token);
            if (spared is not null) throw new RegistryException(RegistryErrorKind.StillReferenced, spared.Reason);
        }
    }

    /// <summary>Returns whether the service has a digest.</summary>
    /// <exception cref="RegistryException">It cannot be read.</exception>
    internal static async Task<bool> ExistsAsync(ArtifactRegistryClient client, ImageName digest, CancellationToken stop)
    {
        try
        {
            await client.GetVersionAsync(digest, stop);
            return true;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return false;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.PermissionDenied)
        {
            return await HasImageAsync(client, digest, stop); // a custom role may allow reading images but not versions
        }
    }

    private static async Task<bool> HasImageAsync(ArtifactRegistryClient client, ImageName digest, CancellationToken stop)
    {
        try
        {
            await client.GetDockerImageAsync(digest, stop);
            return true;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return false;
        }
    }

    /// <summary>
    /// Gets the row of a digest that did not exist when the deletion reached it: an immediate 404 and code 5 in the
    /// operation mean the same. It may have been deleted with an index, or by an earlier attempt whose response was
    /// lost.
    /// </summary>
    private static RemovedImage WasGone(DigestDeletion deletion, bool afterLostAnswer) =>
        afterLostAnswer ? Removed(deletion, "it is gone after a try whose answer was lost")
        : deletion.DeletedIndex is string index ? Removed(deletion, $"it went with {index}")
        : new RemovedImage(deletion.Image, RemovalStatus.AlreadyGone, "was gone already");

    /// <summary>
    /// Gets the outcome for a digest whose deletion began and cannot be followed, by requesting the digest itself.
    /// </summary>
    private static async Task<RemovedImage> UnseenAsync(
        ArtifactRegistryClient client, DigestDeletion deletion, RegistryException unseen, CancellationToken stop)
    {
        try
        {
            return await WaitForOperation.UntilGoneAsync(
                client, token => ExistsAsync(client, deletion.Image.Name, token), deletion.Patience, stop)
                ? Removed(deletion)
                : await GainedTagAsync(client, deletion.Image, stop) ?? Unfinished(deletion.Image, unseen, "it is still there");
        }
        catch (RegistryException e)
        {
            return e.Kind is RegistryErrorKind.NotFound ? Removed(deletion)
                : Unfinished(deletion.Image, unseen, $"whether it is still there cannot be read: {e.Message}");
        }
    }

    /// <summary>
    /// Gets the outcome for a digest whose last attempt failed and for which an earlier attempt may have been carried
    /// out.
    /// </summary>
    private static async Task<RemovedImage> AfterLostAnswerAsync(
        ArtifactRegistryClient client,
        DigestDeletion deletion,
        RemovedImage? spared,
        RegistryException error,
        CancellationToken stop)
    {
        try
        {
            return !await ExistsAsync(client, deletion.Image.Name, stop) ? WasGone(deletion, afterLostAnswer: true)
                : spared
                ?? (error.Kind is RegistryErrorKind.FailedPrecondition
                    ? await RefusedAsync(client, deletion, error, stop)
                    : Unfinished(deletion.Image, error, "it is still there"));
        }
        catch (RegistryException e)
        {
            return Unfinished(deletion.Image, error, $"whether it is still there cannot be read: {e.Message}");
        }
    }

    private static async Task<RemovedImage> RefusedAsync(
        ArtifactRegistryClient client, DigestDeletion deletion, RegistryException refusal, CancellationToken stop)
    {
        DockerImage image = deletion.Image;
        try
        {
            if (await GainedTagAsync(client, image, stop) is RemovedImage kept) return kept;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return WasGone(deletion, refusal.AfterLostAnswer);
        }
        catch (RegistryException)
        {
            // The refusal counts; this request was only made to find a better reason.
        }

        return new RemovedImage(image, RemovalStatus.Kept, $"the service refuses to delete it: {refusal.Message}")
        {
            Refused = true,
        };
    }

    /// <summary>
    /// Gets the row of a digest that the service keeps because it has gained a tag; null if it has none.
    /// </summary>
    private static async Task<RemovedImage?> GainedTagAsync(
        ArtifactRegistryClient client, DockerImage image, CancellationToken stop) =>
        (await client.GetDockerImageAsync(image.Name, stop)).Tags is not { Count: > 0 } tags ? null
            : new RemovedImage(
                image.Name, new TagList([.. tags]), image.SizeBytes, RemovalStatus.Kept,
                $"has gained the {(tags.Count == 1 ? "tag" : "tags")} {string.Join(", ", tags)}");

    private static RemovedImage Removed(DigestDeletion deletion, string? how = null) =>
        new(deletion.Image, RemovalStatus.Removed, how is null ? deletion.Reason : $"{deletion.Reason}; {how}");

    private static RemovedImage Failed(DockerImage image, RegistryException error) =>
        new(image, RemovalStatus.Failed, error.Message) { Error = error };

    private static RemovedImage Unfinished(DockerImage image, RegistryException error, string seen)
    {
        string reason = $"{error.Message.TrimEnd('.')}; {seen}, and may still be deleted";
        return new(image, RemovalStatus.Failed, reason) { Error = error.WithMessage($"{reason}."), MayStillHappen = true };
    }
}
