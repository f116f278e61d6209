using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The repositories of one clean-up: each is read once, and checked before anything in it is planned.
/// </summary>
/// <param name="client">The API.</param>
/// <param name="progress">Counts the images.</param>
/// <param name="warn">Receives warnings about a repository.</param>
internal sealed class CleanUpRepositories(ArtifactRegistryClient client, PlanningProgress progress, Action<string> warn)
{
    // Google's services keep their own images in these repositories and find them by digest.
    private static readonly HashSet<string> Managed = new(StringComparer.Ordinal)
    {
        "gcf-artifacts", "cloud-run-source-deploy", "gae-standard", "gae-flexible",
    };

    // Used concurrently: one image may be planned again while others are being planned.
    private readonly ConcurrentDictionary<ImageName, RepositoryMessage> _repositories = [];
    private int _warnedOfClock;

    /// <summary>Gets a repository that may be cleaned up, and warns about what is special about it.</summary>
    /// <exception cref="RegistryException">It cannot be read, or it is not one to clean up.</exception>
    public async Task<RepositoryMessage> GetAsync(ImageName name, CleanUpRules rules, CancellationToken stop)
    {
        if (_repositories.TryGetValue(name, out RepositoryMessage? known)) return known;
        RepositoryMessage repository = await client.GetRepositoryAsync(name, stop);
        if (repository.Mode == "VIRTUAL_REPOSITORY")
            throw new RegistryException(
                RegistryErrorKind.NameNotSpecific,
                $"'{name}' is a virtual repository and holds no images of its own.")
            {
                Advice = "Clean up the repositories behind it.",
            };
        if (Managed.Contains(name.Repository) && !rules.IncludeManagedRepository)
            throw new RegistryException(
                RegistryErrorKind.NameNotSpecific,
                $"'{name}' is managed by another Google service, which finds its images by digest.")
            {
                Advice = "Use -IncludeManagedRepository if you want to clean it up all the same.",
            };
        RequireRemovableTags(name, repository, rules);
        if (repository.Mode == "REMOTE_REPOSITORY")
            warn(
                $"'{name}' is a remote repository: what is deleted is fetched again from upstream when it is next "
                    + $"pulled."
            );
        if (client.ClockAhead > TimeSpan.Zero && Interlocked.Exchange(ref _warnedOfClock, 1) == 0)
            warn(
                $"The clock of this machine is {client.ClockAhead.TotalMinutes:0} minutes ahead of the service's, by "
                    + $"which ages are counted."
            );
        return _repositories[name] = repository;
    }

    /// <summary>Reads a repository again.</summary>
    /// <exception cref="RegistryException">It cannot be read, or it is not one to clean up any more.</exception>
    public async Task<RepositoryMessage> RefreshAsync(ImageName name, CleanUpRules rules, CancellationToken stop)
    {
        RepositoryMessage repository = _repositories[name] = await client.GetRepositoryAsync(name, stop);
        RequireRemovableTags(name, repository, rules);
        return repository;
    }

    private static void RequireRemovableTags(ImageName name, RepositoryMessage repository, CleanUpRules rules)
    {
        if (rules.Quarantine is null || repository.DockerConfig?.ImmutableTags is not true) return;
        throw new RegistryException(
            RegistryErrorKind.FailedPrecondition,
            $"Tags of '{name}' are immutable, so a quarantine mark could never be removed again.")
        {
            Advice = "Clean it up without -Quarantine, or allow tags to change: gcloud artifacts repositories update "
                + "--no-immutable-tags",
            NamesItsSubject = true,
        };
    }

    /// <summary>Lists the images of a repository that match a pattern.</summary>
    /// <param name="what">The repository, or a pattern of image names in it.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public async IAsyncEnumerable<ImageName> ImagesAsync(
        ImagePattern what, [EnumeratorCancellation] CancellationToken stop)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<string> odd = new();
        List<ImageName> images = new();
        await foreach (PackageMessage package in client.ListPackagesAsync(what.Name, stop))
        {
            if (
                !ImageName.TryParse(package.Name, out ImageName? image)
                || image.Package is null
                || !ListedNames.IsOf(what.Name, image)
            )
                odd.Add(package.Name);
            else if (what.MatchesPackage(image.Package) && seen.Add(image.Package))
                images.Add(what.Name.WithPackage(image.Package));
        }

        if (odd.Count > 0)
            warn(
                $"{odd.Count} {(odd.Count == 1 ? "image" : "images")} of '{what.Name}' "
                    + $"{(odd.Count == 1 ? "is" : "are")} passed over, "
                    + $"because the name is invalid or belongs to another repository: '{odd[0]}'."
            );
        progress.AddImages(images.Count);
        foreach (ImageName image in images) yield return image;
    }
}
