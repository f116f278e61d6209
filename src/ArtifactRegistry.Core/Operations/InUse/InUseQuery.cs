namespace ArtifactRegistry.Operations.InUse;

/// <summary>The scope of a reading.</summary>
internal sealed record InUseQuery
{
    /// <summary>The projects, and folders and organizations, which stand for all projects below them.</summary>
    public required IReadOnlyList<string> Projects { get; init; }

    /// <summary>The services to ask.</summary>
    public IReadOnlyList<InUseSource> Sources { get; init; } = [InUseSource.Kubernetes, InUseSource.CloudRun];

    /// <summary>The clusters; null for all.</summary>
    public IReadOnlyList<string>? Clusters { get; init; }

    /// <summary>The region or zone; null for all.</summary>
    public string? Location { get; init; }

    /// <summary>The custom resources to search as well, as group/version/plural.</summary>
    public IReadOnlyList<string> IncludeResources { get; init; } = [];

    /// <summary>Gets whether to leave out revisions of Cloud Run that get no requests.</summary>
    public bool ServingRevisionsOnly { get; init; }
}
