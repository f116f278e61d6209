using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Lists the repositories of a project.</summary>
public static class FindRepositories
{
    private const int LocationsAtOnce = 8;

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

        // The service takes no wildcard for the location, and there are some forty.
        IAsyncEnumerable<List<RepositoryMessage>> all = client.ListLocationsAsync(project, stop).InOrderAsync(
            LocationsAtOnce, (each, token) => ListAsync(client, project, each.LocationId, token), stop);
        await foreach (List<RepositoryMessage> repositories in all)
            foreach (RepositoryMessage message in repositories)
                yield return Repository.From(message);
    }

    private static async Task<List<RepositoryMessage>> ListAsync(
        ArtifactRegistryClient client, string project, string location, CancellationToken stop)
    {
        var repositories = new List<RepositoryMessage>();
        await foreach (RepositoryMessage message in client.ListRepositoriesAsync(project, location, stop)) repositories.Add(message);
        return repositories;
    }
}
