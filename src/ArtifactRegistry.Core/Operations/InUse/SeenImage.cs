namespace ArtifactRegistry.Operations.InUse;

/// <summary>
/// What a source has seen of one image. Two that are equal are one: the pods of a deployment run the same.
/// </summary>
/// <param name="Image">The image as it is written, by tag or digest.</param>
/// <param name="ImageId">What the runtime says is running: a name by digest, or only a digest; null if nothing
/// does.</param>
/// <param name="Container">The container.</param>
/// <param name="Role">The way in which it is used.</param>
/// <param name="Workload">The workload that it belongs to.</param>
internal readonly record struct SeenImage(
    string Image,
    string? ImageId,
    string? Container,
    InUseRole Role,
    Workload Workload
);

/// <summary>A workload.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">The Kubernetes namespace; null for other services.</param>
/// <param name="Name">The name.</param>
/// <param name="Service">The Cloud Run service, job or worker pool; null for a cluster.</param>
internal readonly record struct Workload(string Kind, string? Namespace, string Name, string? Service = null);
