using ArtifactRegistry.Clients;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>
/// Finds out more about an error before it is reported: which part of a name does not exist, and what was probably
/// meant.
/// </summary>
/// <param name="session">The session, which provides existing names.</param>
/// <param name="client">The client, which sends each request only once.</param>
internal sealed class ErrorHints(Session session, ArtifactRegistryClient client)
{
    private const int MaxSearches = 20; // nobody reads the last of a thousand errors
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private int _searches;

    /// <summary>
    /// Adds to an error what can be found out within a moment. Returns the error unchanged if nothing was found.
    /// </summary>
    /// <param name="error">The error.</param>
    /// <param name="item">The item that the error is about.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public async Task<RegistryException> ImproveAsync(RegistryException error, object item, CancellationToken stop)
    {
        if (error is { Kind: RegistryErrorKind.Unauthenticated, Status: not null, Advice: null }) return Refused(error);
        bool missing = error.Kind is RegistryErrorKind.NotFound;
        if (
            error.NamesItsSubject
            || !(missing || error.Kind is RegistryErrorKind.PermissionDenied or RegistryErrorKind.InvalidArgument)
        )
            return error;
        // If the service gave a reason, a guess at the name would not improve the advice.
        if (error is { Kind: RegistryErrorKind.PermissionDenied, Advice: not null }) return error;
        (string? project, string? location, ImageName? name) = Place(item);
        if (
            location is not null
            && !KnownLocations.All.Contains(location)
            && Nearest.To(location, KnownLocations.All) is string near
        )
            return error.WithMessage(
                error.Message,
                $"Did you mean the location {near}? This module does not know '{location}'. {AdviceOf(error)}"
            );
        if (error.Kind is RegistryErrorKind.InvalidArgument || Interlocked.Increment(ref _searches) > MaxSearches)
            return error;

        using CancellationTokenSource soon = CancellationTokenSource.CreateLinkedTokenSource(stop);
        soon.CancelAfter(Patience);
        try
        {
            if (missing && name is not null) return await MissingAsync(error, item, name, soon.Token);
            return project is not null && await NearProjectAsync(project, soon.Token) is string other
                ? error.WithMessage(error.Message, $"Did you mean the project {other}? {AdviceOf(error)}")
                : error;
        }
        catch (OperationCanceledException)
        {
            return error; // out of time: report what is known
        }
    }

    /// <summary>
    /// Adds the source of the refused credentials: as long as that source takes precedence, providing credentials
    /// elsewhere does not help.
    /// </summary>
    private RegistryException Refused(RegistryException error)
    {
        Connection connection = session.Describe();
        return error.WithMessage(
            error.Message,
            $"Credentials in use: {connection.Credential}. "
                + (
                    session.IsConfigured
                        ? "Use Connect-ArRegistry with other credentials, or Disconnect-ArRegistry to look for them "
                            + "anew."
                        : AdviceOf(error)
                )
        );
    }

    private async Task<RegistryException> MissingAsync(
        RegistryException error, object item, ImageName name, CancellationToken soon)
    {
        if (
            await FindMissingPart.FindAsync(client, name, soon) is not NamePart part
            || Finding(part, name) is not Missing found
        )
            return error;
        string? near = found.Known is null ? null
            : Nearest.To(found.Typed, (await found.Known.WaitAsync(soon)).Select(each => each.Name));
        string? elsewhere = near is null && part is NamePart.Repository ? await ElsewhereAsync(name, soon) : null;
        string? project = near is null && elsewhere is null && part is NamePart.Repository
            ? await NearProjectAsync(name.Project, soon)
            : null;
        string advice =
            near is not null ? $"Did you mean {found.Whole(near)}? {found.List}"
            : elsewhere is not null ? $"Did you mean {elsewhere}? {found.List}"
            : project is not null ? $"Did you mean the project {project}? {RepositoriesOf(project)}"
            : found.List;
        return error.WithMessage($"'{item}' was not found: {found.What}", advice, namesItsSubject: true);
    }

    /// <summary>Finds the one repository of the same project that was probably meant.</summary>
    private async Task<string?> ElsewhereAsync(ImageName name, CancellationToken soon)
    {
        List<ImageName> all = [];
        foreach (Suggestion each in await session.Names.WholeRepositories(name.Project).WaitAsync(soon))
            if (ImageName.TryParse(each.Name, out ImageName? repository)) all.Add(repository);
        return IsGcr(name) ? InsteadOfGcr(name, all)
            : all.Where(each => each.Repository == name.Repository).ToList() is [ImageName only] ? only.ToString()
            : null;
    }

    /// <summary>
    /// Gets the name in the repository that the path begins with (gcr.io/shop/apps/web), or in the only repository of
    /// the project that another host of Container Registry has.
    /// </summary>
    private static string? InsteadOfGcr(ImageName name, List<ImageName> all)
    {
        if (name.Package?.Split('/', 2) is [string first, string rest]
            && all.Where(each => each.Repository == first).ToList() is [ImageName own])
            return In(own, rest);
        return all.Where(IsGcr).ToList() is [ImageName only] ? In(only, name.Package) : null;

        string In(ImageName repository, string? package) => ImageName.Create(
            repository.Location, repository.Project, repository.Repository, package, name.Tag, name.Digest).ToString();
    }

    private static bool IsGcr(ImageName name) => RegistryHosts.LocationOfGcr(name.Repository) is not null;

    private static string RepositoriesOf(string project) => $"Get-ArRepository {project} lists the repositories.";

    private Missing? Finding(NamePart part, ImageName name) =>
        part switch
        {
            NamePart.Repository => new(
                (IsGcr(name) ? $"{name.ToRepository()} is {RegistryHosts.PkgDevNameOf(name)}, and " : "")
                    + $"there is no repository '{name.Repository}' in {name.Location} of project {name.Project}",
                name.Repository,
                near => ImageName.Create(name.Location, name.Project, near, null, null, null).ToString(),
                session.Names.Repositories(name.Project, name.Location),
                RepositoriesOf(name.Project)
            ),
            NamePart.Image => new(
                $"the repository exists, but has no image '{name.Package}'",
                name.Package!,
                near => name.WithPackage(near).ToString(),
                session.Names.Images(name.ToRepository()),
                $"Get-ArImage {name.ToRepository()} lists what is there."
            ),
            NamePart.Tag => new(
                $"the image exists, but has no tag '{name.Tag}'",
                name.Tag!,
                near => name.WithTag(near).ToString(),
                session.Names.Tags(name),
                $"Get-ArImageTag {name.ToImage()} lists the tags."
            ),
            NamePart.Digest => new(
                "the image exists, but has no such digest",
                "",
                near => near,
                null,
                $"It may have been deleted; Get-ArImage {name.ToImage()} lists the digests."
            ),
            _ => null,
        };

    private async Task<string?> NearProjectAsync(string project, CancellationToken soon)
    {
        IEnumerable<string> known = (await session.Names.Projects().WaitAsync(soon)).Select(each => each.Name);
        if (session.DefaultProject is string own && own != project) known = known.Append(own);
        return Nearest.To(project, known);
    }

    private static string AdviceOf(RegistryException error) =>
        ErrorRecords.For(error, "").ErrorDetails.RecommendedAction;

    private static (string? Project, string? Location, ImageName? Name) Place(object item)
    {
        ImageName? name = item switch
        {
            ImageName typed => typed,
            ImagePattern pattern => pattern.Name,
            _ => ImageName.TryParse(item?.ToString(), out ImageName? parsed) ? parsed : null,
        };
        if (name is not null) return (name.Project, name.Location, name);
        return item?.ToString()?.Split('/') switch
        {
            ["projects", string project] => (project, null, null),
            ["projects", string project, "serviceAccounts", _] => (project, null, null),
            ["projects", string project, "locations", string location, ..] => (project, location, null),
            _ => (null, null, null),
        };
    }

    /// <summary>The part of a name that does not exist, as it was typed, and the names that do exist.</summary>
    private sealed record Missing(
        string What, string Typed, Func<string, string> Whole, Task<IReadOnlyList<Suggestion>>? Known, string List);
}
