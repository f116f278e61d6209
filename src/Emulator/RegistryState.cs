using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Model;
using ArtifactRegistry.Emulator.SignIn;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator;

/// <summary>
/// The state of the emulated services: for seeding before a test, and for assertions after it. Thread-safe.
/// </summary>
/// <remarks>
/// Changes made here need no permission, have no operation, and are never refused because something holds a digest.
/// </remarks>
public sealed partial class RegistryState : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly SortedDictionary<string, RepositoryEntry> _repositories = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ProjectEntry> _projects = new(StringComparer.Ordinal);

    /// <summary>
    /// Creates an empty state in memory; large blobs are kept in a temporary folder until it is disposed.
    /// </summary>
    public RegistryState(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        SignIn = new SignInState(clock);
        Blobs = new BlobStore(null);
        Uploads = new UploadTable(Blobs);
    }

    /// <summary>The identities that may sign in, and their tokens.</summary>
    public SignInState SignIn { get; }

    /// <summary>The existing repositories.</summary>
    public IReadOnlyList<RepositoryName> Repositories
    {
        get { lock (Gate) return [.. _repositories.Values.Select(entry => entry.Name)]; }
    }

    /// <summary>The lock that every request holds while it works, so that each request is atomic.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>The time of the service, in microsecond precision.</summary>
    internal DateTimeOffset Now
    {
        get
        {
            DateTimeOffset now = _clock.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        }
    }

    internal IEnumerable<RepositoryEntry> RepositoryEntries => _repositories.Values;

    /// <summary>Adds a project if it does not exist. Adding a repository adds its project.</summary>
    /// <param name="project">The project id.</param>
    /// <param name="number">The project number; if null, it is derived from the id and always the same.</param>
    public RegistryState AddProject(string project, string? number = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(project);
        lock (Gate)
        {
            if (!_projects.ContainsKey(project))
            {
                ProjectEntry entry = new(project, number ?? NumberFor(project), Now, _journal);
                _projects.Add(project, entry);
                entry.Record();
            }
        }
        return this;
    }

    /// <summary>Gets the number of a project.</summary>
    public string ProjectNumber(string project)
    {
        lock (Gate) return FindProject(project)?.Number ?? throw Missing($"project '{project}'");
    }

    /// <summary>Adds a repository.</summary>
    public RepositoryName AddRepository(
        string project, string location, string name, RepositoryOptions? options = null)
    {
        options ??= new RepositoryOptions();
        RepositoryName repository = new(project, location, name);
        JsonObject settings = options.Settings?.DeepClone().AsObject() ?? [];
        settings["format"] = options.Format;
        settings["mode"] = options.Mode;
        if (options.Description is not null) settings["description"] = options.Description;
        if (options.ImmutableTags) settings["dockerConfig"] = new JsonObject { ["immutableTags"] = true };
        lock (Gate)
        {
            AddProject(project);
            if (_repositories.ContainsKey(repository.Resource))
                throw new InvalidOperationException($"There is a repository {repository} already.");
            RepositoryEntry entry = new(repository, settings, options.CreateTime ?? Now, Blobs, _journal);
            _repositories.Add(repository.Resource, entry);
            entry.Record();
        }
        return repository;
    }

    /// <summary>Adds a repository by its docker name, for example <c>us-docker.pkg.dev/shop/apps</c>.</summary>
    public RepositoryName AddRepository(RepositoryName name, RepositoryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return AddRepository(name.Project, name.Location, name.Id, options);
    }

    /// <summary>Changes a repository's tag immutability.</summary>
    public void SetImmutableTags(RepositoryName repository, bool immutable)
    {
        lock (Gate)
        {
            RepositoryEntry entry = Existing(repository);
            entry.Settings["dockerConfig"] = new JsonObject { ["immutableTags"] = immutable };
            entry.Record();
        }
    }

    /// <summary>Gets the fields of the API's Repository that were set, for example <c>cleanupPolicies</c>.</summary>
    public JsonObject Settings(RepositoryName repository)
    {
        lock (Gate) return Existing(repository).Settings.DeepClone().AsObject();
    }

    /// <summary>Deletes a repository with everything in it.</summary>
    public void DeleteRepository(RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        lock (Gate)
        {
            if (!_repositories.Remove(repository.Resource, out RepositoryEntry? entry)) return;
            entry.Blobs.Clear();
            _journal?.Drop(repository.Resource);
        }
    }

    internal RepositoryEntry? FindRepository(RepositoryName name)
        => _repositories.GetValueOrDefault(name.Resource);

    internal IEnumerable<ProjectEntry> ProjectEntries => _projects.Values;

    internal ProjectEntry? FindProject(string idOrNumber)
        => _projects.GetValueOrDefault(idOrNumber)
            ?? _projects.Values.FirstOrDefault(project => project.Number == idOrNumber);

    private static InvalidOperationException Missing(string what) => new($"The emulator has no {what}.");

    private static string NumberFor(string project)
    {
        ulong hash = 14695981039346656037;
        foreach (char character in project) hash = unchecked((hash ^ character) * 1099511628211);
        return (100_000_000_000 + hash % 900_000_000_000).ToString(CultureInfo.InvariantCulture);
    }

    private RepositoryEntry Existing(RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        FinishDueOperations();
        return FindRepository(repository) ?? throw Missing($"repository {repository}");
    }

    private PackageEntry Existing(RepositoryName repository, string package)
        => Existing(repository).Packages.GetValueOrDefault(package)
            ?? throw Missing($"image {repository}/{package}");

    private VersionEntry Existing(RepositoryName repository, string package, string digest)
        => Existing(repository, package).Versions.GetValueOrDefault(digest)
            ?? throw Missing($"digest {repository}/{package}@{digest}");
}
