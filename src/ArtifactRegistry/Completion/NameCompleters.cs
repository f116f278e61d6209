namespace ArtifactRegistry;

/// <summary>Completes projects: the session's own, and those that the caller may see.</summary>
public sealed class ProjectCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        (request.Project is string own ? [new Suggestion(own)] : Array.Empty<Suggestion>())
            .Concat(request.InTime(request.Names.Projects()));
}

/// <summary>Completes locations: those that this module knows, and those of the project.</summary>
public sealed class LocationCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        Locations.Known.Select(location => new Suggestion(location)).Concat(
            request.Project is string project ? request.InTime(request.Names.LocationsOf(project)) : []);
}

/// <summary>Completes names of repositories within a project and location.</summary>
public sealed class RepositoryNameCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        request.Project is string project ? request.InTime(request.Names.Repositories(project, request.Text("Location"))) : [];
}

/// <summary>Completes the GKE clusters of a project.</summary>
public sealed class ClusterCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        request.Project is string project ? request.InTime(request.Names.Clusters(project, request.Text("Location"))) : [];
}

/// <summary>Completes the tags of the image that the command line names.</summary>
public sealed class TagCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        request.Name("Image") is { IsRepository: false } image ? request.InTime(request.Names.Tags(image)) : [];
}

/// <summary>Completes the digests of the image that the command line names.</summary>
public sealed class DigestCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        request.Name("Image") is { IsRepository: false } image ? request.InTime(request.Names.Digests(image)) : [];
}

/// <summary>
/// Completes members: for a grant the service accounts of the project at hand, else who holds a role there already.
/// How IAM writes the kinds of members is completed always.
/// </summary>
public class MemberCompleter : RegistryCompleter
{
    private static readonly Suggestion[] Kinds =
    [
        new("serviceAccount:", "serviceAccount:NAME@PROJECT.iam.gserviceaccount.com"),
        new("user:", "user:somebody@example.com"),
        new("group:", "group:team@example.com"),
        new("domain:", "domain:example.com, everybody in it"),
        new("principal://", "one workload or user of an identity pool"),
        new("principalSet://", "several workloads or users of an identity pool"),
    ];

    /// <summary>For who is to be granted something: accounts that exist, and not who has it.</summary>
    private protected bool Grants { get; init; }

    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request)
    {
        ImageName? repository = request.Name("Repository")?.ToRepository();
        IReadOnlyList<Suggestion> live = Grants
            ? request.Project is string project ? request.InTime(request.Names.Accounts(project)) : []
            : repository is not null || request.Project is not null
                ? request.InTime(request.Names.Members(repository, request.Project))
                : [];
        // A service account may be typed by its e-mail alone, so that is completed too.
        const string Account = "serviceAccount:";
        IEnumerable<Suggestion> bare = request.Word.Length == 0 ? [] : live
            .Where(member => member.Name.StartsWith(Account, StringComparison.Ordinal)
                && member.Name.EndsWith(".gserviceaccount.com", StringComparison.Ordinal))
            .Select(member => member with { Name = member.Name[Account.Length..] });
        return [.. live, .. bare, .. Kinds];
    }
}

/// <summary>Completes members that may be granted something.</summary>
public sealed class GranteeCompleter : MemberCompleter
{
    /// <summary>Prepares it.</summary>
    public GranteeCompleter() => Grants = true;
}

/// <summary>Completes ages as -OlderThan takes them.</summary>
public sealed class AgeCompleter : RegistryCompleter
{
    private static readonly Suggestion[] Ages =
    [
        new("1h", "an hour, the default"), new("1d", "a day"), new("7d", "a week"), new("30d", "thirty days"),
        new("90d", "ninety days"), new("0s", "no limit"),
    ];

    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) => Ages;
}
