using System.Net;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Deletes one untagged digest. The service itself refuses if it has gained a tag or a parent meanwhile.</summary>
internal static class DeleteDigest
{
    /// <summary>Deletes, waits until the service confirms, and tells what became of the digest. Never throws a RegistryException.</summary>
    public static async Task<RemovedImage> RunAsync(
        ArtifactRegistryClient client, DockerImage image, string reason, CancellationToken stop)
    {
        try
        {
            OperationMessage operation = await client.DeleteVersionAsync(image.Name, stop);
            try
            {
                await WaitForOperation.RunAsync(client, operation, stop);
            }
            catch (RegistryException e) when (e.Status is HttpStatusCode.NotFound)
            {
                // It is the operation that was not found, so only a look at the digest tells what it did.
                if (await ExistsAsync(client, image, stop)) return Failed(image, e);
            }

            return new RemovedImage(image, RemovalStatus.Removed, reason);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return new RemovedImage(image, RemovalStatus.AlreadyGone, "was gone already");
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.FailedPrecondition)
        {
            return new RemovedImage(image, RemovalStatus.Kept, $"the service refuses to delete it: {e.Message}");
        }
        catch (RegistryException e)
        {
            return Failed(image, e);
        }
    }

    private static RemovedImage Failed(DockerImage image, RegistryException error) =>
        new(image, RemovalStatus.Failed, error.Message) { Error = error };

    private static async Task<bool> ExistsAsync(ArtifactRegistryClient client, DockerImage image, CancellationToken stop)
    {
        try
        {
            await client.GetDockerImageAsync(image.Name, stop);
            return true;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return false;
        }
    }
}
