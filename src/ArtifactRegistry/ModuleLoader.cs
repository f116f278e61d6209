using System.Management.Automation;
using System.Runtime.CompilerServices;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>Runs at Import-Module.</summary>
public sealed class ModuleLoader : IModuleAssemblyInitializer
{
    private static int _imports;

    /// <summary>
    /// Loads Core, since a type literal such as [ArtifactRegistry.ImageName] resolves only in what is loaded; and has its
    /// code compiled aside where there is a processor for it, once a process.
    /// </summary>
    public void OnImport()
    {
        RuntimeHelpers.RunClassConstructor(typeof(ImageName).TypeHandle);
        if (Environment.ProcessorCount > 1 && Interlocked.Increment(ref _imports) == 1) _ = Background.Start(Rehearsal.RunAsync);
    }
}
