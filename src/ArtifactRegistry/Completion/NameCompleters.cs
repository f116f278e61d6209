using System.Management.Automation;
using ArtifactRegistry.Archive;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Operations.CleanUp.Stale;

namespace ArtifactRegistry;

/// <summary>Completes projects: the session's own, and those that the caller may see.</summary>
public sealed class ProjectCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        (request.OwnProject is string own ? [new Suggestion(own)] : Array.Empty<Suggestion>())
            .Concat(request.InTime(request.Names.Projects()));
}

/// <summary>Completes locations: those that this module knows, and those of the project.</summary>
public sealed class LocationCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        KnownLocations.All.Select(location => new Suggestion(location)).Concat(
            request.Project is string project ? request.InTime(request.Names.LocationsOf(project)) : []);
}

/// <summary>Completes names of repositories within a project and location.</summary>
public sealed class RepositoryNameCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        request.Project is string project
            ? request.InTime(request.Names.Repositories(project, request.Text("Location")))
            : [];
}

/// <summary>Completes the GKE clusters of a project.</summary>
public sealed class ClusterCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        request.Project is string project
            ? request.InTime(request.Names.Clusters(project, request.Text("Location")))
            : [];
}

/// <summary>Completes the tags of the image that the command line names.</summary>
public sealed class TagCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        request.Name("Image") is { IsRepository: false } image ? request.InTime(request.Names.Tags(image)) : [];
}

/// <summary>
/// Completes the digests of the image that the command line names; where something is copied, of its destination.
/// </summary>
public sealed class DigestCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request)
    {
        ImageName? image = request.Name("Image");
        if (request.Name("Destination") is ImageName destination)
            image = destination.IsRepository && image?.Package is string package
                ? destination.WithPackage(package)
                : destination;
        return image is { IsRepository: false } ? request.InTime(request.Names.Digests(image)) : [];
    }
}

/// <summary>
/// Completes the images in the folder of -ArchivePath: their names by tag and by digest, and digests alone.
/// </summary>
public sealed class ArchivedImageCompleter : RegistryCompleter
{
    private protected override bool NeverFiles => true;

    private protected override bool ByAnyPart => true;

    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        request.Text("ArchivePath") is string path && FolderOf(path) is string folder
            ? request.InTime(Task.Run<IReadOnlyList<Suggestion>>(() => Read(folder)))
            : [];

    private static Suggestion[] Read(string folder)
    {
        try
        {
            return
            [
                .. ArchiveContent.Read(folder).All
                    .SelectMany(image => (string[])[image.Names[^1], image.Name.ToString(), image.Name.Digest!])
                    .Distinct().Select(name => new Suggestion(name)),
            ];
        }
        catch (RegistryException)
        {
            return [];
        }
    }

    // A completer runs in the runspace of the prompt, whose location and home a path refers to.
    private static string? FolderOf(string path)
    {
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddScript(
            "param($path) $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($path)");
        return shell.AddArgument(path).Invoke().FirstOrDefault()?.ToString();
    }
}

/// <summary>
/// Completes members: those that have a role on the repository or project, the accounts of nodes, and the service
/// accounts of the current project. The prefixes that IAM uses for the kinds of members are always completed.
/// </summary>
public sealed class MemberCompleter : RegistryCompleter
{
    private const string Account = "serviceAccount:";
    private const int MaxProjects = 10; // each is a request

    private static readonly Suggestion[] Kinds =
    [
        new(Account, "serviceAccount:NAME@PROJECT.iam.gserviceaccount.com"),
        new("user:", "user:somebody@example.com"),
        new("group:", "group:team@example.com"),
        new("domain:", "domain:example.com, everybody in it"),
        new("principal://", "one workload or user of an identity pool"),
        new("principalSet://", "several workloads or users of an identity pool"),
    ];

    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request)
    {
        ImageName? repository = request.Name("Repository")?.ToRepository();
        string? project = request.Project;
        // Both listings run at once, and share the available time.
        Task<IReadOnlyList<Suggestion>>? members =
            repository is null && project is null ? null : request.Names.Members(repository, project);
        Task<IReadOnlyList<Suggestion>>? accounts = project is null ? null : request.Names.Accounts(project);
        Suggestion[] live =
        [
            .. members is null ? [] : request.InTime(members),
            .. accounts is null ? [] : request.InTime(accounts),
            .. Nodes(request),
        ];
        // A service account may be entered by its e-mail alone, so that is completed too.
        IEnumerable<Suggestion> bare = request.Word.Length == 0 ? [] : live
            .Where(member => member.Name.StartsWith(Account, StringComparison.Ordinal)
                && member.Name.EndsWith(".gserviceaccount.com", StringComparison.Ordinal))
            .Select(member => member with { Name = member.Name[Account.Length..] });
        return [.. live, .. bare, .. Kinds];
    }

    /// <summary>
    /// Gets the accounts of nodes in the projects that the session knows, and in those that the caller may see if these
    /// are few: mostly a cluster that is granted access is in another project than the images.
    /// </summary>
    private static Suggestion[] Nodes(CompletionRequest request)
    {
        IEnumerable<string> known = request.Names.NamedProjects;
        if (request.Project is string project) known = known.Append(project);
        if (request.OwnProject is string own) known = known.Append(own);
        string[] projects = [.. known.Distinct()];
        // These listings run while the projects are listed.
        foreach (string each in projects) request.Names.NodeAccounts(each);
        IReadOnlyList<Suggestion> visible = request.InTime(request.Names.Projects());
        if (visible.Count <= MaxProjects)
            projects = [.. projects.Union(visible.Select(each => each.Name))];
        Task<IReadOnlyList<Suggestion>>[] nodes = [.. projects.Select(request.Names.NodeAccounts)];
        return [.. nodes.SelectMany(request.InTime)];
    }
}

/// <summary>Completes the orders in which images count as newest.</summary>
public sealed class OrderCompleter : RegistryCompleter
{
    private protected override bool NeverFiles => true;

    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
    [
        new(nameof(StaleImageOrder.UploadTime), "by the time of the upload, the default"),
        new(nameof(StaleImageOrder.Version), "by the highest version among the tags"),
    ];
}

/// <summary>Completes ages for -OlderThan, which reads them as they were typed.</summary>
public sealed class AgeCompleter : RegistryCompleter
{
    private static readonly Suggestion[] Ages =
    [
        new(MinimumAge.Default.ToString(), "the default"),
        new("1d", "a day"),
        new("7d", "a week"),
        new("30d", "thirty days"),
        new("90d", "ninety days"),
        new("0s", "no limit"),
    ];

    private static readonly Suggestion[] Units =
    [
        new("d", "days"),
        new("h", "hours"),
        new("w", "weeks"),
        new("min", "minutes"),
    ];

    private protected override bool NeverFiles => true;

    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        Ages.Concat(request.Word.Length > 0 && request.Word.All(char.IsAsciiDigit)
                ? Units.Select(unit => new Suggestion(request.Word + unit.Name, unit.Detail))
                : [])
            .Select(age => age with { IsPlain = true });
}

/// <summary>Completes the values of -AbortAbove: a count, or a percentage.</summary>
public sealed class ThresholdCompleter : RegistryCompleter
{
    private protected override bool NeverFiles => true;

    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
    [
        new("10%", "a tenth of the digests of an image"), new("50%", "half of the digests of an image"),
        new("100", "a hundred digests") { IsPlain = true }, new("1000", "a thousand digests") { IsPlain = true },
    ];
}

/// <summary>Completes the images in use: digests of the image on the command line.</summary>
public sealed class InUseCompleter : RegistryCompleter
{
    private static readonly Suggestion AnyDigest = new(
        "sha256:",
        "a digest; mostly this is the output of a command, in a variable or parentheses"
    );

    private protected override bool NeverFiles => true;

    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        request.Name("Image") is { IsRepository: false } image
            ? [.. request.InTime(request.Names.Digests(image)), AnyDigest]
            : [AnyDigest];
}
