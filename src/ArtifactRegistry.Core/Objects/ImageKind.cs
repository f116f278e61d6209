using ArtifactRegistry.Clients;

namespace ArtifactRegistry;

/// <summary>The kind of content of a digest, determined by its media type, artifact type and subject.</summary>
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

    /// <summary>Anything else that is stored in the registry as a manifest.</summary>
    Artifact,
}

/// <summary>Determines the kind of a digest.</summary>
internal static class ImageKinds
{
    /// <summary>
    /// Gets the kind from the data of a manifest in a listing and from the tags that cosign gives it.
    /// </summary>
    /// <param name="mediaType">The manifest's type.</param>
    /// <param name="artifactType">
    /// Its artifact type; the API returns the media type if there is a subject and no artifact type.
    /// </param>
    /// <param name="subjectDigest">The digest that it is about.</param>
    /// <param name="tags">Its tags.</param>
    public static ImageKind Of(
        string? mediaType,
        string? artifactType,
        string? subjectDigest,
        IReadOnlyList<string> tags
    )
    {
        if (MediaTypes.IsIndex(mediaType)) return ImageKind.Index;

        foreach (string tag in tags)
            if (ReferrerTag.TryParse(tag, out ReferrerTag? read) && read.Value.Kind is not ImageKind.Index)
                return read.Value.Kind;

        bool plainImage =
            artifactType is null or "" || MediaTypes.IsImageConfig(artifactType) || artifactType == mediaType;
        if (plainImage)
            return subjectDigest is null or "" ? ImageKind.Image : ImageKind.Artifact;

        return artifactType switch
        {
            _ when Has("signature") || Has("cosign.simplesigning") || Has("cosign.artifact.sig") => ImageKind.Signature,
            _ when Has("spdx") || Has("cyclonedx") || Has("sbom") || Has("syft") => ImageKind.Sbom,
            _ when Has("in-toto") || Has("dsse") || Has("attestation") || Has("sigstore.bundle") =>
                ImageKind.Attestation,
            _ => ImageKind.Artifact,
        };

        bool Has(string word) => artifactType!.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Gets the kind from the manifest itself.</summary>
    public static ImageKind Of(ManifestContent content, string? mediaType, IReadOnlyList<string> tags) =>
        content.IsIndex ? ImageKind.Index
        : Of(
            MediaTypes.IsIndex(mediaType) ? null : mediaType, content.ArtifactType,
            content.Subjects.Count > 0 || content.HasSubjectByOtherDigest ? "some" : null, tags);

    /// <summary>Gets the kind as a word for use in a sentence.</summary>
    public static string InWords(this ImageKind kind) => kind switch
    {
        ImageKind.Image => "image",
        ImageKind.Index => "index",
        ImageKind.Signature => "signature",
        ImageKind.Attestation => "attestation",
        ImageKind.Sbom => "SBOM",
        _ => "artifact",
    };
}
