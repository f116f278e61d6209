using ArtifactRegistry.Emulator;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>
/// Somebody else, who changes things just when a command is about to: he grants before a policy is written, tags a
/// digest before it is deleted, and uses a name again while an answer is lost. What he did has to be there at the end.
/// </summary>
internal sealed class Neighbour(RegistryState state, double rate, int seed)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _facts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _deletedTags = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deletions = new(StringComparer.Ordinal);
#pragma warning disable CA5394 // Repeatable on purpose; nothing secret hangs on it.
    private readonly Random _random = new(seed);

    private bool IsThere => _random.NextDouble() < rate;
#pragma warning restore CA5394

    /// <summary>What he did, as <see cref="World.Facts"/> has it.</summary>
    public IReadOnlyDictionary<string, string> Facts
    {
        get { lock (_lock) return new Dictionary<string, string>(_facts); }
    }

    public void ActsBefore(RecordedRequest request)
    {
        if (rate == 0) return;
        lock (_lock)
        {
            string[] parts = Uri.UnescapeDataString(request.Path).Split('/');
            switch (parts)
            {
                case ["", "v1", "projects", string project]
                    when project.Split(':') is [string id, "setIamPolicy"] && IsThere:
                    state.GrantOnProject(id, World.Reader, Grantee($"projects/{id}"));
                    break;
                case ["", "v1", "projects", string project, _, string location, _, string last]
                    when last.Split(':') is [string name, "setIamPolicy"] && IsThere:
                    string place = $"{location}-docker.pkg.dev/{project}/{name}";
                    state.Grant(place, World.Reader, Grantee(place));
                    break;
                case [
                    "",
                    "v1",
                    "projects",
                    string project,
                    _,
                    string location,
                    _,
                    string name,
                    "packages",
                    string package,
                    .. string[] rest,
                ]:
                    About(request, $"{location}-docker.pkg.dev/{project}/{name}", package, rest);
                    break;
            }
        }
    }

    private string Grantee(string place)
    {
        string member = $"user:meanwhile{_facts.Count}@x.example";
        _facts.Add($"member {place} {World.Reader} {member}", "1");
        return member;
    }

    private void About(RecordedRequest request, RepositoryName repository, string package, string[] rest)
    {
        bool deletes = request.Method == "DELETE", again = deletes && !_deletions.Add(request.Path);
        switch (rest)
        {
            case ["versions", string digest] when deletes && state.HasDigest(repository, package, digest) && IsThere:
                string tag = $"meanwhile{_facts.Count}";
                state.MoveTag(repository, package, tag, digest);
                _facts[$"digest {repository}/{package}@{digest}"] = "there";
                _facts[$"tag {repository}/{package}:{tag}"] = digest;
                break;

            // A deletion without an answer: whoever tries again has to look first.
            case ["tags", string name] when _deletedTags.Remove(request.Path, out string? was)
                && state.Digests(repository, package).FirstOrDefault(other => other != was) is string other && IsThere:
                state.MoveTag(repository, package, name, other);
                _facts[$"tag {repository}/{package}:{name}"] = other;
                _facts[$"digest {repository}/{package}@{other}"] = "there";
                break;
            case ["tags", string name] when deletes && request.Fault is not null
                && state.DigestOf(repository, package, name) is string on:
                _deletedTags[request.Path] = on;
                break;
            case [] when again && !state.Packages(repository).Contains(package):
                _facts[$"digest {repository}/{package}@{state.AddImage(repository, package)}"] = "there";
                break;
        }
    }
}
