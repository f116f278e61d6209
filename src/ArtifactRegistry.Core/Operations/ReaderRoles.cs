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

    // The basic roles contain it too, as published lists of the permissions of roles have it. They are meant for projects
    // and above; if a repository's policy has one nevertheless, it counts there.
    private static readonly string[] Basic = ["roles/viewer", "roles/editor", "roles/owner"];

    private const string Prefix = "roles/artifactregistry.";

    /// <summary>Returns whether a role is known to let its holder pull.</summary>
    internal static bool LetsPull(string role) => ArtifactRegistry.Contains(role) || Basic.Contains(role);

    /// <summary>Returns whether a role is a predefined role of Artifact Registry, not a basic or custom one.</summary>
    internal static bool IsOfArtifactRegistry(string role) => role.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Returns whether a role is defined by a project or an organization.</summary>
    internal static bool IsCustom(string role) =>
        role.StartsWith("projects/", StringComparison.Ordinal)
        || role.StartsWith("organizations/", StringComparison.Ordinal);

    /// <summary>Returns whether a text has one of the forms of roles.</summary>
    internal static bool IsRole(string role) => role.StartsWith("roles/", StringComparison.Ordinal) || IsCustom(role);
}
