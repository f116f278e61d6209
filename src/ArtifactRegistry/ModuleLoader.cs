using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ArtifactRegistry;

/// <summary>Runs when the module is imported.</summary>
public sealed class ModuleLoader : IModuleAssemblyInitializer
{
    private static int _imports;

    /// <summary>
    /// Loads Core, because a type literal such as [ArtifactRegistry.ImageName] resolves only in loaded assemblies, and
    /// adds the members of ArtifactRegistry.types.ps1xml.
    /// </summary>
    public void OnImport()
    {
        // The first import in a process cannot be that of another copy, so nothing has to be looked up after it.
        bool isFirst = Interlocked.Increment(ref _imports) == 1;
        if (isFirst) CompiledCore.Load(Folder);
        Prepare(isFirst);
    }

    // Types of Core are resolved when the method that names them is compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Prepare(bool isFirst)
    {
        RuntimeHelpers.RunClassConstructor(typeof(ImageName).TypeHandle);
        AddTypeData();
        Session.Current.IsJustImported = !isFirst;
    }

    /// <summary>Gets the folder of the assemblies that are loaded in this process.</summary>
    private static string Folder { get; } = Path.GetDirectoryName(typeof(ModuleLoader).Assembly.Location)!;

    /// <summary>
    /// Gets a message that says which copy of the module runs, if another copy was imported too: a process loads an
    /// assembly once, and a copy that is imported later from another folder gets the first one. Null if there is only
    /// one copy.
    /// </summary>
    internal static string? OtherCopy()
    {
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell
            .AddCommand(
                new CmdletInfo(
                    "Get-Module",
                    typeof(PSCmdlet).Assembly.GetType(
                        "Microsoft.PowerShell.Commands.GetModuleCommand",
                        throwOnError: true
                    )!
                )
            )
            .AddParameter("Name", "ArtifactRegistry");
        PSModuleInfo? other = shell.Invoke<PSModuleInfo>()
            .FirstOrDefault(module => !IsSame(module.ModuleBase) && !IsSame(Path.Combine(module.ModuleBase, "bin")));
        if (other is null) return null;
        string version = FileVersionInfo.GetVersionInfo(typeof(ModuleLoader).Assembly.Location).FileVersion ?? "";
        return $"This process has loaded ArtifactRegistry {version} from {Folder} and runs that, not {other.Version} "
            + $"in {other.ModuleBase}. Start a new pwsh to use the other copy.";
    }

    private static bool IsSame(string folder) => string.Equals(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), Folder,
        OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    // Not in the manifest: a second copy of the module would add all members again from another file, and each would be
    // an error.
    private static void AddTypeData()
    {
        const string Utility = "Microsoft.PowerShell.Commands.Utility";
        Type command = Type.GetType(
            $"Microsoft.PowerShell.Commands.UpdateTypeDataCommand, {Utility}",
            throwOnError: true
        )!;
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand(new CmdletInfo("Update-TypeData", command))
            .AddParameter("PrependPath", Path.Combine(Folder, "ArtifactRegistry.types.ps1xml"))
            .AddParameter("ErrorAction", ActionPreference.Stop)
            // A script's preferences are about changes; loading the module is not one.
            .AddParameter("WhatIf", false)
            .AddParameter("Confirm", false);
        try
        {
            shell.Invoke();
        }
        catch (RuntimeException e) when (e.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
        }
    }
}
