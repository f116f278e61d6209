using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations;

/// <summary>Deletes one digest without force: the service itself refuses if it has a tag or a parent.</summary>
internal static class DeleteDigest
{
    /// <summary>
    /// Deletes, waits until the service confirms, and tells what became of the digest. Never throws a RegistryException.
    /// </summary>
    /// <param name="client">The service.</param>
    /// <param name="image">The digest.</param>
    /// <param name="reason">Why it may go, for the row.</param>
    /// <param name="pacer">What holds further tries back; whoever calls has waited for the first one's turn.</param>
    /// <param name="spares">Looks, before each further try, whether it is to stay after all: the row that says so, or null.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async Task<RemovedImage> RunAsync(
        ArtifactRegistryClient client,
        DockerImage image,
        string reason,
        Pacer? pacer,
        Func<CancellationToken, Task<RemovedImage?>>? spares,
        CancellationToken stop)
    {
        RemovedImage? spared = null;
        try
        {
            OperationMessage operation = await client.DeleteVersionAsync(
                image.Name, pacer, spares is null ? null : LookAgainAsync, stop);
            try
            {
                await WaitForOperation.RunAsync(client, operation, stop);
            }
            catch (RegistryException e) when (e.Kind is RegistryErrorKind.OperationLost)
            {
                // Only a look at the digest tells what it did.
                if (await ExistsAsync(client, image.Name, stop)) return Failed(image, e);
            }
            catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
            {
                // It was there when the operation began, so an earlier try whose answer was lost was faster; or somebody else.
                return new RemovedImage(image, RemovalStatus.Removed, $"{reason}; it was gone when the operation came to it");
            }

            return new RemovedImage(image, RemovalStatus.Removed, reason);
        }
        catch (RegistryException e) when (spared is not null)
        {
            return e.AfterLostAnswer ? await AfterLostAnswerAsync(client, image, reason, spared, stop) : spared;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return e.AfterLostAnswer
                ? new RemovedImage(image, RemovalStatus.Removed, $"{reason}; it is gone after a try whose answer was lost")
                : new RemovedImage(image, RemovalStatus.AlreadyGone, "was gone already");
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.FailedPrecondition)
        {
            return await RefusedAsync(client, image, e, stop);
        }
        catch (RegistryException e)
        {
            return Failed(image, e);
        }

        async Task LookAgainAsync(CancellationToken token)
        {
            spared = await spares(token);
            if (spared is not null) throw new RegistryException(RegistryErrorKind.StillReferenced, spared.Reason);
        }
    }

    /// <summary>What became of a digest that would have been spared, had not an earlier try perhaps been carried out.</summary>
    private static async Task<RemovedImage> AfterLostAnswerAsync(
        ArtifactRegistryClient client, DockerImage image, string reason, RemovedImage spared, CancellationToken stop)
    {
        try
        {
            return await ExistsAsync(client, image.Name, stop)
                ? spared
                : new RemovedImage(image, RemovalStatus.Removed, $"{reason}; it is gone after a try whose answer was lost");
        }
        catch (RegistryException e)
        {
            return Failed(image, e);
        }
    }

    internal static async Task<bool> ExistsAsync(ArtifactRegistryClient client, ImageName digest, CancellationToken stop)
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

    private static async Task<RemovedImage> RefusedAsync(
        ArtifactRegistryClient client, DockerImage image, RegistryException refusal, CancellationToken stop)
    {
        try
        {
            if ((await client.GetDockerImageAsync(image.Name, stop)).Tags is { Count: > 0 } tags)
                return new RemovedImage(
                    image.Name, new TagList([.. tags]), image.SizeBytes, RemovalStatus.Kept,
                    $"has gained the {(tags.Count == 1 ? "tag" : "tags")} {string.Join(", ", tags)}");
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return new RemovedImage(image, RemovalStatus.AlreadyGone, "was gone already");
        }
        catch (RegistryException)
        {
            // The refusal is what counts; this look was only for a better reason.
        }

        return new RemovedImage(image, RemovalStatus.Kept, $"the service refuses to delete it: {refusal.Message}")
        {
            Refused = true,
        };
    }

    private static RemovedImage Failed(DockerImage image, RegistryException error) =>
        new(image, RemovalStatus.Failed, error.Message) { Error = error };
}
