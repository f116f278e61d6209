using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>A project, or a folder or an organization, which stand for all projects below them.</summary>
internal static partial class ProjectScope
{
    /// <summary>Returns whether a name is that of a folder or an organization, such as <c>folders/7</c>.</summary>
    public static bool IsContainer(string name) => Container().IsMatch(name);

    /// <summary>
    /// Gets the projects of a list, with folders and organizations replaced by all projects below them.
    /// </summary>
    /// <remarks>
    /// They are found level by level with the lists of Resource Manager, which are complete at once; those of all
    /// projects and of Cloud Asset Inventory learn of a new project after some time only. A folder that cannot be
    /// listed, and one without any project, is a failure.
    /// </remarks>
    /// <param name="client">Resource Manager.</param>
    /// <param name="names">Projects, folders and organizations.</param>
    /// <param name="reading">Receives what could not be listed.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async Task<IReadOnlyList<string>> ProjectsAsync(
        ResourceManagerClient client, IReadOnlyList<string> names, InUseReading reading, CancellationToken stop)
    {
        IEnumerable<string>[] lists = await Task.WhenAll(names.Select(async name =>
            IsContainer(name) ? await BelowAsync(client, name, reading, stop) : [name]));
        return [.. lists.SelectMany(list => list).Distinct(StringComparer.Ordinal)];
    }

    private static async Task<IEnumerable<string>> BelowAsync(
        ResourceManagerClient client, string container, InUseReading reading, CancellationToken stop)
    {
        ConcurrentBag<string> found = [];
        bool isComplete = await WalkAsync(container);
        if (isComplete && found.IsEmpty)
            reading.Fail(
                container,
                new RegistryException(
                    RegistryErrorKind.NotFound, $"'{container}' has no projects, so nothing was read.")
                {
                    NamesItsSubject = true,
                    Advice = "Check the number: gcloud organizations list and gcloud resource-manager folders list "
                        + "show what is there.",
                });
        return found.Order(StringComparer.Ordinal);

        async Task<bool> WalkAsync(string parent)
        {
            // One after the other: a parent that does not exist refuses both, and one error says it.
            if (await reading.TryListAsync(parent, client.ListProjectsAsync(parent, stop), stop)
                is not List<string> projects) return false;
            foreach (string project in projects) found.Add(project);
            if (await reading.TryListAsync(parent, client.ListFoldersAsync(parent, stop), stop)
                is not List<string> folders) return false;
            bool[] below = await Task.WhenAll(folders.Select(WalkAsync));
            return below.All(complete => complete);
        }
    }

    [GeneratedRegex("^(folders|organizations)/[0-9]+$")]
    private static partial Regex Container();
}
