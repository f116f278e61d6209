using System.Text;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>
/// A repository in memory. Used only while the state's lock is held, like everything in this folder.
/// </summary>
internal sealed class RepositoryEntry(
    RepositoryName name, JsonObject settings, DateTimeOffset created, BlobStore blobs, Journal? journal)
{
    private VersionEntry[]? _inOrder;
    private PolicyEntry? _policy;

    public RepositoryName Name => name;

    /// <summary>The fields of the API's Repository that are not computed.</summary>
    public JsonObject Settings { get; set; } = settings;

    public DateTimeOffset CreateTime { get; } = created;

    public DateTimeOffset UpdateTime { get; set; } = created;

    public SortedDictionary<string, PackageEntry> Packages { get; } = new(StringComparer.Ordinal);

    public PolicyEntry Policy => _policy ??= new PolicyEntry(Record);

    public RepositoryBlobs Blobs { get; } = new(name.Resource, blobs, journal);

    public Journal? Journal => journal;

    /// <summary>The number of listings begun, which determines how long deleted digests are still shown.</summary>
    public int Listings { get; private set; }

    public bool ImmutableTags => Settings["dockerConfig"]?["immutableTags"]?.GetValue<bool>() ?? false;

    /// <summary>All versions in the order of lists; recreated after <see cref="Changed"/>.</summary>
    /// <remarks>
    /// A page is found by binary search, so that the cost of a long listing is not quadratic.
    /// </remarks>
    public VersionEntry[] InOrder => _inOrder ??= [.. Packages.Values.SelectMany(package => package.Listed())];

    /// <summary>Gets the part of <see cref="InOrder"/> that belongs to a package.</summary>
    public ArraySegment<VersionEntry> InOrderOf(string package)
    {
        VersionEntry[] all = InOrder;
        int first = FirstFrom(package, orAfter: false);
        return new ArraySegment<VersionEntry>(all, first, FirstFrom(package, orAfter: true) - first);

        int FirstFrom(string name, bool orAfter)
        {
            int low = 0;
            int high = all.Length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                int order = string.CompareOrdinal(all[middle].Package.Name, name);
                if (order < 0 || (orAfter && order == 0)) low = middle + 1;
                else high = middle;
            }
            return low;
        }
    }

    /// <summary>Counts a listing, after which deleted digests that are still shown may vanish.</summary>
    public void BeginListing()
    {
        Listings++;
        if (Packages.Values.Any(package => package.Ghosts.Count > 0)) Changed();
    }

    /// <summary>Discards <see cref="InOrder"/>. Call this when a version or a package is added or removed.</summary>
    public void Changed() => _inOrder = null;

    /// <summary>Records the entry. Call this when a setting, a time or the policy changes.</summary>
    public void Record() => journal?.Put(name.Resource, () => new JsonObject
    {
        ["created"] = Json.Time(CreateTime),
        ["updated"] = Json.Time(UpdateTime),
        ["settings"] = Settings.DeepClone(),
        ["policy"] = Policy.ToRecord(),
    });

    /// <summary>Gets a package, which is added if there is none of that name.</summary>
    /// <param name="package">The plain name.</param>
    /// <param name="created">The time at which it was created at the latest.</param>
    public PackageEntry PackageFor(string package, DateTimeOffset created)
    {
        if (!Packages.TryGetValue(package, out PackageEntry? entry))
            Packages.Add(package, entry = new PackageEntry(this, package, created));
        if (created < entry.CreateTime) entry.CreateTime = created;
        return entry;
    }

    /// <summary>Removes a package with everything in it.</summary>
    /// <param name="package">The package.</param>
    /// <param name="collection">The time at which its blobs are collected; null for at once.</param>
    public void Remove(PackageEntry package, DateTimeOffset? collection)
    {
        Packages.Remove(package.Name);
        foreach (VersionEntry version in package.Versions.Values) Blobs.Release(version.Blobs, collection);
        journal?.Drop(package.Resource);
        Changed();
    }

    /// <summary>Returns whether an image that nobody pushed has a blob, of which there are no bytes.</summary>
    public bool Describes(string blob)
    {
        byte[] digest = Encoding.UTF8.GetBytes(blob);
        return Versions.Any(version => version.Blobs.Count == 0 && version.Manifest.AsSpan().IndexOf(digest) >= 0);
    }

    public IEnumerable<VersionEntry> Versions => Packages.Values.SelectMany(package => package.Versions.Values);
}
