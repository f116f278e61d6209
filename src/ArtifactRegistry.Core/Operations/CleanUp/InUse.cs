using System.Text.RegularExpressions;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The digests that are in use, from any source. A digest matches whatever image name it was given with.
/// </summary>
internal sealed partial class InUse
{
    private static readonly char[] BetweenEntries = [' ', '\t', '\r', '\n', ',', ';', '"', '\'', '[', ']'];

    private readonly Dictionary<string, string> _entryOfDigest = new(StringComparer.Ordinal);
    private readonly Dictionary<ImageName, string> _entryOfTag = [];

    private InUse()
    {
    }

    /// <summary>The empty list: nothing is known to be in use.</summary>
    public static InUse Nothing { get; } = new();

    /// <summary>The entries, as they were given.</summary>
    public IReadOnlyList<string> Entries { get; private init; } = [];

    /// <summary>
    /// Parses entries: digests, and names by digest in any spelling (<c>docker-pullable://…@sha256:…</c>,
    /// <c>SHA256:…</c>, <c>sha256-…</c>, <c>sha256%3A…</c>). A name by tag protects nothing more than the tag already
    /// does; it counts as a match if the tag is found. One string may hold several entries, separated by blanks as
    /// kubectl's jsonpath writes them, or as a JSON array.
    /// </summary>
    public static InUse From(IEnumerable<string> entries)
    {
        var result = new InUse { Entries = [.. entries.SelectMany(Split).Distinct(StringComparer.Ordinal)] };
        foreach (string entry in result.Entries)
        {
            MatchCollection digests = AnyDigest().Matches(entry);
            foreach (Match match in digests)
                result._entryOfDigest.TryAdd(Digest.Prefix + match.Groups["hex"].Value.ToLowerInvariant(), entry);
            // Without a tag, container runtimes pull the tag latest.
            if (digests.Count == 0 && ImageName.TryParse(entry, out ImageName? name) && name is { IsRepository: false, Digest: null })
                result._entryOfTag.TryAdd(name.Tag is null ? name.WithTag("latest") : name, entry);
        }

        return result;
    }

    /// <summary>
    /// Gets whether at least one entry could protect something. If none could, the input is not a list of images in use
    /// but, for example, the error message of a command that failed.
    /// </summary>
    public bool NamesAny => _entryOfDigest.Count + _entryOfTag.Count > 0;

    /// <summary>Returns the union of two lists: what either protects is protected.</summary>
    public InUse MergedWith(InUse other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Entries.Count == 0 || ReferenceEquals(this, other) ? this
            : Entries.Count == 0 ? other
            : From([.. Entries, .. other.Entries]);
    }

    /// <summary>
    /// Returns whether a digest is in use: by its own digest, or by that of its configuration, which some runtimes
    /// report.
    /// </summary>
    internal bool Contains(ImageNode node) =>
        _entryOfDigest.Count > 0 && (_entryOfDigest.ContainsKey(node.Image.Digest)
            || (node.Content?.ConfigDigest is string config && _entryOfDigest.ContainsKey(config)));

    /// <summary>Gets the entries that name a digest, its configuration or one of its tags.</summary>
    internal IEnumerable<string> EntriesOf(ImageNode node)
    {
        if (_entryOfDigest.TryGetValue(node.Image.Digest, out string? byDigest)) yield return byDigest;
        if (node.Content?.ConfigDigest is string config && _entryOfDigest.TryGetValue(config, out string? byConfig)) yield return byConfig;
        if (_entryOfTag.Count == 0) yield break;
        foreach (string tag in node.Image.Tags)
            if (ImageNameGrammar.TagProblem(tag) is null && _entryOfTag.TryGetValue(node.Image.Name.WithTag(tag), out string? byTag))
                yield return byTag;
    }

    private static string[] Split(string text) =>
        text.Split(BetweenEntries, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // Also 64 hexadecimal digits without a prefix, as some tools list them.
    [GeneratedRegex(@"sha256(?::|-|%3A)(?<hex>[0-9a-f]{64})|^(?<hex>[0-9a-f]{64})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AnyDigest();
}
