using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;

namespace ArtifactRegistry.Tests.CleanUp.Truth;

/// <summary>
/// One image with random indexes, signatures, fallback tags, tags and workloads, and what a clean-up has to leave of
/// it: worked out by brute force, one rule after the other until nothing changes, without a line in common with the
/// product.
/// </summary>
internal sealed class RandomImage
{
    public const string Package = "app";

    private const string Bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string DockerImage = "application/vnd.docker.distribution.manifest.v2+json";
    private const string Schema1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    private static readonly string[] ArtifactTypes = [Bundle, "application/spdx+json", "application/vnd.in-toto+json"];

    private readonly RegistryState _state;
    private readonly Random _random;
    private readonly List<Node> _nodes = [];
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    public RandomImage(RegistryState state, RepositoryName repository, int seed)
    {
        (_state, Repository, _random) = (state, repository, new Random(seed));
        int count = 2 + _random.Next(14);
        while (_nodes.Count < count) AddSome();
        ChooseRules();
    }

    public RepositoryName Repository { get; }

    /// <summary>The parameters of the command, as text.</summary>
    public string Parameters { get; private set; } = "";

    /// <summary>The entries of -InUse.</summary>
    public IReadOnlyList<string> InUse { get; private set; } = [];

    /// <summary>Whether what has referrer tags only goes with what they name: -IncludeReferrerTag.</summary>
    public bool IncludeReferrerTag { get; private set; }

    /// <summary>How many images -KeepNewest names; 0 if it is not given.</summary>
    public int KeepNewest { get; private set; }

    public IReadOnlyList<string> Digests => [.. _nodes.Select(node => node.Digest)];

    /// <summary>What digests begin with that a KEEP policy of the repository names; null if there is none.</summary>
    public string? KeptPrefix { get; init; }

    /// <summary>What must be left, given what is tagged, young and in use now.</summary>
    public HashSet<string> Live() => Live(withTagSubjects: false);

    private HashSet<string> Live(bool withTagSubjects)
    {
        HashSet<string> used = [.. _nodes.Where(node => node.IsUsed).Select(node => node.Digest)];
        while (_nodes.Any(node => node.Children.Any(used.Contains) && used.Add(node.Digest)))
        {
        }

        HashSet<string> live =
        [
            .. used,
            .. _nodes
                .Where(node => node.IsYoung || IsKeptByPolicy(node) || HasTagThatKeeps(node))
                .Select(node => node.Digest),
        ];
        Close(live, withTagSubjects);
        foreach (Node node in _nodes.Where(node => node.IsRunnable && !live.Contains(node.Digest)
            && !_nodes.Exists(other => other.Children.Contains(node.Digest)))
            .Where(node => !IsTagged(node.Digest)).OrderBy(node => node.Age).Take(KeepNewest).ToArray())
            live.Add(node.Digest);
        Close(live, withTagSubjects);
        return live;
    }

    /// <summary>What a clean-up leaves, which is more than what is needed.</summary>
    public HashSet<string> Left()
    {
        HashSet<string> live = Live(withTagSubjects: true);
        // The service may delete the children of an index with it, unless a tag or something else holds them.
        while (
            _nodes.FirstOrDefault(index =>
                !live.Contains(index.Digest)
                && index.Children.Any(child =>
                    live.Contains(child)
                    && !IsTagged(child)
                    && !_nodes.Exists(holder => live.Contains(holder.Digest) && holder.Edges.Contains(child))
                )
            )
                is Node index
        )
        {
            live.Add(index.Digest);
            Close(live, withTagSubjects: true);
        }

        return live;
    }

    /// <summary>A digest and all that it keeps.</summary>
    public HashSet<string> KeptBy(params string[] digests)
    {
        HashSet<string> kept = [.. digests];
        Close(kept);
        return kept;
    }

    /// <summary>
    /// The digests that have to do with one: what holds it, what it holds, what is about it, and so on.
    /// </summary>
    public HashSet<string> Family(string digest)
    {
        HashSet<string> family = [digest];
        int before;
        do
        {
            before = family.Count;
            foreach (Node node in _nodes)
                if (node.Edges.Append(node.Digest).Any(family.Contains))
                    family.UnionWith(node.Edges.Append(node.Digest));
        }
        while (family.Count > before);
        return family;
    }

    /// <summary>Tells the model of a digest that somebody else has pushed.</summary>
    public void Pushed(string digest, IReadOnlyList<string> children, string? subject) =>
        _nodes.Add(new Node(digest, children, subject, 0) { IsYoung = true });

    public override string ToString() =>
        string.Join(
            '\n',
            _nodes
                .Select(node =>
                    $"  {Short(node.Digest)}{(IsTagged(node.Digest) ? " tagged" : "")}{(node.IsYoung ? " young" : "")}{(node.IsUsed ? " used" : "")}"
                    + $" age {node.Age}{(node.IsRunnable ? "" : " artifact")}"
                    + (node.Children.Count == 0 ? "" : $" over {string.Join(' ', node.Children.Select(Short))}")
                    + (node.Subject is null ? "" : $" about {Short(node.Subject)}")
                )
                .Append($"  with {Parameters} {string.Join(' ', InUse)}, kept by policy: {KeptPrefix}")
        );

    public static string Short(string digest) => digest[7..13];

    private void AddSome()
    {
        switch (_random.Next(10))
        {
            case < 3:
                Add(new ImageOptions { MediaType = Pick(null, DockerImage, null, Schema1) });
                break;
            case < 6:
                AddIndex();
                break;
            case < 9 when _nodes.Count > 0:
                AddSigned(_nodes[_random.Next(_nodes.Count)].Digest);
                break;
            default:
                AddOldSignature();
                break;
        }
    }

    private void AddIndex()
    {
        List<ChildManifest> children = [];
        for (int entries = 1 + _random.Next(3); entries > 0; entries--)
        {
            string child = _nodes.Count > 0 && _random.Next(4) == 0
                ? _nodes[_random.Next(_nodes.Count)].Digest
                : Add(new ImageOptions { Size = 1000 }, mayBeTagged: false);
            children.Add(_random.Next(5) switch
            {
                0 => new ChildManifest(child, "unknown", "unknown"),
                1 => new ChildManifest(child, "", ""),
                _ => new ChildManifest(child, "linux", $"a{entries}"),
            });
        }

        if (_random.Next(8) == 0) children.Add(new ChildManifest($"sha256:{_random.NextInt64():x64}"));
        Add(new ImageOptions { Children = children });
    }

    /// <summary>Referrers of a digest, some of them with a fallback tag whose earlier indexes stay behind.</summary>
    private void AddSigned(string subject)
    {
        bool fallback = _random.Next(3) == 0;
        for (int referrers = 1 + _random.Next(2); referrers > 0; referrers--)
        {
            Add(
                new ImageOptions
                {
                    SubjectDigest = subject,
                    ArtifactType = Pick(ArtifactTypes),
                    Size = 2000,
                },
                mayBeTagged: false
            );
            if (!fallback)
                continue;
            string index = _state.AddFallbackTag(Repository, Package, subject, _now.AddDays(-20));
            if (_nodes.Exists(node => node.Digest == index)) continue;
            string[] listed = [.. _nodes.Where(node => node.Subject == subject).Select(node => node.Digest)];
            _nodes.Add(new Node(index, listed, null, 20 * 24 * 60) { IsRunnable = false });
        }
    }

    /// <summary>An image under cosign's tag, which nothing holds and which holds nothing.</summary>
    private void AddOldSignature()
    {
        string subject = _nodes.Count > 0 ? _nodes[^1].Digest : $"sha256:{_random.NextInt64():x64}";
        Add(
            new ImageOptions { Size = 900, Tags = [TagOf(subject) + Pick(".sig", ".att", ".sbom")] },
            mayBeTagged: false
        );
    }

    private string Add(ImageOptions options, bool mayBeTagged = true)
    {
        bool young = _random.Next(15) == 0;
        int age = young ? 5 : 10_000 + (_random.Next(1000) * 60) + _nodes.Count;
        IReadOnlyList<string> tags = !mayBeTagged
            ? options.Tags
            : _random.Next(6) switch
            {
                0 => [$"v{_nodes.Count}"],
                1 => ["latest", $"w{_nodes.Count}"],
                _ => [],
            };
        string digest = _state.AddImage(
            Repository,
            Package,
            options with
            {
                Tags = tags,
                UploadTime = _now.AddMinutes(-age),
            }
        );
        _nodes.Add(
            new Node(digest, [.. options.Children.Select(child => child.Digest)], options.SubjectDigest, age)
            {
                IsYoung = young,
                IsRunnable = options.ArtifactType is null,
                IsDoubtful =
                    options.MediaType == Schema1
                    || (options.Children.Count > 0 && !options.Children.Any(child => child.Os == "linux")),
            }
        );
        return digest;
    }

    private void ChooseRules()
    {
        List<string> uses = [];
        if (_random.Next(3) == 0)
        {
            foreach (Node node in _nodes.Where(_ => _random.Next(6) == 0).ToArray())
            {
                node.IsUsed = true;
                string image = $"{Repository.Uri}/{Package}";
                uses.Add(_random.Next(5) switch
                {
                    0 => $"docker-pullable://{image}@{node.Digest}",
                    1 => $"{image}@{node.Digest}",
                    2 when ConfigOf(node.Digest) is string config => config,
                    _ => node.Digest,
                });
            }
        }

        InUse = uses;
        KeepNewest = _random.Next(3) == 0 && !_nodes.Exists(node => node.IsDoubtful) ? 1 + _random.Next(2) : 0;
        IncludeReferrerTag = _random.Next(3) == 0;
        Parameters = (uses.Count > 0 ? "-InUse $inUse " : "") + (KeepNewest > 0 ? $"-KeepNewest {KeepNewest} " : "")
            + (IncludeReferrerTag ? "-IncludeReferrerTag" : "");
    }

    private string? ConfigOf(string digest) =>
        (string?)JsonNode.Parse(_state.Manifest(Repository, Package, digest))!["config"]?["digest"];

    private bool IsTagged(string digest) =>
        _state.HasDigest(Repository, Package, digest) && _state.TagsOf(Repository, Package, digest).Count > 0;

    private bool HasTagThatKeeps(Node node) =>
        IsTagged(node.Digest) && (!IncludeReferrerTag || TaggedSubjects(node).Count == 0);

    /// <summary>The digests of the image that all tags of a node name; none if it has another tag.</summary>
    private List<string> TaggedSubjects(Node node)
    {
        if (!_state.HasDigest(Repository, Package, node.Digest))
            return [];
        List<Node?> subjects =
        [
            .. _state
                .TagsOf(Repository, Package, node.Digest)
                .Select(tag =>
                    _nodes.FirstOrDefault(other => tag.StartsWith(TagOf(other.Digest), StringComparison.Ordinal))
                ),
        ];
        return subjects.Contains(null) ? [] : [.. subjects.Select(subject => subject!.Digest)];
    }

    private bool IsKeptByPolicy(Node node) =>
        KeptPrefix is not null && node.Digest.StartsWith(KeptPrefix, StringComparison.Ordinal);

    /// <summary>Adds what the kept digests keep.</summary>
    /// <param name="kept">The digests.</param>
    /// <param name="withTagSubjects">
    /// Whether a signature by its tag keeps what it is about, as the product has it, though nobody needs that.
    /// </param>
    private void Close(HashSet<string> kept, bool withTagSubjects = false)
    {
        bool Keep(string digest) => _nodes.Exists(node => node.Digest == digest) && kept.Add(digest);

        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (Node node in _nodes)
            {
                if (kept.Contains(node.Digest)) foreach (string held in node.Edges) changed |= Keep(held);
                if (node.Subject is not null && kept.Contains(node.Subject)) changed |= kept.Add(node.Digest);
                foreach (string subject in IncludeReferrerTag ? TaggedSubjects(node) : [])
                    changed |=
                        (kept.Contains(subject) && kept.Add(node.Digest))
                        || (withTagSubjects && kept.Contains(node.Digest) && Keep(subject));
            }
        }
    }

    private static string TagOf(string digest) => digest.Replace(':', '-');

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private sealed record Node(string Digest, IReadOnlyList<string> Children, string? Subject, int Age)
    {
        public bool IsYoung { get; init; }

        public bool IsUsed { get; set; }

        /// <summary>Whether it is an image that can be run, as far as -KeepNewest counts.</summary>
        public bool IsRunnable { get; init; } = true;

        /// <summary>Whether it is a matter of opinion if it can be run: -KeepNewest is not tried then.</summary>
        public bool IsDoubtful { get; init; }

        public IEnumerable<string> Edges => Subject is null ? Children : Children.Append(Subject);
    }
}
