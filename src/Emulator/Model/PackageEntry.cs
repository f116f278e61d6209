using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>A package: an image without tag or digest. It survives the deletion of all its versions.</summary>
internal sealed class PackageEntry(RepositoryEntry repository, string name, DateTimeOffset created)
{
    public RepositoryEntry Repository => repository;

    /// <summary>The plain name, with slashes.</summary>
    public string Name => name;

    public string EscapedName => name.Replace("/", "%2F", StringComparison.Ordinal);

    public string Resource => $"{repository.Name.Resource}/packages/{EscapedName}";

    public DateTimeOffset CreateTime { get; set; } = created;

    public DateTimeOffset UpdateTime { get; set; } = created;

    public JsonObject? Annotations { get; set; }

    public SortedDictionary<string, VersionEntry> Versions { get; } = new(StringComparer.Ordinal);

    /// <summary>The tags and the versions that they point to.</summary>
    public SortedDictionary<string, VersionEntry> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>The time at which each tag was set to its version.</summary>
    public Dictionary<string, DateTimeOffset> TagTimes { get; } = [];

    /// <summary>
    /// The digests that hold a digest: indexes hold their children, referrers hold their subject.
    /// </summary>
    public Dictionary<string, SortedSet<string>> HoldersOf { get; } = [];

    /// <summary>Deleted versions that listings still show, with the number of the last listing that does.</summary>
    public List<(VersionEntry Version, int LastListing)> Ghosts { get; } = [];

    /// <summary>
    /// For a digest whose last holder is gone: the holder, the number of attempts that are still refused, and the time
    /// until which all are.
    /// </summary>
    public Dictionary<string, (string Holder, int Attempts, DateTimeOffset Until)> Settling { get; } = [];

    /// <summary>The number of images that were ever seeded, which makes each manifest different.</summary>
    public int Seeded { get; set; }

    public IEnumerable<VersionEntry> Listed()
    {
        Ghosts.RemoveAll(ghost => ghost.LastListing < repository.Listings);
        return Ghosts.Count == 0
            ? Versions.Values
            : Versions.Values
                .Concat(Ghosts.Select(ghost => ghost.Version).Where(ghost => !Versions.ContainsKey(ghost.Digest)))
                .OrderBy(version => version.Digest, StringComparer.Ordinal);
    }

    /// <summary>Records the entry. Call this when a tag, a time or an annotation changes.</summary>
    public void Record() => repository.Journal?.Put(Resource, () => new JsonObject
    {
        ["created"] = Json.Time(CreateTime),
        ["updated"] = Json.Time(UpdateTime),
        ["annotations"] = Annotations?.DeepClone(),
        ["seeded"] = Seeded,
        ["tags"] = new JsonObject(Tags.Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)tag.Value.Digest))),
    });

    public void Add(VersionEntry version)
    {
        Versions.Add(version.Digest, version);
        repository.Changed();
        version.Record();
        Record();
        foreach (string held in version.Holds)
        {
            if (!HoldersOf.TryGetValue(held, out SortedSet<string>? holders))
                HoldersOf.Add(held, holders = new SortedSet<string>(StringComparer.Ordinal));
            holders.Add(version.Digest);
        }
    }

    public void PointTag(string tag, VersionEntry version, DateTimeOffset now)
    {
        if (Tags.TryGetValue(tag, out VersionEntry? previous)) previous.Tags.Remove(tag);
        Tags[tag] = version;
        TagTimes[tag] = now;
        version.Tags.Add(tag);
        version.UpdateTime = now;
        UpdateTime = now;
        version.Record();
        Record();
    }

    public bool RemoveTag(string tag)
    {
        if (!Tags.Remove(tag, out VersionEntry? version)) return false;
        version.Tags.Remove(tag);
        Record();
        return true;
    }

    /// <summary>Removes a version and its tags, whatever holds it.</summary>
    public void Remove(VersionEntry version, Behaviour behaviour, DateTimeOffset now)
    {
        foreach (string tag in version.Tags) Tags.Remove(tag);
        Versions.Remove(version.Digest);
        repository.Blobs.Release(version.Blobs, behaviour.CollectionDue(now));
        repository.Changed();
        repository.Journal?.Drop(version.Resource);
        if (version.Tags.Count > 0) Record();
        if (behaviour.StaleListings > 0) Ghosts.Add((version, repository.Listings + behaviour.StaleListings));

        foreach (string held in version.Holds)
        {
            if (!HoldersOf.TryGetValue(held, out SortedSet<string>? holders)) continue;
            holders.Remove(version.Digest);
            if (holders.Count > 0) continue;
            HoldersOf.Remove(held);
            Settling[held] = (version.Digest, behaviour.SettleAttempts, now + behaviour.SettleTime);
        }
        if (!behaviour.ChildrenGoWithIndex) return;
        foreach (string digest in version.Children.Select(child => child.Digest))
        {
            if (
                Versions.TryGetValue(digest, out VersionEntry? child)
                && child.Tags.Count == 0
                && !HoldersOf.ContainsKey(digest)
            )
                Remove(child, behaviour, now);
        }
    }

    /// <summary>
    /// Gets the digests that the service would name as parents of a version; empty if it can be deleted.
    /// </summary>
    public IReadOnlyCollection<string> ParentsThatRefuse(string digest, DateTimeOffset now)
    {
        if (HoldersOf.TryGetValue(digest, out SortedSet<string>? holders)) return holders;
        if (!Settling.TryGetValue(digest, out (string Holder, int Attempts, DateTimeOffset Until) settling)) return [];
        if (now < settling.Until) return [settling.Holder];
        if (settling.Attempts > 0)
        {
            Settling[digest] = settling with { Attempts = settling.Attempts - 1 };
            return [settling.Holder];
        }

        Settling.Remove(digest);
        return [];
    }
}
