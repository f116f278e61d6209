namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>A digest of an image and what it is connected with.</summary>
internal sealed class ImageNode(DockerImage image)
{
    public DockerImage Image { get; } = image;

    public bool IsTagged => Image.Tags.Count > 0;

    /// <summary>What this index lists, as far as it is there.</summary>
    public List<(ImageNode Node, string Platform)> Children { get; } = [];

    /// <summary>The indexes that list this digest.</summary>
    public List<ImageNode> Indexes { get; } = [];

    /// <summary>What this signature, attestation or SBOM is about, if that is there.</summary>
    public ImageNode? Subject { get; set; }

    /// <summary>The digest that it is about, whether that is there or not.</summary>
    public string? SubjectDigest { get; set; }

    /// <summary>What refers to this digest.</summary>
    public List<ImageNode> Referrers { get; } = [];

    /// <summary>Why the manifest could not be read; null if it could, or needed no reading.</summary>
    public RegistryException? Unreadable { get; set; }

    /// <summary>The service deletes a digest only after these: the indexes that list it and what refers to it.</summary>
    public IEnumerable<ImageNode> Parents => Indexes.Concat(Referrers);

    /// <summary>What this digest holds; the other way round than <see cref="Parents"/>.</summary>
    public IEnumerable<ImageNode> Held => Subject is null ? Children.Select(child => child.Node) : Children.Select(child => child.Node).Append(Subject);

    /// <summary>What it is: an entry for unknown/unknown in an index is an attestation, though its manifest does not say so.</summary>
    public ImageKind Kind => Image.Kind is ImageKind.Image && Indexes.Count > 0
        && Indexes.Exists(index => index.Children.Exists(child => child.Node == this && child.Platform == ImageGraph.AttestationPlatform))
            ? ImageKind.Attestation
            : Image.Kind;

    /// <summary>True for an index, and for a type that we do not know: it may list anything.</summary>
    public bool MayBeIndex => Image.Kind is ImageKind.Index || Image.MediaType is not
        ("application/vnd.oci.image.manifest.v1+json" or "application/vnd.docker.distribution.manifest.v2+json"
            or "application/vnd.docker.distribution.manifest.v1+json" or "application/vnd.docker.distribution.manifest.v1+prettyjws");

    /// <summary>The digest in short with its tags, for reasons.</summary>
    public override string ToString() => IsTagged ? $"{Digest.Shorten(Image.Digest)} ({Image.Tags})" : Digest.Shorten(Image.Digest);
}

/// <summary>All digests of one image, connected: indexes with what they list, referrers with their subject.</summary>
internal sealed class ImageGraph
{
    public const string AttestationPlatform = "unknown/unknown";

    private readonly Dictionary<string, ImageNode> _nodes = new(StringComparer.Ordinal);

    public ImageGraph(IEnumerable<DockerImage> images)
    {
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
            node.Children.Add((child, entry.Platform));
            child.Indexes.Add(node);
        }

        node.SubjectDigest = links.Subject;
        if (links.Subject is not null && Find(links.Subject) is ImageNode subject && subject != node)
        {
            node.Subject = subject;
            subject.Referrers.Add(node);
        }
    }

    /// <summary>Forgets a digest that is gone.</summary>
    public void Remove(ImageNode node) => _nodes.Remove(node.Image.Digest);
}
