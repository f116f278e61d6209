namespace ArtifactRegistry.Operations;

/// <summary>The roles that let their holder pull.</summary>
internal static class ReaderRoles
{
    /// <summary>The role with the least access that is needed to pull.</summary>
    public const string Reader = "roles/artifactregistry.reader";

    /// <summary>
    /// The roles of Artifact Registry that contain artifactregistry.repositories.downloadArtifacts.
    /// See https://cloud.google.com/artifact-registry/docs/access-control#roles.
    /// </summary>
    public static IReadOnlyList<string> ArtifactRegistry { get; } =
    [
        Reader,
        "roles/artifactregistry.writer",
        "roles/artifactregistry.repoAdmin",
        "roles/artifactregistry.admin",
        "roles/artifactregistry.createOnPushWriter",
        "roles/artifactregistry.createOnPushRepoAdmin",
    ];

    // The basic roles contain it too; they can be granted on projects and above, not on a repository.
    private static readonly string[] Basic = ["roles/viewer", "roles/editor", "roles/owner"];

    internal static bool OnRepository(string role) => ArtifactRegistry.Contains(role);

    internal static bool OnProject(string role) => ArtifactRegistry.Contains(role) || Basic.Contains(role);
}
