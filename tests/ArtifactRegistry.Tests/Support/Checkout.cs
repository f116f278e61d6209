using System.Diagnostics;
using ArtifactRegistry.Shell;

namespace ArtifactRegistry.Tests.Support;

/// <summary>Where the files of this checkout are.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static string Manifest => Path.Combine(Root, "ArtifactRegistry.psd1");

    /// <summary>
    /// Gets what starts a program below src, built with the configuration that these tests were built with.
    /// </summary>
    public static ProcessStartInfo Program(string project, params IEnumerable<string> arguments)
    {
        // tests/ArtifactRegistry.Tests/bin/CONFIGURATION/FRAMEWORK
        DirectoryInfo output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string name = $"ArtifactRegistry.{project}" + (OperatingSystem.IsWindows() ? ".exe" : "");
        ProcessStartInfo start = new(
            Path.Combine(Root, "src", project, "bin", output.Parent!.Name, output.Name, name),
            arguments
        );
        // An executable looks for .NET where it is usually installed, and not where the tests found it.
        start.Environment.TryAdd("DOTNET_ROOT", Path.GetDirectoryName(PowerShellProgram.DotNet));
        return start;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ArtifactRegistry.psd1")))
                return folder.FullName;
        throw new InvalidOperationException($"No ArtifactRegistry.psd1 above '{AppContext.BaseDirectory}'.");
    }
}
