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
            return await IsFoundAsync(client.GetVersionAsync(digest, stop));
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.PermissionDenied)
        {
            // A custom role may allow reading images but not versions.
            return await IsFoundAsync(client.GetDockerImageAsync(digest, stop));
        }
    }

    private static async Task<bool> IsFoundAsync(Task request)
    {
        try
        {
            await request;
            return true;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return false;
        }
    }
}
