using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Model;
using ArtifactRegistry.Emulator.SignIn;
using ArtifactRegistry.Emulator.Storage;
using ArtifactRegistry.Emulator.Workloads;

namespace ArtifactRegistry.Emulator;

/// <summary>
/// The state of the emulated services: for seeding before a test, and for assertions after it. Thread-safe.
/// </summary>
/// <remarks>
/// The methods for each resource are in a class of their own, such as <see cref="ImageExtensions"/>. Changes made by
/// them need no permission, have no operation, and are never refused because something holds a digest.
/// </remarks>
public sealed class RegistryState : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly Journal? _journal;

    /// <summary>
    /// Opens a state that is stored in a folder: the one that an earlier run left there, or an empty one. Without a
    /// folder, the state is empty and kept in memory, and large blobs in a temporary folder until it is disposed.
    /// </summary>
    /// <remarks>
    /// A request is answered when its change is on the disk, so killing the process never loses a change that was
    /// acknowledged. Operations and uploads under way are not kept. Changes that are made without a request are written
    /// with the next request, or by <see cref="Dispose"/>.
    /// </remarks>
    /// <param name="clock">The clock of the service.</param>
    /// <param name="folder">The folder; null to keep the state in memory.</param>
    /// <exception cref="IOException">The folder cannot be used, is in use, or is damaged; the message says
    /// which.</exception>
    public RegistryState(TimeProvider clock, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(clock);
        if (folder is not null) ArgumentException.ThrowIfNullOrEmpty(folder);
        _clock = clock;
        IReadOnlyDictionary<string, JsonObject> records = new Dictionary<string, JsonObject>();
        if (folder is not null) (_journal, records) = Journal.Open(folder);
        try
        {
            Blobs = new BlobStore(folder);
            Uploads = new UploadTable(Blobs);
            SignIn = new SignInState(clock);
            Workloads = new WorkloadState(Gate, clock);
            Operations = new OperationTable(() => Now);
            Projects = new ProjectTable(_journal);
            RepositoryTable = new RepositoryTable(Blobs, _journal);
            if (_journal is null) return;
            StoredState.Restore(this, records);
            _journal.Start();
        }
        catch
        {
            _journal?.Dispose();
            throw;
        }
    }

    /// <summary>The identities that may sign in, and their tokens.</summary>
    public SignInState SignIn { get; }

    /// <summary>The services that run images: clusters, Cloud Run and others.</summary>
    public WorkloadState Workloads { get; }

    /// <summary>The existing repositories.</summary>
    public IReadOnlyList<RepositoryName> Repositories
    {
        get { lock (Gate) return [.. RepositoryTable.All.Select(entry => entry.Name)]; }
    }

    /// <summary>The digests of the stored blobs, in order.</summary>
    public IReadOnlyList<string> BlobDigests
    {
        get { lock (Gate) return [.. Blobs.Digests.Order(StringComparer.Ordinal)]; }
    }

    /// <summary>Gets whether the state is empty.</summary>
    public bool IsEmpty
    {
        get { lock (Gate) return Projects.IsEmpty; }
    }

    /// <summary>The number of operations that have neither succeeded nor failed yet.</summary>
    public int UnfinishedOperations
    {
        get
        {
            lock (Gate)
            {
                FinishDueOperations();
                return Operations.Unfinished;
            }
        }
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

    internal ProjectTable Projects { get; }

    internal RepositoryTable RepositoryTable { get; }

    internal OperationTable Operations { get; }

    internal BlobStore Blobs { get; }

    internal UploadTable Uploads { get; }

    /// <summary>Collects the blobs that no manifest refers to any more, whenever they were to be collected.</summary>
    public void CollectBlobs()
    {
        lock (Gate)
            foreach (RepositoryEntry repository in RepositoryTable.All)
                repository.Blobs.Collect(DateTimeOffset.MaxValue);
    }

    /// <summary>Abandons operations and uploads under way, and closes or deletes the files.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            Uploads.Dispose();
            _journal?.Dispose();
            Blobs.Delete(Blobs.TakeReleased());
            Blobs.Dispose();
        }
    }

    /// <summary>Completes when the changes so far are on the disk. Do not call this while the lock is held.</summary>
    internal async Task SaveAsync()
    {
        IReadOnlyList<(string Digest, BlobContent Content)> released;
        lock (Gate)
        {
            _journal?.Write();
            released = Blobs.TakeReleased();
        }
        if (_journal is not null) await _journal.FlushAsync();
        if (released.Count == 0) return;
        lock (Gate) Blobs.Delete(released);
    }

    /// <summary>
    /// Does the work of operations that no client waited for, and collects the blobs whose time has come. Every request
    /// calls this before its own work.
    /// </summary>
    internal void FinishDueOperations()
    {
        Operations.FinishDue();
        foreach (RepositoryEntry repository in RepositoryTable.All) repository.Blobs.Collect(Now);
    }

    internal ProjectEntry? FindProject(string idOrNumber) => Projects.Find(idOrNumber);

    internal RepositoryEntry? FindRepository(RepositoryName name) => RepositoryTable.Find(name);

    /// <summary>Gets a project that a test takes for granted.</summary>
    internal ProjectEntry ExistingProject(string project) =>
        FindProject(project) ?? throw Missing($"project '{project}'");

    /// <summary>Gets a repository that a test takes for granted, after the operations that are due.</summary>
    internal RepositoryEntry Existing(RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        FinishDueOperations();
        return FindRepository(repository) ?? throw Missing($"repository {repository}");
    }

    /// <summary>Gets a package that a test takes for granted.</summary>
    internal PackageEntry Existing(RepositoryName repository, string package) =>
        Existing(repository).Packages.GetValueOrDefault(package)
            ?? throw Missing($"image {repository}/{package}");

    /// <summary>Gets a digest that a test takes for granted.</summary>
    internal VersionEntry Existing(RepositoryName repository, string package, string digest) =>
        Existing(repository, package).Versions.GetValueOrDefault(digest)
            ?? throw Missing($"digest {repository}/{package}@{digest}");

    private static InvalidOperationException Missing(string what) => new($"The emulator has no {what}.");
}
