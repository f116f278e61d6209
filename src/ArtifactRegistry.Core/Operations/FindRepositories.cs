using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Lists the repositories of a project.</summary>
public static class FindRepositories
{
    /// <summary>Lists the repositories of one location, or of all locations where there are any.</summary>
    public static async IAsyncEnumerable<Repository> RunAsync(
        ArtifactRegistryClient client, string project, string? location, [EnumeratorCancellation] CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (location is not null)
        {
            await foreach (RepositoryMessage message in client.ListRepositoriesAsync(project, location, stop))
                yield return Repository.From(message);
            yield break;
        }

        // The service takes no wildcard for the location, so each is asked in turn.
        await foreach (LocationMessage each in client.ListLocationsAsync(project, stop))
            await foreach (RepositoryMessage message in client.ListRepositoriesAsync(project, each.LocationId, stop))
                yield return Repository.From(message);
    }
}
