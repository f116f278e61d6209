namespace ArtifactRegistry.Clients;

/// <summary>The media types of manifests that a registry can contain.</summary>
/// <remarks>
/// https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md and
/// https://distribution.github.io/distribution/spec/manifest-v2-2/#media-types; the artifact manifests are those of
/// image-spec 1.1.0-rc2 and of ORAS, which were pushed while they were drafts.
/// </remarks>
internal static class MediaTypes
{
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciArtifact = "application/vnd.oci.artifact.manifest.v1+json";
    public const string OrasArtifact = "application/vnd.cncf.oras.artifact.manifest.v1+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";
    public const string DockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    private static readonly string[] Manifests =
    [
        OciIndex,
        DockerList,
        OciManifest,
        DockerManifest,
        DockerSchema1Signed,
        DockerSchema1,
        OciArtifact,
        OrasArtifact,
    ];

    // The types of entries of an index that are not manifests, for example in a build cache (moby/buildkit#2068).
    private static readonly string[] Blobs =
    [
        "application/vnd.oci.image.layer.",
        "application/vnd.docker.image.rootfs.",
        "application/vnd.buildkit.cacheconfig.",
        "application/vnd.oci.image.config.",
        "application/vnd.docker.container.image.",
        "application/vnd.oci.empty.",
    ];

    /// <summary>Gets the value of Accept for a manifest: Google answers 404 to a type that it does not name.</summary>
    /// <param name="listed">The type in a listing, which may be newer than this module.</param>
    public static string Accept(string? listed) => string.Join(
        ", ", listed is null || Manifests.Contains(listed) || !IsToken(listed) ? Manifests : Manifests.Append(listed));

    /// <summary>Returns whether a type is that of an index or a manifest list.</summary>
    public static bool IsIndex(string? type) => type is OciIndex or DockerList;

    /// <summary>
    /// Returns whether a manifest of this type cannot refer to others: it neither lists any nor has a subject.
    /// </summary>
    public static bool HoldsNothing(string? type) => type is DockerManifest or DockerSchema1 or DockerSchema1Signed;

    /// <summary>Returns whether an entry of an index with this type is certainly a blob and not a manifest.</summary>
    public static bool IsBlob(string? type) =>
        type is not null && Array.Exists(Blobs, blob => type.StartsWith(blob, StringComparison.Ordinal));

    /// <summary>Returns whether a configuration of this type is that of an image that can be run.</summary>
    public static bool IsImageConfig(string? type) => type is OciConfig or DockerConfig;

    // The type is sent in a header as the service returned it.
    private static bool IsToken(string type) =>
        type.Length is > 0 and < 256
        && type.All(c => char.IsAsciiLetterOrDigit(c) || "/+-._".Contains(c, StringComparison.Ordinal));
}
