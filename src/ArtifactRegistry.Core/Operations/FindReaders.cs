using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Lists who may pull from a repository by its own policy.</summary>
public static class FindReaders
{
    // The roles that contain artifactregistry.repositories.downloadArtifacts:
    // https://cloud.google.com/artifact-registry/docs/access-control#roles
    private static readonly HashSet<string> PullingRoles = new(StringComparer.Ordinal)
    {
        GrantReader.ReaderRole,
        "roles/artifactregistry.writer",
        "roles/artifactregistry.repoAdmin",
        "roles/artifactregistry.admin",
    };

    /// <summary>One row a member and role.</summary>
    public static async Task<IReadOnlyList<Reader>> RunAsync(
        ArtifactRegistryClient client, ImageName repository, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(repository);
        JsonObject policy = await client.GetIamPolicyAsync(repository, stop);
        return [.. Policies.Read(policy, repository.ToString(), PullingRoles.Contains)];
    }
}
