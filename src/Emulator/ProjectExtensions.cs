using System.Globalization;

namespace ArtifactRegistry.Emulator;

/// <summary>The projects of a <see cref="RegistryState"/>.</summary>
public static class ProjectExtensions
{
    /// <summary>Adds a project if it does not exist. Adding a repository adds its project.</summary>
    /// <param name="state">The state.</param>
    /// <param name="project">The project id.</param>
    /// <param name="number">The project number; if null, it is derived from the id and always the same.</param>
    public static RegistryState AddProject(this RegistryState state, string project, string? number = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(project);
        lock (state.Gate)
        {
            if (!state.Projects.Contains(project))
                state.Projects.Add(project, number ?? NumberFor(project), state.Now).Record();
        }
        return state;
    }

    /// <summary>Gets the number of a project.</summary>
    public static string ProjectNumber(this RegistryState state, string project)
    {
        lock (state.Gate) return state.ExistingProject(project).Number;
    }

    private static string NumberFor(string project)
    {
        ulong hash = 14695981039346656037;
        foreach (char character in project) hash = unchecked((hash ^ character) * 1099511628211);
        return (100_000_000_000 + hash % 900_000_000_000).ToString(CultureInfo.InvariantCulture);
    }
}
