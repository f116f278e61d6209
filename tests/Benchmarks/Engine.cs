using System.Diagnostics;
using ArtifactRegistry.Shell;

namespace ArtifactRegistry.Benchmarks;

/// <summary>PowerShell as a process for each script: the program that the restore of this repository brings.</summary>
internal static class Engine
{
    /// <summary>Gets the statement that imports the module.</summary>
    public static string ImportModule => $"Import-Module '{Processes.Module}'; ";

    /// <summary>Gets the process that runs a script, without the module.</summary>
    public static ProcessStartInfo Start(string script) =>
        PowerShellProgram.Start("-NoProfile", "-NonInteractive", "-Command", script);

    /// <summary>
    /// Imports the module and runs a script; gives the numbers that it wrote as NAME=NUMBER, and "wall", the time of
    /// the process.
    /// </summary>
    public static Task<Dictionary<string, double>> RunAsync(
        string script, Uri emulator, CancellationToken stop, params (string Name, string Value)[] environment) =>
        RunBareAsync(ImportModule + script, emulator, stop, environment);

    /// <summary>As <see cref="RunAsync"/>, without the module.</summary>
    public static async Task<Dictionary<string, double>> RunBareAsync(
        string script, Uri emulator, CancellationToken stop, params (string Name, string Value)[] environment)
    {
        string text = $"$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; {script}";
        ProcessStartInfo start = Start(text);
        (string output, double wall) = await Processes.RunAsync(
            start.FileName,
            start.ArgumentList,
            emulator,
            stop,
            environment
        );
        Dictionary<string, double> numbers = Processes.Numbers(output);
        numbers["wall"] = wall;
        return numbers;
    }
}
