using System.Collections.Concurrent;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Digests that something runs, from any source. A digest counts under whatever name it was given.</summary>
public sealed class InUse
{
    private static readonly char[] BetweenEntries = [' ', '\t', '\r', '\n', ',', ';', '"', '\'', '[', ']'];

    private readonly HashSet<string> _digests = new(StringComparer.Ordinal);
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
    /// A name by tag is what the tag protects already; it counts as a match if the tag is found. One text may hold
    /// several entries, as kubectl's jsonpath writes them, with blanks between them, or a JSON array.
    /// </summary>
    public static InUse From(IEnumerable<string> entries)
    {
        var result = new InUse { Entries = [.. entries.SelectMany(Split).Distinct(StringComparer.Ordinal)] };
        foreach (string entry in result.Entries)
        {
            string[] digests = [.. Digest.AllIn(entry)];
            result._digests.UnionWith(digests);
            if (digests.Length == 0 && ImageName.TryParse(entry, out ImageName? name) && name.Tag is not null)
                result._entryOfTag.TryAdd(name, entry);
        }

        return result;
    }

    private static string[] Split(string text) =>
        text.Split(BetweenEntries, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>
    /// True if at least one entry could protect something. Otherwise the list is no list of what runs: the message of a
    /// command that failed, for example.
    /// </summary>
    public bool NamesAny => _digests.Count + _entryOfTag.Count > 0;

    /// <summary>The union: what either of them protects.</summary>
    public InUse With(InUse other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Entries.Count == 0 || ReferenceEquals(this, other) ? this
            : Entries.Count == 0 ? other
            : From([.. Entries, .. other.Entries]);
    }

    /// <summary>True if the digest is in use; notes that its entries matched.</summary>
    internal bool Contains(DockerImage image)
    {
        if (_entryOfTag.Count > 0)
            foreach (string tag in image.Tags)
                if (_entryOfTag.TryGetValue(image.Name.WithTag(tag), out string? byTag))
                    _matched[byTag] = true;
        if (!_digests.Contains(image.Digest)) return false;
        _matched[image.Digest] = true;
        return true;
    }

    /// <summary>The entries that no digest looked at so far has matched.</summary>
    public IReadOnlyList<string> Unmatched =>
        [.. Entries.Where(entry => !_matched.ContainsKey(entry) && !Digest.AllIn(entry).Any(_matched.ContainsKey))];
}
