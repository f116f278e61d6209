using System.Diagnostics;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>The built shell as people start it: a process, its streams, its exit code.</summary>
internal static class ShellProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>The shell's assembly, built with the configuration that these tests were built with.</summary>
    public static string Assembly { get; } = FindAssembly();

    public static string DotNet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Runs it with standard input closed after this text; all streams are redirected.</summary>
    public static Task<ShellResult> RunAsync(string[] arguments, string input = "", string? module = null) =>
        RunAsync(arguments, input, module is null ? [] : [("ARTIFACTREGISTRY_MODULE", module)]);

    public static async Task<ShellResult> RunAsync(
        string[] arguments, string input, (string Name, string Value)[] environment)
    {
        using CancellationTokenSource stop =
            CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Limit);
        ProcessStartInfo start = new(DotNet, [Assembly, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment) start.Environment[name] = value;

        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(stop.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(stop.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), stop.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(stop.Token);
            return new ShellResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static string FindAssembly()
    {
        // tests/ArtifactRegistry.Tests/bin/<configuration>/net10.0
        DirectoryInfo output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string root = output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(
            root, "src", "Shell", "bin", output.Parent.Name, output.Name, "ArtifactRegistry.Shell.dll");
    }
}

/// <summary>What a run of the shell left behind, with the line ends of this machine made the same.</summary>
internal sealed record ShellResult(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}
