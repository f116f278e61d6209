using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator;

/// <summary>The repositories of a <see cref="RegistryState"/>.</summary>
public static class RepositoryExtensions
{
    /// <summary>Adds a repository.</summary>
    public static RepositoryName AddRepository(
        this RegistryState state, string project, string location, string name, RepositoryOptions? options = null)
    {
        options ??= new RepositoryOptions();
        RepositoryName repository = new(project, location, name);
        JsonObject settings = options.Settings?.DeepClone().AsObject() ?? [];
        settings["format"] = options.Format;
        settings["mode"] = options.Mode;
        if (options.Description is not null) settings["description"] = options.Description;
        if (options.ImmutableTags) settings["dockerConfig"] = new JsonObject { ["immutableTags"] = true };
        lock (state.Gate)
        {
            state.AddProject(project);
            if (state.FindRepository(repository) is not null)
                throw new InvalidOperationException($"The repository {repository} exists already.");
            state.RepositoryTable.Add(repository, settings, options.CreateTime ?? state.Now).Record();
        }
        return repository;
    }

    /// <summary>Adds a repository by its docker name, for example <c>us-docker.pkg.dev/shop/apps</c>.</summary>
    public static RepositoryName AddRepository(
        this RegistryState state,
        RepositoryName name,
        RepositoryOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        return state.AddRepository(name.Project, name.Location, name.Id, options);
    }

    /// <summary>Changes a repository's tag immutability.</summary>
    public static void SetImmutableTags(this RegistryState state, RepositoryName repository, bool immutable)
    {
        lock (state.Gate)
        {
            RepositoryEntry entry = state.Existing(repository);
            entry.Settings["dockerConfig"] = new JsonObject { ["immutableTags"] = immutable };
            entry.Record();
        }
    }

    /// <summary>Gets the fields of the API's Repository that were set, for example <c>cleanupPolicies</c>.</summary>
    public static JsonObject Settings(this RegistryState state, RepositoryName repository)
    {
        lock (state.Gate) return state.Existing(repository).Settings.DeepClone().AsObject();
    }

    /// <summary>Deletes a repository with everything in it.</summary>
    public static void DeleteRepository(this RegistryState state, RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        lock (state.Gate) state.RepositoryTable.Remove(repository);
    }
}
