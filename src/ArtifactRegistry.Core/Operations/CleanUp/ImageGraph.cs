namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>All digests of one image, connected: indexes with what they list, referrers with their subject.</summary>
internal sealed class ImageGraph
{
    public const string AttestationPlatform = "unknown/unknown";

    private readonly Dictionary<string, ImageNode> _nodes;

    public ImageGraph(IReadOnlyCollection<DockerImage> images)
    {
        _nodes = new Dictionary<string, ImageNode>(images.Count, StringComparer.Ordinal);
        foreach (DockerImage image in images) _nodes[image.Digest] = new ImageNode(image);
    }

    public IReadOnlyCollection<ImageNode> Nodes => _nodes.Values;

    public ImageNode? Find(string digest) => _nodes.GetValueOrDefault(digest);

    /// <summary>Connects a node. Entries that are not there (any more) connect nothing.</summary>
    public void Connect(ImageNode node, ManifestLinks links)
    {
        foreach (ManifestChild entry in links.Children)
        {
            if (Find(entry.Digest) is not ImageNode child || child == node) continue;
            node.List(child, entry.Platform);
        }

        node.SubjectDigest = links.Subject;
        if (links.Subject is not null && Find(links.Subject) is ImageNode subject && subject != node) node.ReferTo(subject);
    }

    /// <summary>Forgets a digest that is gone.</summary>
    public void Remove(ImageNode node) => _nodes.Remove(node.Image.Digest);
}
