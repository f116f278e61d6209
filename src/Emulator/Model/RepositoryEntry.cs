using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>
/// A repository in memory. Touched only while the state's lock is held, like everything in this folder.
/// </summary>
internal sealed class RepositoryEntry(RepositoryName name, JsonObject settings, DateTimeOffset created)
{
    private VersionEntry[]? _inOrder;

    public RepositoryName Name => name;

    /// <summary>The fields of the API's Repository that are not computed.</summary>
    public JsonObject Settings { get; set; } = settings;

    public DateTimeOffset CreateTime { get; } = created;

    public DateTimeOffset UpdateTime { get; set; } = created;

    public SortedDictionary<string, PackageEntry> Packages { get; } = new(StringComparer.Ordinal);

    public PolicyEntry Policy { get; } = new();

    /// <summary>How many listings were begun, by which deleted digests know how long they still show.</summary>
    public int Listings { get; private set; }

    public bool ImmutableTags => Settings["dockerConfig"]?["immutableTags"]?.GetValue<bool>() ?? false;

    /// <summary>All versions in the order of lists; made anew after <see cref="Changed"/>.</summary>
    /// <remarks>
    /// A page is found in it by bisection, so that a long listing does not cost the square of its length.
    /// </remarks>
    public VersionEntry[] InOrder => _inOrder ??= [.. Packages.Values.SelectMany(package => package.Listed())];

    /// <summary>Counts a listing, at which deleted digests that are still shown may vanish.</summary>
    public void BeginListing()
    {
        Listings++;
        if (Packages.Values.Any(package => package.Ghosts.Count > 0)) Changed();
    }

    /// <summary>To be called when a version or a package comes or goes.</summary>
    public void Changed() => _inOrder = null;

    public IEnumerable<VersionEntry> Versions => Packages.Values.SelectMany(package => package.Versions.Values);
}
