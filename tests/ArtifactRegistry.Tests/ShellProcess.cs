using System.Diagnostics;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests;

/// <summary>The built shell as people start it: a process, its streams, its exit code.</summary>
internal static class ShellProcess
{
    /// <summary>Runs it with standard input closed after this text; all streams are redirected.</summary>
    public static Task<ProcessResult> RunAsync(string[] arguments, string input = "", string? module = null) =>
        RunAsync(arguments, input, module is null ? [] : [("ARTIFACTREGISTRY_MODULE", module)]);

    public static Task<ProcessResult> RunAsync(
        string[] arguments, string input, (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = Checkout.Program("Shell", arguments);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return ProcessResult.OfAsync(start, input);
    }
}
