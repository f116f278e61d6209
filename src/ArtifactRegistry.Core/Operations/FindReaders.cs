using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>A role of which it is not known whether it lets its members pull.</summary>
/// <param name="Resource">The repository, or <c>projects/ID</c>.</param>
/// <param name="Role">The role.</param>
/// <param name="Members">Its members.</param>
internal sealed record UnknownGrant(string Resource, string Role, IReadOnlyList<string> Members);

/// <summary>The members who may pull from a repository, as far as that can be seen.</summary>
/// <param name="Readers">One row per member and role.</param>
/// <param name="UnknownGrants">Grants of roles of which it is not known whether they let pull.</param>
/// <param name="ProjectProblem">
/// The reason why the project's policy could not be read; null if it was read or not requested.
/// </param>
internal sealed record ReaderList(
    IReadOnlyList<Reader> Readers,
    IReadOnlyList<UnknownGrant> UnknownGrants,
    string? ProjectProblem
)
{
    /// <summary>Gets descriptions of what could not be checked; empty if everything was.</summary>
    public IReadOnlyList<string> Unseen =>
        [.. Describe(UnknownGrants), .. ProjectProblem is null ? (string[])[] : [ProjectProblem]];

    internal static IEnumerable<string> Describe(IEnumerable<UnknownGrant> grants) =>
        grants
            .GroupBy(grant => grant.Resource)
            .Select(group =>
                $"{group.Key} grants roles of which it is not known whether they let pull: "
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
        List<UnknownGrant> unknown = [];
        string? problem = null;
        Add(place.Name, await place.ReadAsync(stop), inherited: false);
        if (projects is null) return new ReaderList(readers, unknown, problem);

        PolicyResource project = PolicyResource.Of(projects, repository.Project);
        try
        {
            Add(project.Name, await project.ReadAsync(stop), inherited: true);
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

        return new ReaderList(readers, unknown, problem);

        void Add(string resource, JsonObject policy, bool inherited)
        {
            readers.AddRange(
                Policies.Read(policy, resource, ReaderRoles.LetsPull)
                    .Select(reader => inherited ? reader.AsInherited() : reader)
            );
            // On a project, most roles are about other services. On a repository, any role may be about pulling.
            unknown.AddRange(Policies.Unknown(
                policy, resource, role => inherited ? ReaderRoles.IsCustom(role) : !ReaderRoles.LetsPull(role)));
        }
    }
}
