using System.Diagnostics;

namespace ArtifactRegistry.TestSupport;

/// <summary>What a program printed, and how it ended.</summary>
public sealed record ToolRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs a program to its end, or kills it when the test is stopped.</summary>
    public static async Task<ToolRun> RunAsync(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        string? folder,
        CancellationToken stop)
    {
        using Process process = new() { StartInfo = StartInfo(file, arguments, environment, folder) };
        process.Start();
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(stop);
        Task<string> error = process.StandardError.ReadToEndAsync(stop);
        try
        {
            await process.WaitForExitAsync(stop);
            return new ToolRun(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    public static ProcessStartInfo StartInfo(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string? folder)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? AppContext.BaseDirectory,
        };
        // Settings of whoever runs the tests must not decide how they end.
        foreach (string name in start.Environment.Keys.ToArray())
        {
            if (name.StartsWith("CLOUDSDK_", StringComparison.Ordinal)) start.Environment.Remove(name);
        }
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return start;
    }

    /// <summary>The full path of a program, or null if this machine does not have it.</summary>
    public static string? Find(string name)
    {
        string[] endings = OperatingSystem.IsWindows() ? [".cmd", ".exe"] : [""];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => endings.Select(ending => Path.Combine(folder, name + ending)))
            .FirstOrDefault(File.Exists);
    }
}
