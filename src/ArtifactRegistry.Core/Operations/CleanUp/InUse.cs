using System.Collections.Concurrent;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Digests that something runs, from any source. A digest counts under whatever name it was given.</summary>
public sealed class InUse
{
    private readonly Dictionary<string, string> _entryOfDigest = new(StringComparer.Ordinal);
    private readonly Dictionary<ImageName, string> _entryOfTag = [];
    private readonly ConcurrentDictionary<string, bool> _matched = new(StringComparer.Ordinal);

    private InUse()
    {
    }

    /// <summary>Nothing is known to run.</summary>
    public static InUse Nothing { get; } = new();

    /// <summary>The entries, as given.</summary>
    public IReadOnlyList<string> Entries { get; private init; } = [];

    /// <summary>
    /// Reads entries: digests, and names by digest in any spelling (<c>docker-pullable://…@sha256:…</c> for example).
    /// A name by tag is what the tag protects already; it counts as a match if the tag is found.
    /// </summary>
    public static InUse From(IEnumerable<string> entries)
    {
        var result = new InUse { Entries = [.. entries.Distinct(StringComparer.Ordinal)] };
        foreach (string entry in result.Entries)
        {
            int at = entry.LastIndexOf("sha256:", StringComparison.Ordinal);
            if (at >= 0 && Digest.IsValid(entry[at..])) result._entryOfDigest.TryAdd(entry[at..], entry);
            else if (ImageName.TryParse(entry, out ImageName? name) && name.Tag is not null) result._entryOfTag.TryAdd(name, entry);
        }

        return result;
    }

    /// <summary>The union: what either of them protects.</summary>
    public InUse With(InUse other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Entries.Count == 0 || ReferenceEquals(this, other) ? this
            : Entries.Count == 0 ? other
            : From([.. Entries, .. other.Entries]);
    }

    /// <summary>True if the digest is in use; notes that its entry matched.</summary>
    internal bool Contains(DockerImage image)
    {
        if (_entryOfTag.Count > 0)
            foreach (string tag in image.Tags)
                if (_entryOfTag.TryGetValue(image.Name.WithTag(tag), out string? byTag))
                    _matched[byTag] = true;
        if (!_entryOfDigest.TryGetValue(image.Digest, out string? entry)) return false;
        _matched[entry] = true;
        return true;
    }

    /// <summary>The entries that no digest looked at so far has matched.</summary>
    public IReadOnlyList<string> Unmatched => [.. Entries.Where(entry => !_matched.ContainsKey(entry))];
}
