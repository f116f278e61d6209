using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Who may pull from a repository, as far as that can be seen.</summary>
/// <param name="Readers">One row a member and role.</param>
/// <param name="Unseen">What could not be looked into, in words; empty if nothing was in the way.</param>
public sealed record ReaderList(IReadOnlyList<Reader> Readers, IReadOnlyList<string> Unseen);

/// <summary>Lists who may pull from a repository by its own policy, and by that of its project.</summary>
/// <remarks>Folders, the organisation and the members of groups are never looked into.</remarks>
public static class FindReaders
{
    /// <summary>Lists the readers of a repository.</summary>
    /// <param name="client">Artifact Registry.</param>
    /// <param name="projects">Resource Manager, if the project's policy is wanted too; null if not.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async Task<ReaderList> RunAsync(
        ArtifactRegistryClient client, ResourceManagerClient? projects, ImageName repository, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var place = PolicyResource.Of(client, repository);
        List<Reader> readers = [];
        List<string> unseen = [];
        Add(place.Name, await place.ReadAsync(stop), ReaderRoles.OnRepository, inherited: false);
        if (projects is null) return new ReaderList(readers, unseen);

        var project = PolicyResource.Of(projects, repository.Project);
        try
        {
            Add(project.Name, await project.ReadAsync(stop), ReaderRoles.OnProject, inherited: true);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.PermissionDenied or RegistryErrorKind.OutsidePerimeter
            or RegistryErrorKind.NotFound)
        {
            unseen.Add($"the policy of {project} cannot be read, so what it grants is not known: {e.Message}"
                + (e.Permission is null ? "" : $" (needs {e.Permission})"));
        }

        return new ReaderList(readers, unseen);

        void Add(string resource, JsonObject policy, Func<string, bool> wanted, bool inherited)
        {
            readers.AddRange(Policies.Read(policy, resource, wanted).Select(reader => inherited ? reader.AsInherited() : reader));
            IReadOnlyList<string> custom = Policies.CustomRoles(policy);
            if (custom.Count > 0)
                unseen.Add($"{resource} grants custom roles, and what they contain is not looked up: {string.Join(", ", custom)}");
        }
    }
}
