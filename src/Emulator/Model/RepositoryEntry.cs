using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>
/// A repository in memory. Touched only while the state's lock is held, like everything in this folder.
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

    /// <summary>How many listings were begun, by which deleted digests know how long they still show.</summary>
    public int Listings { get; private set; }

    public bool ImmutableTags => Settings["dockerConfig"]?["immutableTags"]?.GetValue<bool>() ?? false;

    /// <summary>All versions in the order of lists; made anew after <see cref="Changed"/>.</summary>
    /// <remarks>
    /// A page is found in it by bisection, so that a long listing does not cost the square of its length.
    /// </remarks>
    public VersionEntry[] InOrder => _inOrder ??= [.. Packages.Values.SelectMany(package => package.Listed())];

    /// <summary>The part of <see cref="InOrder"/> that is a package's.</summary>
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

    /// <summary>Counts a listing, at which deleted digests that are still shown may vanish.</summary>
    public void BeginListing()
    {
        Listings++;
        if (Packages.Values.Any(package => package.Ghosts.Count > 0)) Changed();
    }

    /// <summary>To be called when a version or a package comes or goes.</summary>
    public void Changed() => _inOrder = null;

    /// <summary>To be called when a setting, a time or the policy changes.</summary>
    public void Record() => journal?.Put(name.Resource, () => new JsonObject
    {
        ["created"] = Json.Time(CreateTime),
        ["updated"] = Json.Time(UpdateTime),
        ["settings"] = Settings.DeepClone(),
        ["policy"] = Policy.ToRecord(),
    });

    /// <summary>Takes a package away, with everything in it.</summary>
    public void Remove(PackageEntry package)
    {
        Packages.Remove(package.Name);
        foreach (VersionEntry version in package.Versions.Values) Blobs.Release(version.Blobs);
        journal?.Drop(package.Resource);
        Changed();
    }

    public IEnumerable<VersionEntry> Versions => Packages.Values.SelectMany(package => package.Versions.Values);
}
