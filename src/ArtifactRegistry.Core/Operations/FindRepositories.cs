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

        // The service takes no wildcard for the location, and there are some forty: several are asked at once, and
        // told in order.
        var locations = new List<string>();
        await foreach (LocationMessage each in client.ListLocationsAsync(project, stop)) locations.Add(each.LocationId);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var asked = new Queue<Task<List<RepositoryMessage>>>();
        try
        {
            for (int next = 0; next < locations.Count || asked.Count > 0;)
            {
                while (next < locations.Count && asked.Count < LocationsAtOnce)
                    asked.Enqueue(ListAsync(client, project, locations[next++], ended.Token));
                foreach (RepositoryMessage message in await asked.Peek()) yield return Repository.From(message);
                _ = asked.Dequeue();
            }
        }
        finally
        {
            // Whoever ends the listing early, or by an error, ends what was asked ahead.
            await ended.CancelAsync();
            await Task.WhenAny(Task.WhenAll(asked));
        }
    }

    private static async Task<List<RepositoryMessage>> ListAsync(
        ArtifactRegistryClient client, string project, string location, CancellationToken stop)
    {
        var repositories = new List<RepositoryMessage>();
        await foreach (RepositoryMessage message in client.ListRepositoriesAsync(project, location, stop)) repositories.Add(message);
        return repositories;
    }
}
