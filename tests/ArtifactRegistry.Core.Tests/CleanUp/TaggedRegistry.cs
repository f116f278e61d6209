using System.Globalization;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;

namespace ArtifactRegistry.Core.Tests.CleanUp;

/// <summary>A digest as the model of stale images knows it.</summary>
internal sealed record TaggedNode(
    string Digest, IReadOnlyList<string> Tags, int AgeInMinutes, IReadOnlyList<string> Children, string? Subject);

/// <summary>The rules as the model knows them: texts, as users write them.</summary>
internal sealed record StaleChoice
{
    public int OlderThanDays { get; init; }

    public int KeepNewest { get; init; }

    public string? KeepNewestPer { get; init; }

    public bool SortByVersion { get; init; }

    public IReadOnlyList<string> Tag { get; init; } = [];

    public IReadOnlyList<string> ExcludeTag { get; init; } = [];
}

/// <summary>
/// One image with random tagged digests, and what a clean-up of stale images has to leave of it: worked out by brute
/// force, one rule after the other until nothing changes, and without a line in common with the implementation.
/// </summary>
internal sealed partial class TaggedRegistry
{
    private static readonly string[] Pool =
    [
        "latest", "main", "v1.0.1", "v1.0.2", "v1.1.0", "v2.0.0", "2.1", "v3", "pr-1", "pr-2", "pr-3", "pr-11",
        "pr-12", "pr-13", "pr-14", "prod-1", "PROD-3", "nightly-1", "nightly-2", "nightly-3", "nightly-4", "nightly-5",
        "nightly-6", "nightly-7", "v1.2.3-rc.1", "v0.9.0_build.7", "v2.3-rc.1", "v4_build.7", "v5", "2.4", "3.1",
    ];

    private readonly List<TaggedNode> _nodes = [];

    public TaggedRegistry(RegistryState state, RepositoryName repository, string package, int number)
    {
        // A generator for secrets, which CA5394 wants, takes no seed.
#pragma warning disable CA5394 // Seeded, so that a registry that failed can be made again; nothing secret hangs on it.
        Random random = new(number);
        int count = 2 + random.Next(6 + (number % 14));
        for (int i = 0; i < count; i++)
        {
            int shape = _nodes.Count == 0 ? 0 : random.Next(10);
            bool isIndex = shape is 5 or 6, isReferrer = shape > 7;
            List<ChildManifest> children = [];
            for (int entries = isIndex ? 1 + random.Next(3) : 0; entries > 0; entries--)
                children.Add(
                    new ChildManifest(_nodes[random.Next(_nodes.Count)].Digest, "linux", $"a{entries}"));
            string? subject = !isReferrer ? null
                : random.Next(8) == 0 ? Missing(i) : _nodes[random.Next(_nodes.Count)].Digest;
            string[] tags = isReferrer
                ? random.Next(5) switch
                {
                    0 => [$"sha256-{_nodes[^1].Digest[7..]}.sig"],
                    1 => ["signed"],
                    2 => [$"sha256-{Missing(i)[7..]}.sig"],
                    _ => [],
                }
                : [
                    .. Enumerable.Range(0, random.Next(8) switch { 0 => 0, 7 => 2, _ => 1 })
                        .Select(_ => Pool[random.Next(Pool.Length)]).Distinct(),
                ];
            int age = random.Next(10) == 0 ? i : ((2 + (random.Next(120) * 24)) * 60) + i; // no two alike
            string digest = state.AddImage(repository, package, new ImageOptions
            {
                UploadTime = DateTimeOffset.UtcNow.AddMinutes(-age),
                UpdateTime = random.Next(4) == 0 ? DateTimeOffset.UtcNow : null,
                Tags = tags,
                Children = children,
                SubjectDigest = subject,
                ArtifactType = isReferrer ? "application/vnd.cncf.notary.signature" : null,
            });
            _nodes.Add(new TaggedNode(digest, [], age, [.. children.Select(child => child.Digest)], subject));
        }

        // A tag may have moved on to a later digest.
        for (int i = 0; i < _nodes.Count; i++)
            _nodes[i] = _nodes[i] with { Tags = [.. state.TagsOf(repository, package, _nodes[i].Digest)] };

        InUse = random.Next(3) == 0 ? [.. _nodes.Where(_ => random.Next(8) == 0).Select(node => node.Digest)] : [];
        Choice = new StaleChoice
        {
            OlderThanDays = random.Next(3) switch { 0 => 0, 1 => 20, _ => 60 },
            KeepNewest = random.Next(2) * random.Next(4),
            KeepNewestPer = random.Next(3) == 0 ? @"^v(\d+)\." : null,
            SortByVersion = random.Next(4) == 0,
            Tag = random.Next(6) switch
            {
                0 => ["*"],
                1 => ["v*", "pr-*"],
                2 => ["pr-1", "nightly-*", "latest"],
                3 => ["/^(pr|nightly)-[0-9]+$/", "signed", "v?.*"],
                _ => [],
            },
            ExcludeTag = random.Next(3) switch { 0 => ["prod-*"], 1 => ["/^V1\\.[01]/", "main"], _ => [] },
        };
#pragma warning restore CA5394
    }

    public IReadOnlyList<string> InUse { get; }

    public StaleChoice Choice { get; }

    /// <summary>The tags that must be left, with their digests, in order.</summary>
    public IReadOnlyList<string> ExpectedTags()
    {
        HashSet<string> kept = Kept();
        return
        [
            .. _nodes.Where(node => kept.Contains(node.Digest))
                .SelectMany(node => node.Tags.Select(tag => $"{tag} {node.Digest}")).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The digests that must be left, in order.</summary>
    public IReadOnlyList<string> Expected() => [.. Kept().Order(StringComparer.Ordinal)];

    private HashSet<string> Kept()
    {
        HashSet<string> kept = [.. InUse];
        while (_nodes.Any(node => node.Children.Any(kept.Contains) && kept.Add(node.Digest)))
        {
        }

        HashSet<string> parts = [.. _nodes.Where(HasOwnTag).Select(node => node.Digest)];
        while (_nodes.Any(node => !HasOwnTag(node) && IsPartOf(node, parts) && parts.Add(node.Digest)))
        {
        }

        kept.UnionWith(_nodes.Where(node =>
            (HasOwnTag(node) && (KeptByTag(node) || (!IsPart(node) && !IsImage(node) && !node.Tags.All(IsNamed))))
            || !parts.Contains(node.Digest)
            || node.AgeInMinutes < MinimumAge(node))
            .Select(node => node.Digest));
        Close(kept);

        TaggedNode[] images = [.. _nodes.Where(node => HasOwnTag(node) && IsImage(node))];
        string[] newest =
        [
            .. Newest(images, 1).Where(node =>
                !node.Tags.Any(Choice.Tag.Contains) || (Choice.SortByVersion && VersionOf(node) is null))
                .Select(node => node.Digest),
        ];
        IEnumerable<string> counted = Choice.KeepNewest == 0 && Choice.KeepNewestPer is null ? []
            : images.Where(node => !kept.Contains(node.Digest))
                .SelectMany(node => LinesOf(node).Select(line => (line, node))).GroupBy(each => each.line)
                .SelectMany(line => Newest([.. line.Select(each => each.node)], Count))
                .Select(node => node.Digest).ToArray();
        kept.UnionWith(newest.Concat(counted));
        Close(kept);
        // The service may delete the children of an index with it, unless a tag or something else holds them.
        while (_nodes.Find(node => IsHeldByNothing(node.Digest, kept)
            && _nodes.Exists(index => index.Children.Contains(node.Digest))) is { } child)
        {
            kept.UnionWith(_nodes.Where(index => index.Children.Contains(child.Digest)).Select(index => index.Digest));
            Close(kept);
        }

        return kept;
    }

    private int MinimumAge(TaggedNode node) => HasOwnTag(node) ? Choice.OlderThanDays * 24 * 60
        : Choice.OlderThanDays == 0 ? 0
        : 60;

    /// <summary>The number of images that KeepNewest keeps; of release lines one, if it is not given.</summary>
    public int Count => Choice.KeepNewest == 0 && Choice.KeepNewestPer is not null ? 1 : Choice.KeepNewest;

    public override string ToString() => string.Join('\n', _nodes.Select(node =>
        $"{node.Digest[7..13]} {string.Join(',', node.Tags)} {node.AgeInMinutes} min"
        + (InUse.Contains(node.Digest) ? " used" : "")
        + (node.Children.Count == 0 ? "" : $" over {string.Join(' ', node.Children.Select(child => child[7..13]))}")
        + (node.Subject is null ? "" : $" about {node.Subject[7..13]}"))
        .Append($"{Choice} -Tag {string.Join(' ', Choice.Tag)} -ExcludeTag {string.Join(' ', Choice.ExcludeTag)}"));

    private void Close(HashSet<string> kept)
    {
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (TaggedNode node in _nodes)
            {
                if (kept.Contains(node.Digest))
                    foreach (string? held in (string?[])[.. node.Children, node.Subject, TagSubject(node)])
                        if (held is not null && Exists(held))
                            changed |= kept.Add(held);
                if ((node.Subject is string subject && kept.Contains(subject))
                    || (TagSubject(node) is string named && kept.Contains(named)))
                    changed |= kept.Add(node.Digest);
            }
        }
    }

    private bool KeptByTag(TaggedNode node) => node.Tags.Any(tag =>
        Choice.ExcludeTag.Any(pattern => Matches(pattern, tag, RegexOptions.IgnoreCase))
        || (Choice.Tag.Count > 0 && !Choice.Tag.Any(pattern => Matches(pattern, tag)))
        || ((tag == "latest" || Release().IsMatch(tag)) && !IsNamed(tag)));

    private bool IsNamed(string tag) => Choice.Tag.Any(pattern =>
        pattern == tag || (Matches(pattern, tag) && !Matches(pattern, "latest")));

    private static bool Matches(string pattern, string tag, RegexOptions options = RegexOptions.None) =>
        pattern[0] == '/'
            ? Regex.IsMatch(tag, pattern[1..^1], options)
            : Regex.IsMatch(
                tag, $"^{Regex.Escape(pattern).Replace("\\*", ".*").Replace("\\?", ".")}$", options);

    // Own tags are those that do not all name a digest of the image.
    private bool HasOwnTag(TaggedNode node) => node.Tags.Count > 0 && TagSubject(node) is null;

    private string? TagSubject(TaggedNode node)
    {
        string?[] named =
        [
            .. node.Tags.Select(tag => _nodes.Find(other =>
                other != node && tag == $"sha256-{other.Digest[7..]}.sig")?.Digest),
        ];
        return named.Length == 0 || named.Contains(null) ? null : named[0];
    }

    private bool IsPart(TaggedNode node) =>
        _nodes.Exists(other => other.Children.Contains(node.Digest))
        || (node.Subject is string subject && Exists(subject));

    private bool IsPartOf(TaggedNode node, HashSet<string> parts) =>
        _nodes.Exists(other => parts.Contains(other.Digest) && other.Children.Contains(node.Digest))
        || (node.Subject is string subject && parts.Contains(subject))
        || (TagSubject(node) is string named && parts.Contains(named));

    private bool IsImage(TaggedNode node) =>
        node.Subject is null && !_nodes.Exists(other => other.Children.Contains(node.Digest));

    private string[] LinesOf(TaggedNode node)
    {
        if (Choice.KeepNewestPer is not string line) return [""];
        string[] lines =
        [
            .. node.Tags.Select(tag => Regex.Match(tag, line)).Where(match => match.Success)
                .Select(match => match.Groups[1].Value).Distinct(),
        ];
        return lines.Length == 0 ? [""] : lines;
    }

    private IEnumerable<TaggedNode> Newest(IReadOnlyCollection<TaggedNode> nodes, int count) => !Choice.SortByVersion
        ? nodes.OrderBy(node => node.AgeInMinutes).ThenBy(node => node.Digest, StringComparer.Ordinal).Take(count)
        : nodes.Where(node => VersionOf(node) is null).Concat(
            nodes.Where(node => VersionOf(node) is not null).OrderByDescending(VersionOf)
                .ThenBy(node => node.AgeInMinutes).ThenBy(node => node.Digest, StringComparer.Ordinal).Take(count));

    // As one number: every part of a version of the pool has one digit, and a candidate comes before its release.
    private static double? VersionOf(TaggedNode node) => node.Tags
        .Select(tag => Version().Match(tag)).Where(match => match.Success)
        .Select(match => (double?)(
            (Part(match, 1) * 100) + (Part(match, 2) * 10) + Part(match, 3) - (match.Groups["pre"].Success ? 0.5 : 0)))
        .Max();

    private static int Part(Match match, int number) => match.Groups[$"n{number}"] is { Success: true } group
        ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    private bool IsHeldByNothing(string child, HashSet<string> kept) => kept.Contains(child)
        && _nodes.Exists(node => node.Digest == child && node.Tags.Count == 0)
        && !_nodes.Exists(node =>
            kept.Contains(node.Digest) && (node.Subject == child || node.Children.Contains(child)));

    private bool Exists(string digest) => _nodes.Exists(node => node.Digest == digest);

    private static string Missing(int i) => $"sha256:{1_000_000 + i:x64}";

    [GeneratedRegex(@"^v?\d+\.\d+\.\d+$")]
    private static partial Regex Release();

    [GeneratedRegex(
        @"^v?(?<n1>\d)(\.(?<n2>\d)(\.(?<n3>\d))?)?(?<pre>-rc\.1)?(_build\.7)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Version();
}
