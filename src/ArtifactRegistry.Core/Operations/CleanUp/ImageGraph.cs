using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>All digests of one image, connected: indexes with what they list, referrers with their subject.</summary>
internal sealed class ImageGraph
{
    private readonly Dictionary<string, ImageNode> _nodes = new(StringComparer.Ordinal);

    public IReadOnlyCollection<ImageNode> Nodes => _nodes.Values;

    /// <summary>What is there and could not be read or understood, in words: it may hold any digest of the image.</summary>
    public IReadOnlyList<RegistryException> Gaps { get; init; } = [];

    public ImageNode? Find(string digest) => _nodes.GetValueOrDefault(digest);

    public void Add(ImageNode node) => _nodes[node.Image.Digest] = node;

    /// <summary>Forgets a digest that is gone. To be called before anything is connected.</summary>
    public void Remove(ImageNode node) => _nodes.Remove(node.Image.Digest);

    /// <summary>
    /// The digests that a node refers to: what its manifest says, and what a listing says of it. Where they differ, both count.
    /// </summary>
    public static IEnumerable<(ManifestEntry Entry, bool IsSubject)> ReferencesOf(ImageNode node)
    {
        IReadOnlyList<ManifestEntry> entries = node.Content?.Entries ?? [];
        foreach (ManifestEntry entry in entries) yield return (entry, false);
        foreach (ImageManifestMessage listed in node.Image.Children)
            if (Digest.IsValid(listed.Digest) && !entries.Any(entry => entry.Digest == listed.Digest))
                yield return (new ManifestEntry(listed.Digest!, listed.MediaType, $"{listed.Os}/{listed.Architecture}", false), false);

        IReadOnlyList<string> subjects = node.Content?.Subjects ?? [];
        foreach (string subject in subjects) yield return (new ManifestEntry(subject, null, null, false), true);
        if (Digest.IsValid(node.Image.SubjectDigest) && !subjects.Contains(node.Image.SubjectDigest))
            yield return (new ManifestEntry(node.Image.SubjectDigest!, null, null, false), true);
    }

    /// <summary>Connects all nodes. What they refer to and is not there connects nothing.</summary>
    public void Connect()
    {
        foreach (ImageNode node in Nodes)
        {
            foreach ((ManifestEntry entry, bool isSubject) in ReferencesOf(node))
            {
                if (Find(entry.Digest) is not ImageNode other || other == node) continue;
                if (isSubject) node.ReferTo(other);
                else node.List(other, entry);
            }
        }

        foreach (ImageNode node in Nodes)
            if (node.IsTagged)
                ConnectByTags(node);
    }

    private void ConnectByTags(ImageNode node)
    {
        bool all = true;
        foreach (string tag in node.Image.Tags)
        {
            if (!ReferrerTag.TryParse(tag, out ReferrerTag? read)
                || (read.Value.Kind is ImageKind.Index && node.Content?.IsIndex is not true))
                all = false;
            else if (Find(read.Value.Subject) is ImageNode subject && subject != node)
                node.BelongTo(subject);
            else
                (all, node.OrphanTag) = (false, tag);
        }

        node.HasOnlyReferrerTags = all;
    }
}
