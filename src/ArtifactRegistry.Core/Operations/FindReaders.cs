using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>A custom role that has members; it is not known whether the role lets them pull.</summary>
/// <param name="Resource">The repository, or <c>projects/ID</c>.</param>
/// <param name="Role">The role.</param>
/// <param name="Members">Its members.</param>
internal sealed record CustomGrant(string Resource, string Role, IReadOnlyList<string> Members);

/// <summary>The members who may pull from a repository, as far as that can be seen.</summary>
/// <param name="Readers">One row per member and role.</param>
/// <param name="CustomGrants">Grants of custom roles.</param>
/// <param name="ProjectProblem">
/// The reason why the project's policy could not be read; null if it was read or not requested.
/// </param>
internal sealed record ReaderList(
    IReadOnlyList<Reader> Readers,
    IReadOnlyList<CustomGrant> CustomGrants,
    string? ProjectProblem
)
{
    /// <summary>Gets descriptions of what could not be checked; empty if everything was.</summary>
    public IReadOnlyList<string> Unseen =>
        [.. Describe(CustomGrants), .. ProjectProblem is null ? (string[])[] : [ProjectProblem]];

    internal static IEnumerable<string> Describe(IEnumerable<CustomGrant> grants) =>
        grants
            .GroupBy(grant => grant.Resource)
            .Select(group =>
                $"{group.Key} grants custom roles, and what they contain is not looked up: "
                    + $"{string.Join(", ", group.Select(grant => grant.Role).Distinct())}"
            );
}

/// <summary>Lists the members who may pull from a repository, by its own policy and by that of its project.</summary>
/// <remarks>Folders, the organization and the members of groups are never checked.</remarks>
internal static class FindReaders
{
    /// <summary>Lists the readers of a repository.</summary>
    /// <param name="client">Artifact Registry.</param>
    /// <param name="projects">Resource Manager, to read the project's policy too; null to leave that out.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async Task<ReaderList> FindAsync(
        ArtifactRegistryClient client, ResourceManagerClient? projects, ImageName repository, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(repository);
        PolicyResource place = PolicyResource.Of(client, repository);
        List<Reader> readers = [];
        List<CustomGrant> custom = [];
        string? problem = null;
        Add(place.Name, await place.ReadAsync(stop), ReaderRoles.OnRepository, inherited: false);
        if (projects is null) return new ReaderList(readers, custom, problem);

        PolicyResource project = PolicyResource.Of(projects, repository.Project);
        try
        {
            Add(project.Name, await project.ReadAsync(stop), ReaderRoles.OnProject, inherited: true);
        }
        catch (RegistryException e)
            when (e.Kind
                    is RegistryErrorKind.PermissionDenied
                        or RegistryErrorKind.OutsidePerimeter
                        or RegistryErrorKind.NotFound
            )
        {
            problem = $"the policy of {project} cannot be read, so its grants are not known: {e.Message}"
                + (e.Permission is null ? "" : $" (needs {e.Permission})");
        }

        return new ReaderList(readers, custom, problem);

        void Add(string resource, JsonObject policy, Func<string, bool> wanted, bool inherited)
        {
            readers.AddRange(
                Policies.Read(policy, resource, wanted).Select(reader => inherited ? reader.AsInherited() : reader)
            );
            custom.AddRange(Policies.CustomRoles(policy, resource));
        }
    }
}
