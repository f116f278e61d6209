namespace ArtifactRegistry.Shell;

/// <summary>Where the module that this shell loads lies.</summary>
internal static class ModuleLocation
{
    /// <summary>Names another manifest, or the folder that has it.</summary>
    public const string Variable = "ARTIFACTREGISTRY_MODULE";

    private const string Manifest = "ArtifactRegistry.psd1";

    /// <summary>The path of the manifest; null if there is none.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            string path = Directory.Exists(given) ? Path.Combine(given, Manifest) : given;
            return File.Exists(path) ? Path.GetFullPath(path) : null;
        }

        // In a package the manifest lies next to the shell, or above it; in a checkout, at the root.
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, Manifest);
            if (File.Exists(path)) return path;
        }

        return null;
    }
}
