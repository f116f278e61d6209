using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Lists the repositories of a project.</summary>
internal static class FindRepositories
{
    private const int LocationsAtOnce = 8;

    /// <summary>Lists the repositories of one location, or of all locations.</summary>
    /// <param name="client">The service.</param>
    /// <param name="project">The project.</param>
    /// <param name="location">A region or multi-region; null for all.</param>
    /// <param name="failed">
    /// Receives each location that cannot be listed although others can, so that one that is denied or down does not
    /// hide the others.
    /// </param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">No location can be listed.</exception>
    public static async IAsyncEnumerable<Repository> ListAsync(
        ArtifactRegistryClient client,
        string project,
        string? location,
        Action<string, RegistryException> failed,
        [EnumeratorCancellation] CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(failed);
        if (location is not null)
        {
            await foreach (RepositoryMessage message in client.ListRepositoriesAsync(project, location, stop))
                yield return Repository.From(message);
            yield break;
        }

        // The service does not support a wildcard for the location, and there are about forty locations.
        IAsyncEnumerable<LocationListing> all = client.ListLocationsAsync(project, stop).InOrderAsync(
            LocationsAtOnce, (each, token) => ListAsync(client, project, each.LocationId, token), stop);
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<LocationListing> failures = new();
        bool any = false;
        await foreach (LocationListing listing in all)
        {
            if (listing.Error is not null) failures.Add(listing);
            any |= listing.Error is null;
            foreach (RepositoryMessage message in listing.Repositories)
                if (seen.Add(message.Name))
                    yield return Repository.From(message);
        }

        // If all locations fail, report one error, not forty.
        if (!any && failures.Count > 0) throw failures[0].Error!;
        foreach (LocationListing failure in failures) failed(failure.Location, failure.Error!);
    }

    private static async Task<LocationListing> ListAsync(
        ArtifactRegistryClient client, string project, string location, CancellationToken stop)
    {
        List<RepositoryMessage> repositories = new();
        try
        {
            await foreach (RepositoryMessage message in client.ListRepositoriesAsync(project, location, stop))
                repositories.Add(message);
            return new LocationListing(location, repositories, null);
        }
        catch (RegistryException e) when (e.Kind is not RegistryErrorKind.Unauthenticated)
        {
            return new LocationListing(location, repositories, e); // keep the pages that arrived before the error
        }
    }

    private sealed record LocationListing(
        string Location,
        IReadOnlyList<RepositoryMessage> Repositories,
        RegistryException? Error
    );
}
