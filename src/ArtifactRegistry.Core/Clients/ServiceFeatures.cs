namespace ArtifactRegistry.Clients;

/// <summary>What one service was found to support, so that a session finds it out once.</summary>
internal sealed class ServiceFeatures
{
    /// <summary>
    /// True once dockerImages.list has refused a filter. The public API has none, though gcloud's model of it has
    /// (googleapis/googleapis, google/devtools/artifactregistry/v1/artifact.proto, ListDockerImagesRequest).
    /// </summary>
    internal bool RefusesImageFilter { get; set; }
}
