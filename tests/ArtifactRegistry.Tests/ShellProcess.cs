using System.Diagnostics;
using ArtifactRegistry.Shell;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests;

/// <summary>The built shell as people start it: a process, its streams, its exit code.</summary>
internal static class ShellProcess
{
    /// <summary>Gets the shell's assembly, built with the configuration that these tests were built with.</summary>
    public static string Assembly { get; } = FindAssembly();

    /// <summary>Runs it with standard input closed after this text; all streams are redirected.</summary>
    public static Task<ProcessResult> RunAsync(string[] arguments, string input = "", string? module = null) =>
        RunAsync(arguments, input, module is null ? [] : [("ARTIFACTREGISTRY_MODULE", module)]);

    public static Task<ProcessResult> RunAsync(
        string[] arguments, string input, (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(PowerShellProgram.DotNet, [Assembly, .. arguments]);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return ProcessResult.OfAsync(start, input);
    }

    private static string FindAssembly()
    {
        // tests/ArtifactRegistry.Tests/bin/<configuration>/net10.0
        DirectoryInfo output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(
            Checkout.Root, "src", "Shell", "bin", output.Parent!.Name, output.Name, "ArtifactRegistry.Shell.dll");
    }
}
