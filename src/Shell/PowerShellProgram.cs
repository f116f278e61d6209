using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ArtifactRegistry.Shell;

/// <summary>The PowerShell that a restore of this solution brings, as a program to start.</summary>
internal static class PowerShellProgram
{
    /// <summary>
    /// Gets the path in the package cache: of <c>pwsh.exe</c> on Windows, of <c>pwsh.dll</c> elsewhere.
    /// </summary>
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(
        typeof(PowerShellProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(metadata => metadata.Key == "PowerShellFolder").Value!,
        OperatingSystem.IsWindows() ? "win/pwsh.exe" : "unix/pwsh.dll"));

    /// <summary>Gets the path of the .NET host that runs this process, which runs PowerShell as well.</summary>
    // The host need not be on the PATH, and the path of this process may be that of its own executable.
    public static string DotNet { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "../../..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>Creates the start of PowerShell with these arguments.</summary>
    /// <param name="arguments">The command line of pwsh.</param>
    /// <exception cref="FileNotFoundException">The package is not in the cache.</exception>
    public static ProcessStartInfo Start(params IEnumerable<string> arguments)
    {
        if (!File.Exists(Path))
            throw new FileNotFoundException(
                $"PowerShell is not at '{Path}'. Run dotnet restore, which downloads it.",
                Path
            );
        // The package has an executable for Windows only.
        ProcessStartInfo start = OperatingSystem.IsWindows() ? new(Path, arguments) : new(DotNet, [Path, .. arguments]);
        // PowerShell would report its use and look for a newer version; what the user has set is left as it is.
        start.Environment.TryAdd("POWERSHELL_TELEMETRY_OPTOUT", "1");
        start.Environment.TryAdd("POWERSHELL_UPDATECHECK", "Off");
        return start;
    }
}
