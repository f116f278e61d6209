using ArtifactRegistry.Emulator;

namespace ArtifactRegistry.Core.Tests.CleanUp;

/// <summary>A digest as the model knows it.</summary>
internal sealed record ModelNode(
    string Digest, bool Tagged, bool Young, int Age, IReadOnlyList<string> Children, string? Subject);

/// <summary>
/// One image with random digests, and what a clean-up has to leave of it: worked out here by brute force, one rule
/// after the other until nothing changes, and without a line in common with the implementation.
/// </summary>
internal sealed class RandomRegistry
{
    private const string DockerImage = "application/vnd.docker.distribution.manifest.v2+json";
    private const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    private static readonly string[] Types =
        ["application/vnd.cncf.notary.signature", "application/spdx+json", "text/x"];

    private readonly List<ModelNode> _nodes = [];

    /// <summary>Later numbers make larger registries, so the first that fails is easy to understand.</summary>
    public RandomRegistry(RegistryState state, RepositoryName repository, string package, int number)
    {
        // A generator for secrets, which CA5394 wants, takes no seed.
#pragma warning disable CA5394 // Seeded, so that a registry that failed can be made again; nothing secret hangs on it.
        Random random = new(number);
        int count = 2 + random.Next(4 + (number / 2));
        for (int i = 0; i < count; i++)
        {
            int shape = _nodes.Count == 0 ? 0 : random.Next(10);
            bool isIndex = shape is 5 or 6 or 7, isReferrer = shape > 7;
            List<ChildManifest> children = [];
            for (int entries = isIndex ? 1 + random.Next(4) : 0; entries > 0; entries--)
            {
                string child = random.Next(12) == 0 ? Missing(number, i) : _nodes[random.Next(_nodes.Count)].Digest;
                children.Add(random.Next(4) == 0
                    ? new ChildManifest(child, "unknown", "unknown")
                    : new ChildManifest(child, "linux", $"a{entries}"));
            }

            string? subject = !isReferrer ? null
                : random.Next(10) == 0 ? Missing(number, i) : _nodes[random.Next(_nodes.Count)].Digest;
            string[] tags = random.Next(5) switch
            {
                0 => [$"v{i}"],
                1 when i % 3 == 0 => [$"sha256-{(i > 0 ? _nodes[^1].Digest[7..] : new string('0', 64))}.sig"],
                2 when i % 4 == 0 => ["latest", $"w{i}"],
                _ => [],
            };
            bool young = random.Next(12) == 0;
            int age = young ? 1 : 1000 + i;
            string digest = state.AddImage(repository, package, new ImageOptions
            {
                UploadTime = DateTimeOffset.UtcNow.AddMinutes(-age),
                Tags = tags,
                Children = children,
                SubjectDigest = subject,
                ArtifactType = isReferrer ? Types[random.Next(Types.Length)] : null,
                MediaType = isIndex && random.Next(3) == 0 ? DockerList
                    : !isIndex && !isReferrer && random.Next(3) == 0 ? DockerImage : null,
            });
            _nodes.Add(new ModelNode(digest, false, young, age, [.. children.Select(child => child.Digest)], subject));
        }

        // A tag may have moved on to a later digest.
        for (int i = 0; i < _nodes.Count; i++)
            _nodes[i] = _nodes[i] with { Tagged = state.TagsOf(repository, package, _nodes[i].Digest).Count > 0 };

        InUse = random.Next(3) == 0 ? [.. _nodes.Where(_ => random.Next(8) == 0).Select(node => node.Digest)] : [];
        KeepNewest = random.Next(3) == 0 ? random.Next(3) : 0;
#pragma warning restore CA5394
    }

    public IReadOnlyList<string> InUse { get; }

    public int KeepNewest { get; }

    /// <summary>What must be left, in order.</summary>
    public IReadOnlyList<string> Expected()
    {
        HashSet<string> used = [.. InUse];
        while (_nodes.Any(node => node.Children.Any(used.Contains) && used.Add(node.Digest)))
        {
        }

        HashSet<string> kept =
        [
            .. _nodes.Where(node => node.Tagged || node.Young).Select(node => node.Digest), .. used,
        ];
        Close(kept);
        kept.UnionWith(_nodes
            .Where(node => !kept.Contains(node.Digest) && node.Subject is null
                && !_nodes.Exists(other => other.Children.Contains(node.Digest)))
            .OrderBy(node => node.Age).Take(KeepNewest).Select(node => node.Digest).ToList());
        Close(kept);
        // The service may delete the children of an index with it, unless a tag or something else holds them.
        while (
            _nodes.Find(index =>
                !kept.Contains(index.Digest) && index.Children.Any(child => IsHeldByNothing(child, kept))
            )
                is ModelNode index
        )
        {
            kept.Add(index.Digest);
            Close(kept);
        }

        return [.. kept.Order(StringComparer.Ordinal)];
    }

    public override string ToString() => string.Join('\n', _nodes.Select(node =>
        $"{node.Digest[7..13]}{(node.Tagged ? " tagged" : "")}{(node.Young ? " young" : "")}"
        + (InUse.Contains(node.Digest) ? " used" : "")
        + (node.Children.Count == 0 ? "" : $" over {string.Join(' ', node.Children.Select(child => child[7..13]))}")
        + (node.Subject is null ? "" : $" about {node.Subject[7..13]}")).Append($"keep newest {KeepNewest}"));

    private void Close(HashSet<string> kept)
    {
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (ModelNode node in _nodes)
            {
                foreach (string child in node.Children)
                    if (kept.Contains(node.Digest) && Exists(child)) changed |= kept.Add(child);
                if (node.Subject is null || !Exists(node.Subject)) continue;
                if (kept.Contains(node.Digest)) changed |= kept.Add(node.Subject);
                if (kept.Contains(node.Subject)) changed |= kept.Add(node.Digest);
            }
        }
    }

    private bool IsHeldByNothing(string child, HashSet<string> kept) => kept.Contains(child)
        && !_nodes.Exists(node => node.Digest == child && node.Tagged)
        && !_nodes.Exists(node =>
            kept.Contains(node.Digest) && (node.Subject == child || node.Children.Contains(child))
        );

    private bool Exists(string digest) => _nodes.Exists(node => node.Digest == digest);

    private static string Missing(int number, int i) => $"sha256:{(number * 1000) + i:x64}";
}
