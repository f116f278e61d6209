using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Asks the service whether it has a digest, and what it reports for it.</summary>
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
            // A custom role may allow reading images but not versions.
            return await FindAsync(client, digest, stop) is not null;
        }
    }

    /// <summary>Gets what the service reports for a digest now; null if it does not exist.</summary>
    /// <exception cref="RegistryException">It cannot be read.</exception>
    public static async Task<DockerImageMessage?> FindAsync(
        ArtifactRegistryClient client, ImageName digest, CancellationToken stop)
    {
        try
        {
            return await client.GetDockerImageAsync(digest, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return null;
        }
    }
}
