using System.Reflection;
using System.Runtime.InteropServices;

namespace ArtifactRegistry;

/// <summary>Core as the package has it for this platform, compiled ahead of time by <c>src/Precompiled</c>.</summary>
/// <remarks>
/// It comes too late if PowerShell has loaded Core with the cmdlets: no cmdlet may have a field whose type is an enum or
/// a struct of Core, or an interface with such a member. A test of the package holds that.
/// </remarks>
internal static class CompiledCore
{
    /// <summary>
    /// Loads it, if the package has it and .NET accepts it. Otherwise .NET loads the portable one beside the module
    /// when a type of it is needed. Nothing may have needed one before.
    /// </summary>
    /// <param name="folder">The folder of the module's assemblies.</param>
    public static void Load(string folder)
    {
        string file = Path.Combine(folder, Platform, "ArtifactRegistry.Core.dll");
        if (!File.Exists(file)) return;
        try
        {
            // Not by the path alone: what Core needs is found beside it.
            Assembly.LoadFrom(file);
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException)
        {
            // The portable one does the same.
        }
    }

    private static string Platform
    {
        get
        {
            string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }
}
