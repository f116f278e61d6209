using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;
using ArtifactRegistry.Emulator.SignIn;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator;

public sealed partial class RegistryState
{
    private readonly Journal? _journal;

    /// <summary>Gets whether the state is empty.</summary>
    public bool IsEmpty
    {
        get { lock (Gate) return _projects.Count == 0; }
    }

    /// <summary>
    /// Opens a state that is stored in a folder: the one that an earlier run left there, or an empty one.
    /// </summary>
    /// <remarks>
    /// A request is answered when its change is on the disk, so killing the process never loses a change that was
    /// acknowledged. Operations and uploads under way are not kept. Changes made by the methods of this class are
    /// written with the next request, or by <see cref="Dispose"/>.
    /// </remarks>
    /// <exception cref="IOException">The folder cannot be used, is in use, or is damaged; the message says which.</exception>
    public RegistryState(TimeProvider clock, string folder)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _clock = clock;
        (_journal, IReadOnlyDictionary<string, JsonObject> records) = Journal.Open(folder);
        Blobs = new BlobStore(folder);
        Uploads = new UploadTable(Blobs);
        SignIn = new SignInState(clock);
        try
        {
            Restore(records);
            _journal.Start();
        }
        catch
        {
            _journal.Dispose();
            throw;
        }
    }

    /// <summary>The digests of the stored blobs, in order.</summary>
    public IReadOnlyList<string> BlobDigests
    {
        get { lock (Gate) return [.. Blobs.Digests.Order(StringComparer.Ordinal)]; }
    }

    internal BlobStore Blobs { get; }

    internal UploadTable Uploads { get; }

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

    /// <summary>Recreates the state. The records are sorted, so that containers come before their contents.</summary>
    private void Restore(IReadOnlyDictionary<string, JsonObject> records)
    {
        Blobs.Recover(records.SelectMany(BlobsOf).ToHashSet(StringComparer.Ordinal));
        List<(PackageEntry Package, JsonObject Tags)> tags = [];
        foreach ((string name, JsonObject record) in records)
        {
            string[] parts = name.Split('/');
            if (parts is ["projects", string project])
            {
                RestoreProject(project, record);
                continue;
            }
            RepositoryName repository = new(parts[1], parts[3], parts[5]);
            switch (parts[6..])
            {
                case []:
                    RestoreRepository(repository, record);
                    break;
                case ["blobs", string digest] when Blobs.Find(digest) is not null:
                    _repositories[repository.Resource].Blobs.Expect(digest, Time(record, "since")!.Value);
                    break;
                case ["packages", string package]:
                    PackageEntry entry = RestorePackage(_repositories[repository.Resource], package, record);
                    tags.Add((entry, record["tags"]!.AsObject()));
                    break;
                case ["packages", string package, "versions", string digest]:
                    RestoreVersion(_repositories[repository.Resource].Packages[ApiCall.Plain(package)], digest, record);
                    break;
                default:
                    break;
            }
        }
        foreach ((PackageEntry package, JsonObject digests) in tags)
        {
            DateTimeOffset updated = package.UpdateTime;
            foreach ((string tag, JsonNode? digest) in digests)
            {
                VersionEntry version = package.Versions[(string)digest!];
                package.PointTag(tag, version, version.UpdateTime);
            }
            package.UpdateTime = updated;
        }
    }

    private void RestoreProject(string id, JsonObject record)
    {
        ProjectEntry project = new(id, record.Text("number")!, Time(record, "created")!.Value, _journal)
        {
            MissingZones = [.. record["missingZones"]!.AsArray().Select(zone => (string)zone!)],
        };
        project.Policy.Restore(record["policy"]!.AsObject());
        project.Clusters.AddRange(record["clusters"]!.AsArray().Select(cluster => cluster!.DeepClone().AsObject()));
        foreach (JsonObject account in record["accounts"]!.AsArray().OfType<JsonObject>())
        {
            string uniqueId = account.Text("uniqueId")!;
            ServiceAccountEntry entry = new(project, account.Text("accountId")!, uniqueId)
            {
                DisplayName = account.Text("displayName"),
                Description = account.Text("description"),
            };
            project.ServiceAccounts.Add(entry.Email, entry);
            _serviceAccounts = Math.Max(
                _serviceAccounts, (int)(long.Parse(uniqueId, CultureInfo.InvariantCulture) - FirstUniqueId));
        }
        _projects.Add(id, project);
    }

    private void RestoreRepository(RepositoryName name, JsonObject record)
    {
        RepositoryEntry repository = new(
            name, record["settings"]!.DeepClone().AsObject(), Time(record, "created")!.Value, Blobs, _journal)
        {
            UpdateTime = Time(record, "updated")!.Value,
        };
        repository.Policy.Restore(record["policy"]!.AsObject());
        _repositories.Add(name.Resource, repository);
    }

    private static PackageEntry RestorePackage(RepositoryEntry repository, string name, JsonObject record)
    {
        PackageEntry package = new(repository, ApiCall.Plain(name), Time(record, "created")!.Value)
        {
            UpdateTime = Time(record, "updated")!.Value,
            Annotations = record["annotations"]?.DeepClone().AsObject(),
            Seeded = (int)record["seeded"]!,
        };
        repository.Packages.Add(package.Name, package);
        return package;
    }

    private static void RestoreVersion(PackageEntry package, string digest, JsonObject record) => package.Add(new VersionEntry
    {
        Package = package,
        Digest = digest,
        Size = (long)record["size"]!,
        UploadTime = Time(record, "uploaded")!.Value,
        UpdateTime = Time(record, "updated")!.Value,
        BuildTime = Time(record, "built"),
        MediaType = record.Text("mediaType")!,
        ArtifactType = record.Text("artifactType"),
        SubjectDigest = record.Text("subject"),
        Children = record["children"].Deserialize<ChildManifest[]>()!,
        Manifest = Convert.FromBase64String(record.Text("manifest")!),
        Blobs = package.Repository.Blobs.ReferAgain(record["blobs"].Deserialize<string[]>()!),
        Annotations = record["annotations"]?.DeepClone().AsObject(),
    });

    private static IEnumerable<string> BlobsOf(KeyValuePair<string, JsonObject> record)
        => record.Value["since"] is not null
            ? [record.Key.Split('/')[^1]]
            : record.Value["blobs"].Deserialize<string[]>() ?? [];

    private static DateTimeOffset? Time(JsonObject record, string field)
        => record.Text(field) is string text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;
}
