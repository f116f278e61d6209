namespace ArtifactRegistry.Clients;

/// <summary>The known features of one service, so that a session determines them once.</summary>
internal sealed class ServiceFeatures
{
    /// <summary>
    /// Gets or sets whether dockerImages.list has rejected a filter. The public API has none, although gcloud's model
    /// has (googleapis/googleapis, google/devtools/artifactregistry/v1/artifact.proto, ListDockerImagesRequest).
    /// </summary>
    internal bool RefusesImageFilter { get; set; }
}
