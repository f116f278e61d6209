using System.Reflection;
using System.Runtime.Loader;
using ArtifactRegistry.Auth;

namespace ArtifactRegistry;

/// <summary>
/// Loads Google's authentication library when a token is first needed, into a load context of its own, because other
/// modules load other versions of it and of Newtonsoft.Json into the same process.
/// </summary>
internal sealed class GoogleAuthLoader : AssemblyLoadContext
{
    private static readonly Lazy<IGoogleAuth> Loaded = new(Load);

    private readonly string _folder;

    private GoogleAuthLoader(string folder)
        : base("ArtifactRegistry.GoogleAuth") => _folder = folder;

    /// <summary>Google's library. It holds no credentials, so one instance serves all runspaces.</summary>
    public static IGoogleAuth Instance => Loaded.Value;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // Both load contexts must use the same types.
        Assembly core = typeof(IGoogleAuth).Assembly;
        if (assemblyName.Name == core.GetName().Name) return core;
        string path = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    private static IGoogleAuth Load()
    {
        const string Name = "ArtifactRegistry.GoogleAuth";
        string folder = Path.Combine(Path.GetDirectoryName(typeof(GoogleAuthLoader).Assembly.Location)!, "deps");
        try
        {
            Assembly assembly = new GoogleAuthLoader(folder).LoadFromAssemblyName(new AssemblyName(Name));
            return (IGoogleAuth)Activator.CreateInstance(assembly.GetType($"{Name}.GoogleAuth", throwOnError: true)!)!;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or TypeLoadException)
        {
            throw new RegistryException(
                RegistryErrorKind.Unauthenticated,
                $"The library for signing in cannot be loaded from {folder}: {e.Message}",
                e
            )
            {
                Advice = "The module is not complete. Install it again.",
            };
        }
    }
}
