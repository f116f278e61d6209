using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>
/// Completes the name of an image step by step: host, project, repository and image, then a tag after <c>:</c> or a digest
/// after <c>@</c>. Where a repository is asked for it ends with that.
/// </summary>
public sealed class ImageCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request)
    {
        if (PartialName.Read(request.Word) is not PartialName typed) return [];
        LiveNames names = request.Names;
        bool repositoryOnly = request.Parameter == "Repository";
        IEnumerable<Suggestion> found = typed.Part switch
        {
            NamePart.Location => Hosts(),
            NamePart.Project => Projects(request, typed.Name!),
            NamePart.Repository => request.InTime(names.Repositories(typed.Name!.Project, typed.Name.Location)),
            _ when repositoryOnly => [],
            NamePart.Image => request.InTime(names.Images(typed.Name!)),
            NamePart.Tag => request.InTime(names.Tags(typed.Name!)),
            _ => request.InTime(names.Digests(typed.Name!)),
        };
        return found.Select(name => name with { Name = typed.Before + name.Name, Label = name.Label ?? name.Name });
    }

    private static IEnumerable<Suggestion> Hosts() =>
        Locations.Known.Select(location => new Suggestion($"{location}-docker.pkg.dev/", $"Artifact Registry in {location}", location))
            .Concat(Locations.GcrHosts.Select(host => new Suggestion(host + "/", $"what was Container Registry at {host}")));

    // Docker writes a domain-scoped project with a slash. A slash after the project, since it ends no name; except on the
    // gcr.io hosts, where it is the repository's.
    private static IEnumerable<Suggestion> Projects(CompletionRequest request, ImageName host)
    {
        string end = Locations.GcrHosts.Contains(host.Repository) ? "" : "/";
        IEnumerable<Suggestion> own = request.OwnProject is string project ? [new Suggestion(project, $"project {project}")] : [];
        return own.Concat(request.InTime(request.Names.Projects())).Select(each => each with
        {
            Name = each.Name.Replace(':', '/') + end,
            Label = each.Name,
        });
    }
}
