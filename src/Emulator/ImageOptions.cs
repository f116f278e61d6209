namespace ArtifactRegistry.Emulator;

/// <summary>The options of a seeded image (one digest); all have defaults.</summary>
public sealed record ImageOptions
{
    /// <summary>Tags that point to it. A tag that exists is moved here.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Size in bytes; an index defaults to the size of its manifest.</summary>
    public long? Size { get; init; }

    /// <summary>
    /// Gets or sets whether its configuration and layer can be read; otherwise there is only the manifest. The layer is
    /// filled up to <see cref="Size"/>.
    /// </summary>
    public bool HasContent { get; init; }

    /// <summary>The time of the upload; now if null.</summary>
    public DateTimeOffset? UploadTime { get; init; }

    /// <summary>The time of the last update; the upload time if null.</summary>
    public DateTimeOffset? UpdateTime { get; init; }

    /// <summary>The build time in its configuration; null by default.</summary>
    public DateTimeOffset? BuildTime { get; init; }

    /// <summary>The manifest's media type; an OCI index if there are children, otherwise an OCI manifest.</summary>
    public string? MediaType { get; init; }

    /// <summary>The OCI artifact type, for example of a signature or an SBOM.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The digest that this one refers to (OCI <c>subject</c>).</summary>
    public string? SubjectDigest { get; init; }

    /// <summary>The entries of an index.</summary>
    public IReadOnlyList<ChildManifest> Children { get; init; } = [];

    /// <summary>The manifest, to use a specific text; its references are those of the other properties.</summary>
    public string? Manifest { get; init; }

    /// <summary>The digest; computed from the generated manifest if null, so that clients may verify it.</summary>
    public string? Digest { get; init; }
}

/// <summary>An entry of an index.</summary>
/// <param name="Digest">The digest of the manifest it points to.</param>
/// <param name="Os">The operating system, or <c>unknown</c> for an attestation; empty for an entry without a
/// platform.</param>
/// <param name="Architecture">The architecture, or <c>unknown</c> for an attestation.</param>
/// <param name="Variant">The architecture's variant, for example <c>v7</c>.</param>
public sealed record ChildManifest(
    string Digest, string Os = "linux", string Architecture = "amd64", string? Variant = null)
{
    /// <summary>The version of the operating system, which Windows images have.</summary>
    public string? OsVersion { get; init; }

    /// <summary>Features of the operating system that the image needs.</summary>
    public IReadOnlyList<string> OsFeatures { get; init; } = [];

    /// <summary>The artifact type, which the entries of a referrers index have.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Gets whether it is the entry that BuildKit adds for each platform: its provenance and SBOM.</summary>
    public bool IsAttestation => Os == "unknown" && Architecture == "unknown";
}

/// <summary>The digests made by <see cref="ImageExtensions.AddIndex"/>.</summary>
/// <param name="Digest">The index.</param>
/// <param name="Children">Its children, in the order of the requested platforms.</param>
public sealed record AddedIndex(string Digest, IReadOnlyList<string> Children);
