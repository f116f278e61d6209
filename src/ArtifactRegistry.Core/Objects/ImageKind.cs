namespace ArtifactRegistry;

/// <summary>What a digest holds, told from its media type, artifact type and subject.</summary>
public enum ImageKind
{
    /// <summary>An image for one platform.</summary>
    Image,

    /// <summary>An OCI image index or Docker manifest list: one image for several platforms.</summary>
    Index,

    /// <summary>An attestation, for example of SLSA provenance.</summary>
    Attestation,

    /// <summary>A signature by cosign or Notation.</summary>
    Signature,

    /// <summary>A software bill of materials.</summary>
    Sbom,

    /// <summary>Anything else that is kept in the registry as a manifest.</summary>
    Artifact,
}

/// <summary>Tells the kind of a digest.</summary>
internal static class ImageKinds
{
    /// <summary>The kind, from what the manifest says of itself and from the tags that cosign gives it.</summary>
    public static ImageKind Of(string? mediaType, string? artifactType, string? subjectDigest, IReadOnlyList<string> tags)
    {
        // https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md
        if (mediaType is "application/vnd.oci.image.index.v1+json"
            or "application/vnd.docker.distribution.manifest.list.v2+json")
            return ImageKind.Index;

        foreach (string tag in tags)
            if (OfCosignTag(tag) is ImageKind kind)
                return kind;

        bool plainImage = artifactType is null or "" or "application/vnd.oci.image.config.v1+json"
            or "application/vnd.docker.container.image.v1+json"
            || artifactType == mediaType; // what the API says of a manifest without a type of its own
        if (plainImage) return subjectDigest is null or "" ? ImageKind.Image : ImageKind.Artifact;

        return artifactType switch
        {
            _ when Has("signature") || Has("cosign.simplesigning") || Has("cosign.artifact.sig") => ImageKind.Signature,
            _ when Has("spdx") || Has("cyclonedx") || Has("sbom") || Has("syft") => ImageKind.Sbom,
            _ when Has("in-toto") || Has("dsse") || Has("attestation") || Has("sigstore.bundle") => ImageKind.Attestation,
            _ => ImageKind.Artifact,
        };

        bool Has(string word) => artifactType!.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What refers to a subject, for sentences.</summary>
    public static string InWords(this ImageKind kind) => kind switch
    {
        ImageKind.Signature => "signature",
        ImageKind.Attestation => "attestation",
        ImageKind.Sbom => "SBOM",
        _ => "artifact",
    };

    private const int CosignTagLength = 7 + 64;

    // Cosign's tag scheme: sha256-<64 hex>.sig, .att, .sbom.
    private static ImageKind? OfCosignTag(string tag) =>
        !tag.StartsWith("sha256-", StringComparison.Ordinal) || tag.LastIndexOf('.') is not (CosignTagLength and int dot)
            || !Digest.IsValid("sha256:" + tag["sha256-".Length..dot]) ? null
        : tag.EndsWith(".sig", StringComparison.Ordinal) ? ImageKind.Signature
        : tag.EndsWith(".att", StringComparison.Ordinal) ? ImageKind.Attestation
        : tag.EndsWith(".sbom", StringComparison.Ordinal) ? ImageKind.Sbom
        : null;
}
