using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations;

/// <summary>A digest to delete, and the information that its deletion needs.</summary>
/// <param name="Image">The digest.</param>
/// <param name="Reason">The reason why it may be deleted, for the row.</param>
internal sealed record DigestDeletion(DockerImage Image, string Reason)
{
    /// <summary>Limits the rate of further attempts; for the first one, the caller has waited already.</summary>
    public Pacer? Pacer { get; init; }

    /// <summary>
    /// Checks, before each further attempt, whether the digest stays after all. Returns the row that says so, or null.
    /// </summary>
    public Func<CancellationToken, Task<RemovedImage?>>? SparedAsync { get; init; }

    /// <summary>
    /// An index that listed this digest and was deleted just before; the service may have deleted both together.
    /// </summary>
    public string? DeletedIndex { get; init; }

    /// <summary>The time to wait for the deletion if its operation cannot be followed; null for one minute.</summary>
    public TimeSpan? Patience { get; init; }
}
