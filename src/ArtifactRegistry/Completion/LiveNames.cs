using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>
/// The names that the service lists, cached for a short time. A listing never fails: if names cannot be listed, there
/// are none. It runs once, in the background, so that a caller who cannot wait finds the result the next time.
/// </summary>
internal sealed class LiveNames(Session session)
{
    private const int MaxDigests = 500; // more than anybody would choose from

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FreshFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxListingTime = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, Listing> _listings = [];
    private readonly HashSet<string> _namedProjects = [];

    /// <summary>Gets the projects that commands of this session have named.</summary>
    public IReadOnlyList<string> NamedProjects
    {
        get { lock (_listings) return [.. _namedProjects]; }
    }

    /// <summary>Remembers a project that a command named.</summary>
    public void Remember(string project)
    {
        lock (_listings) _namedProjects.Add(project);
    }

    /// <summary>Lists the projects that the caller may see.</summary>
    public Task<IReadOnlyList<Suggestion>> Projects() =>
        ListAsync("projects", async (open, stop) =>
            await ToListAsync(open.Projects.ListProjectsAsync(stop), project =>
                project is { ProjectId: string id, LifecycleState: null or "ACTIVE" }
                    ? new Suggestion(id, $"project {id}, number {project.ProjectNumber}")
                    : null
            )
        );

    /// <summary>Lists the locations of a project, according to the service.</summary>
    public Task<IReadOnlyList<Suggestion>> LocationsOf(string project) =>
        ListAsync($"locations/{project}", async (open, stop) =>
            await ToListAsync(open.Client.ListLocationsAsync(project, stop), location => new Suggestion(
                location.LocationId
            ))
        );

    /// <summary>Lists the names of the container repositories of a project, in one location or in all.</summary>
    public Task<IReadOnlyList<Suggestion>> Repositories(string project, string? location) =>
        ListAsync($"repositories/{project}/{location}", async (open, stop) =>
            await ToListAsync(
                FindRepositories.ListAsync(open.Client, project, location, (_, _) => { }, stop),
                repository =>
                    repository.Format == "DOCKER"
                        ? new Suggestion(
                            repository.Name,
                            $"{repository.Uri}: {repository.Mode}, {ByteSize.Format(repository.SizeBytes)}, updated "
                                + $"{Age.Format(repository.UpdateTime)}"
                        )
                        : null
            )
        );

    /// <summary>Whole names of the container repositories of a project.</summary>
    public Task<IReadOnlyList<Suggestion>> WholeRepositories(string project) =>
        ListAsync($"whole/{project}", async (open, stop) => await ToListAsync(
            FindRepositories.ListAsync(open.Client, project, null, (_, _) => { }, stop),
            repository => repository.Format == "DOCKER"
                ? new Suggestion(repository.Uri, $"{repository.Mode}, {ByteSize.Format(repository.SizeBytes)}")
                : null));

    /// <summary>Accounts as which the nodes of a project pull, as members.</summary>
    public Task<IReadOnlyList<Suggestion>> NodeAccounts(string project) =>
        ListAsync($"nodes/{project}", async (open, stop) =>
            [
                .. (await FindNodeAccounts.FindAsync(open.Clusters, open.Projects, project, null, null, _ => { }, stop))
                    .GroupBy(node => node.Member)
                    .Select(account => new Suggestion(
                        account.Key,
                        $"nodes of {string.Join(", ", account.Select(node => node.Cluster).Distinct())} in project "
                            + $"{project}"
                    )),
            ]
        );

    /// <summary>Lists the images of a repository, by the part of the name that follows the repository.</summary>
    public Task<IReadOnlyList<Suggestion>> Images(ImageName repository) =>
        ListAsync($"images/{repository}", async (open, stop) =>
            await ToListAsync(open.Client.ListPackagesAsync(repository, stop), package =>
                ImageName.TryParse(package.Name, out ImageName? name)
                    ? new Suggestion(name.Package!, name.ToString())
                    : null
            )
        );

    /// <summary>Lists the tags of an image.</summary>
    public Task<IReadOnlyList<Suggestion>> Tags(ImageName image) =>
        ListAsync($"tags/{image.ToImage()}", async (open, stop) =>
            await ToListAsync(open.Client.ListTagsAsync(image.ToImage(), stop), tag =>
                ImageName.TryParse(tag.Name, out ImageName? name) && name.Tag is not null
                    ? new Suggestion(
                        name.Tag,
                        ImageName.TryParse(tag.Version, out ImageName? version) ? version.Digest : null
                    )
                    : null
            )
        );

    /// <summary>Lists the digests of an image, the newest first.</summary>
    public Task<IReadOnlyList<Suggestion>> Digests(ImageName image) =>
        ListAsync($"digests/{image.ToImage()}", async (open, stop) =>
        {
            List<DockerImage> digests = new();
            await foreach (
                DockerImage digest in FindImages.ListAsync(open.Client, ImagePattern.Exactly(image.ToImage()), stop)
            )
                digests.Add(digest);
            return [
                .. digests
                    .OrderByDescending(digest => digest.UploadTime)
                    .Take(MaxDigests)
                    .Select(digest => new Suggestion(
                        digest.Digest,
                        $"{digest.Kind}, {ByteSize.Format(digest.SizeBytes)}, uploaded "
                            + $"{Age.Format(digest.UploadTime)}, "
                            + (digest.Tags.Count == 0 ? "untagged" : $"tags {digest.Tags}"),
                        $"{Digest.Shorten(digest.Digest)} {digest.Tags}".TrimEnd()
                    )),
            ];
        });

    /// <summary>Lists the members that have a role on a repository or, if that is null, on a project.</summary>
    public Task<IReadOnlyList<Suggestion>> Members(ImageName? repository, string? project) =>
        ListAsync($"members/{repository?.ToString() ?? project}", async (open, stop) =>
        {
            PolicyResource resource = repository is not null
                ? PolicyResource.Of(open.Client, repository)
                : PolicyResource.Of(open.Projects, project!);
            return [
                .. Policies.Read(await resource.ReadAsync(stop), resource.Name, _ => true)
                    .Select(reader => new Suggestion(reader.Member, reader.ToString())),
            ];
        });

    /// <summary>Lists the service accounts of a project, as members.</summary>
    public Task<IReadOnlyList<Suggestion>> Accounts(string project) =>
        ListAsync($"accounts/{project}", async (open, stop) =>
            await ToListAsync(open.Accounts.ListServiceAccountsAsync(project, stop), account => new Suggestion(
                "serviceAccount:" + account.Email,
                account.DisplayName is { Length: > 0 } name ? name : null
            ))
        );

    /// <summary>Lists the clusters of a project.</summary>
    public Task<IReadOnlyList<Suggestion>> Clusters(string project, string? location) =>
        ListAsync($"clusters/{project}/{location}", async (open, stop) =>
            [
                .. ((await open.Clusters.ListClustersAsync(project, location, stop)).Clusters ?? []).Select(
                    cluster => new Suggestion(
                        cluster.Name,
                        $"cluster {cluster.Name} in {cluster.Location ?? cluster.Zone}"
                    )
                ),
            ]
        );

    /// <summary>Removes all names, because other credentials may see other ones.</summary>
    public void Forget()
    {
        lock (_listings)
        {
            _listings.Clear();
            _namedProjects.Clear();
        }
    }

    private Task<IReadOnlyList<Suggestion>> ListAsync(
        string what, Func<Session.Clients, CancellationToken, Task<IReadOnlyList<Suggestion>>> list)
    {
        lock (_listings)
        {
            foreach (string stale in _listings.Where(each => each.Value.IsStale).Select(each => each.Key).ToArray())
                _listings.Remove(stale);
            string key = $"{session.Address} {what}";
            if (!_listings.TryGetValue(key, out Listing? listing))
                _listings.Add(key, listing = new Listing(session, list));
            return listing.Names;
        }
    }

    private static async Task<IReadOnlyList<Suggestion>> ToListAsync<T>(
        IAsyncEnumerable<T> items,
        Func<T, Suggestion?> suggest
    )
    {
        List<Suggestion> names = new();
        await foreach (T item in items)
            if (suggest(item) is Suggestion name)
                names.Add(name);
        names.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return names;
    }

    /// <summary>One listing, under way or done.</summary>
    private sealed class Listing
    {
        private long _goodUntil = long.MaxValue;

        public Listing(
            Session session,
            Func<Session.Clients, CancellationToken, Task<IReadOnlyList<Suggestion>>> list
        ) => Names = Background.Start(() => RunAsync(session, list));

        public Task<IReadOnlyList<Suggestion>> Names { get; }

        public bool IsStale => Environment.TickCount64 > Volatile.Read(ref _goodUntil);

        private async Task<IReadOnlyList<Suggestion>> RunAsync(
            Session session, Func<Session.Clients, CancellationToken, Task<IReadOnlyList<Suggestion>>> list)
        {
            TimeSpan good = FreshFailure;
            try
            {
                using CancellationTokenSource stop = new(MaxListingTime);
                IReadOnlyList<Suggestion> names = await list(session.Open(trace: null, retries: 0), stop.Token);
                good = Fresh;
                return names;
            }
            catch (Exception)
            {
                // Offline, not signed in, denied, misspelled: completion is not the place to report that. The command
                // will.
                return [];
            }
            finally
            {
                Volatile.Write(ref _goodUntil, Environment.TickCount64 + (long)good.TotalMilliseconds);
            }
        }
    }
}
