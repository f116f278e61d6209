using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>
/// Completes the name of an image step by step: host, project, repository and image, then a tag after <c>:</c> or a
/// digest after <c>@</c>. For a parameter that takes a repository, completion ends with the repository. In the
/// session's project, a short name is completed to the full one, and repositories are offered before all hosts.
/// </summary>
public sealed class ImageCompleter : RegistryCompleter
{
    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        [.. ShortName.Complete(request, name => Suggest(request, name)), .. Suggest(request, request.Word)];

    private static IEnumerable<Suggestion> Suggest(CompletionRequest request, string word)
    {
        if (PartialName.Read(word) is not PartialName typed) return [];
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
            _ => Digests(request, typed, word),
        };
        return found.Select(name => name with { Name = typed.Before + name.Name, Label = name.Label ?? name.Name });
    }

    /// <summary>A digest may also be typed without sha256:, as its short form is shown within a line.</summary>
    private static IEnumerable<Suggestion> Digests(CompletionRequest request, PartialName typed, string word)
    {
        string begun = word[typed.Before.Length..];
        return request.InTime(request.Names.Digests(typed.Name!)).Select(digest => digest with
        {
            IsMatch = begun.Length > 0 && digest.Name.StartsWith("sha256:" + begun, StringComparison.OrdinalIgnoreCase),
        });
    }

    private static IEnumerable<Suggestion> Hosts() =>
        KnownLocations
            .All.Select(location => new Suggestion(
                RegistryHosts.Of(location) + "/",
                $"Artifact Registry in {location}",
                location
            ))
            .Concat(
                RegistryHosts.Gcr.Select(host => new Suggestion(
                    host + "/",
                    $"what was Container Registry at {host}"
                ))
            );

    // Docker writes a domain-scoped project with a slash. A slash follows the project, because a project alone is not a
    // complete name; except on the gcr.io hosts, where the slash belongs to the repository.
    private static IEnumerable<Suggestion> Projects(CompletionRequest request, ImageName host)
    {
        string end = RegistryHosts.Gcr.Contains(host.Repository) ? "" : "/";
        IEnumerable<Suggestion> own = request.OwnProject is string project
            ? [new Suggestion(project, $"project {project}")]
            : [];
        return own.Concat(request.InTime(request.Names.Projects()))
            .Select(each => each with { Name = each.Name.Replace(':', '/') + end, Label = each.Name });
    }
}
