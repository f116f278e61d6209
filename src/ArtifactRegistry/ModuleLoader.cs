using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace ArtifactRegistry;

/// <summary>Runs at Import-Module.</summary>
public sealed class ModuleLoader : IModuleAssemblyInitializer
{
    /// <summary>Loads Core, since a type literal such as [ArtifactRegistry.ImageName] resolves only in what is loaded.</summary>
    public void OnImport() => RuntimeHelpers.RunClassConstructor(typeof(ImageName).TypeHandle);
}
