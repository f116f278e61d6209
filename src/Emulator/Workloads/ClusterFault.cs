namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>The ways in which a cluster's control plane can misbehave.</summary>
public enum ClusterFaultKind
{
    /// <summary>It accepts connections and never answers, at any of its endpoints.</summary>
    Hangs,

    /// <summary>Its certificate is of another authority than the one that the API of GKE names.</summary>
    WrongAuthority,

    /// <summary>Its certificate is of the right authority, but for another address.</summary>
    OtherName,

    /// <summary>It redirects every request to <see cref="ClusterFault.RedirectTo"/>.</summary>
    Redirects,
}

/// <summary>A fault of clusters.</summary>
/// <param name="Kind">The fault.</param>
/// <param name="Cluster">The name of the cluster; <c>*</c> stands for any text.</param>
public sealed record ClusterFault(ClusterFaultKind Kind, string Cluster = "*")
{
    /// <summary>The address to which requests are redirected; their path and query are appended.</summary>
    public Uri RedirectTo { get; init; } = new("https://elsewhere.invalid/");

    internal bool Covers(KubernetesCluster cluster) => new Wildcard(Cluster).Matches(cluster.Name);
}

/// <summary>The form in which clusters report the <c>imageID</c> of containers.</summary>
public enum ImageIdForm
{
    /// <summary>As it was applied.</summary>
    AsApplied,

    /// <summary>Empty, as while an image is being pulled (kosli-dev/cli#1195).</summary>
    Empty,

    /// <summary>
    /// The bare digest of the image's config, as some runtimes report (kubernetes#115199, containerd#8408). An id
    /// whose digest is not in the emulator stays as it is.
    /// </summary>
    ConfigDigest,
}
