using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Asks the service whether it has a digest.</summary>
internal static class DigestLookup
{
    /// <summary>Returns whether the service has a digest.</summary>
    /// <exception cref="RegistryException">It cannot be read.</exception>
    public static async Task<bool> ExistsAsync(ArtifactRegistryClient client, ImageName digest, CancellationToken stop)
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
}
