using System.Text.RegularExpressions;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The digests that are in use, from any source. A digest matches whatever image name it was given with.
/// </summary>
internal sealed partial class InUse
{
    private static readonly char[] BetweenEntries = [' ', '\t', '\r', '\n', ',', ';', '"', '\'', '[', ']'];

    private readonly Dictionary<string, InUseEntry> _entryOfDigest = new(StringComparer.Ordinal);
    private readonly Dictionary<ImageName, InUseEntry> _entryOfTag = [];
    private readonly Dictionary<ImageName, InUseEntry> _entryOfImage = [];

    private InUse()
    {
    }

    /// <summary>The empty list: nothing is known to be in use.</summary>
    public static InUse Nothing { get; } = new();

    /// <summary>The entries, each text once.</summary>
    public IReadOnlyList<InUseEntry> Entries { get; private init; } = [];

    /// <summary>
    /// Parses entries: digests, and names by digest in any spelling (<c>docker-pullable://…@sha256:…</c>,
    /// <c>SHA256:…</c>, <c>sha256-…</c>, <c>sha256%3A…</c>). A name by tag protects the digest that has the tag. One
    /// string may hold several entries, separated by blanks as kubectl's jsonpath writes them, or as a JSON array.
    /// </summary>
    public static InUse From(IEnumerable<InUseEntry> entries)
    {
        InUse result = new()
        {
            Entries = [.. entries.SelectMany(Split).DistinctBy(entry => (entry.Text, entry.IsAnyDigest))],
        };
        foreach (InUseEntry entry in result.Entries)
        {
            if (entry.IsAnyDigest && ImageName.TryParse(entry.Text, out ImageName? image) && !image.IsRepository)
            {
                result._entryOfImage.TryAdd(image.ToImage(), entry);
                continue;
            }

            MatchCollection digests = AnyDigest().Matches(entry.Text);
            foreach (Match match in digests)
                result._entryOfDigest.TryAdd(Digest.Prefix + match.Groups["hex"].Value.ToLowerInvariant(), entry);
            // Without a tag, container runtimes pull the tag latest.
            if (
                digests.Count == 0
                && ImageName.TryParse(entry.Text, out ImageName? name)
                && name is { IsRepository: false, Digest: null }
            )
                result._entryOfTag.TryAdd(name.Tag is null ? name.WithTag("latest") : name, entry);
        }

        return result;
    }

    /// <summary>
    /// Gets whether at least one entry could protect something. If none could, the input is not a list of images in use
    /// but, for example, the error message of a command that failed.
    /// </summary>
    public bool HasEntries => _entryOfDigest.Count + _entryOfTag.Count + _entryOfImage.Count > 0;

    /// <summary>Returns the union of two lists: what either protects is protected.</summary>
    /// <remarks>If both have an entry, the reason of the other list counts, which is the newer one.</remarks>
    public InUse MergedWith(InUse other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Entries.Count == 0 || ReferenceEquals(this, other) ? this
            : Entries.Count == 0 ? other
            : From([.. other.Entries, .. Entries]);
    }

    /// <summary>
    /// Gets the entry by which a digest is in use: by its own digest, by that of its configuration, which some runtimes
    /// report, by one of its tags, or because any digest of its image may be. Null if it is not in use.
    /// </summary>
    internal InUseEntry? EntryOf(ImageNode node) => EntriesOf(node).FirstOrDefault();

    /// <summary>Gets the entries that name a digest, its configuration or one of its tags.</summary>
    internal IEnumerable<InUseEntry> EntriesOf(ImageNode node)
    {
        if (_entryOfDigest.TryGetValue(node.Image.Digest, out InUseEntry? byDigest))
            yield return byDigest;
        if (node.Content?.ConfigDigest is string config && _entryOfDigest.TryGetValue(config, out InUseEntry? byConfig))
            yield return byConfig;
        if (_entryOfTag.Count > 0)
            foreach (string tag in node.Image.Tags)
                if (
                    ImageNameGrammar.TagProblem(tag) is null
                    && _entryOfTag.TryGetValue(node.Image.Name.WithTag(tag), out InUseEntry? byTag)
                )
                    yield return byTag;
        if (_entryOfImage.Count > 0 && _entryOfImage.TryGetValue(node.Image.Name.ToImage(), out InUseEntry? byImage))
            yield return byImage;
    }

    private static IEnumerable<InUseEntry> Split(InUseEntry entry) =>
        entry.Text.Split(BetweenEntries, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => entry with { Text = text });

    // Also 64 hexadecimal digits without a prefix, as some tools list them.
    [GeneratedRegex(
        @"sha256(?::|-|%3A)(?<hex>[0-9a-f]{64})|^(?<hex>[0-9a-f]{64})$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex AnyDigest();
}

/// <summary>An entry of the images in use.</summary>
/// <param name="Text">The digest or name, as it was given.</param>
/// <param name="Workload">
/// What uses it, as users read it, for example "runs in cluster games/arena, deployment shop/web"; null if that is not
/// known.
/// </param>
/// <param name="IsAnyDigest">Whether it stands for every digest of the image, since any of them may be in use.</param>
internal sealed record InUseEntry(string Text, string? Workload = null, bool IsAnyDigest = false)
{
    /// <summary>Gets the name as it is written where it runs; the text if that is not known.</summary>
    public string Written
    {
        get => field ?? Text;
        private init;
    }

    /// <summary>Creates an entry from what was read where it runs.</summary>
    public static InUseEntry From(ImageInUse row) =>
        (row is { MayBeAnyDigest: true, ParsedName: ImageName name }
            ? new InUseEntry(
                name.ToImage().ToString(), $"may be what {row.Reason}, which shows no digest", IsAnyDigest: true)
            : new InUseEntry(row.Digest ?? row.ToString(), row.Reason)) with
        { Written = row.Image };
}
