namespace ArtifactRegistry;

/// <summary>
/// A name as it is said aloud, within the session's project: a repository or an image without what stands before it,
/// with or without a tag or digest.
/// </summary>
internal static class ShortName
{
    private const int MostRepositories = 10; // each is a listing of its own

    /// <summary>Gets the names that a short name may stand for, or the beginnings of longer ones.</summary>
    /// <param name="request">What was typed.</param>
    /// <param name="complete">Completes a whole name.</param>
    public static IEnumerable<Suggestion> Complete(
        CompletionRequest request,
        Func<string, IEnumerable<Suggestion>> complete
    )
    {
        string word = request.Word;
        string first = word.Split('/', ':', '@')[0];
        if (first.Contains('.', StringComparison.Ordinal) || request.OwnProject is not string project) return [];
        IReadOnlyList<Suggestion> repositories = request.InTime(request.Names.WholeRepositories(project));
        if (word.Length == 0) return repositories;

        IEnumerable<Suggestion> found =
            word.Length == first.Length
                ? repositories.Where(each => LastPart(each.Name).StartsWith(word, StringComparison.OrdinalIgnoreCase))
                : repositories
                    .Where(each => LastPart(each.Name) == first)
                    .SelectMany(each => Matching(each.Name + word[first.Length..]));
        if (request.Parameter != "Repository")
            found = found.Concat(Images());
        return found.Select(each => each with { IsMatch = true });

        IEnumerable<Suggestion> Images()
        {
            string image = word.Split(':', '@')[0];
            // All are asked at once, and share the time that is left.
            List<(string Repository, Task<IReadOnlyList<Suggestion>> Names)> asked =
            [
                .. repositories
                    .Take(MostRepositories)
                    .Select(each => (each.Name, request.Names.Images(ImageName.Parse(each.Name)))),
            ];
            foreach ((string repository, Task<IReadOnlyList<Suggestion>> names) in asked)
            {
                IReadOnlyList<Suggestion> images = request.InTime(names);
                IEnumerable<Suggestion> here = image == word
                    ? images.Where(each => each.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Select(Whole)
                    : images.Any(each => each.Name == image) ? Matching($"{repository}/{word}")
                    : [];
                foreach (Suggestion each in here) yield return each;

                Suggestion Whole(Suggestion each) =>
                    each with { Name = $"{repository}/{each.Name}", Label = $"{repository}/{each.Name}" };
            }
        }

        IEnumerable<Suggestion> Matching(string name) =>
            complete(name)
                .Where(each => each.IsMatch || each.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase));
    }

    private static string LastPart(string repository) => repository[(repository.LastIndexOf('/') + 1)..];
}
