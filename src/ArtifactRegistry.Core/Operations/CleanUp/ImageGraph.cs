using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// All digests of one image and their connections: indexes with what they list, referrers with their subjects.
/// </summary>
internal sealed class ImageGraph
{
    private readonly Dictionary<string, ImageNode> _nodes = new(StringComparer.Ordinal);

    public IReadOnlyCollection<ImageNode> Nodes => _nodes.Values;

    /// <summary>Gets whether a quarantine mark does not count as a tag, since the clean-up knows of it.</summary>
    public bool IgnoresMarks { get; init; }

    /// <summary>
    /// The errors about content that exists but could not be read or understood, and so may hold any digest of the
    /// image.
    /// </summary>
    public IReadOnlyList<RegistryException> Gaps { get; init; } = [];

    public ImageNode? Find(string digest) => _nodes.GetValueOrDefault(digest);

    public void Add(ImageNode node)
    {
        if (IgnoresMarks) node.Quarantine = QuarantineState.Of(node.Image);
        _nodes[node.Image.Digest] = node;
    }

    /// <summary>Removes a digest that is gone. Call this before <see cref="Connect"/>.</summary>
    public void Remove(ImageNode node) => _nodes.Remove(node.Image.Digest);

    /// <summary>
    /// Gets the digests that a node refers to, according to its manifest and to a listing. If they differ, both count.
    /// </summary>
    public static IEnumerable<(ManifestEntry Entry, bool IsSubject)> ReferencesOf(ImageNode node)
    {
        IReadOnlyList<ManifestEntry> entries = node.Content?.Entries ?? [];
        foreach (ManifestEntry entry in entries) yield return (entry, false);
        foreach (ImageManifestMessage listed in node.Image.Children)
            if (Digest.IsValid(listed.Digest) && !entries.Any(entry => entry.Digest == listed.Digest))
                yield return (
                    new ManifestEntry(listed.Digest!, listed.MediaType, $"{listed.Os}/{listed.Architecture}", false),
                    false
                );

        IReadOnlyList<string> subjects = node.Content?.Subjects ?? [];
        foreach (string subject in subjects) yield return (new ManifestEntry(subject, null, null, false), true);
        if (Digest.IsValid(node.Image.SubjectDigest) && !subjects.Contains(node.Image.SubjectDigest))
            yield return (new ManifestEntry(node.Image.SubjectDigest!, null, null, false), true);
    }

    /// <summary>Connects all nodes. References to digests that do not exist are ignored.</summary>
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
        foreach (string tag in node.Tags)
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
