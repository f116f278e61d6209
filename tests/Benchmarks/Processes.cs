using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using ArtifactRegistry.Shell;

namespace ArtifactRegistry.Benchmarks;

/// <summary>Where things are, and processes that run to their end.</summary>
internal static class Processes
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    public static string Root { get; } = Path.GetFullPath(Path.Combine(Folder(), "../.."));

    public static string Module { get; } = Path.Combine(Root, "ArtifactRegistry.psd1");

    /// <summary>
    /// Whether what PowerShell imports was built as this program was: any other build stages its own.
    /// </summary>
    public static bool IsStaged =>
        File.ReadAllBytes(Path.Combine(Root, "bin", "ArtifactRegistry.Core.dll"))
            .AsSpan()
            .SequenceEqual(
                File.ReadAllBytes(
                    Path.Combine(
                        Root,
                        "src",
                        "ArtifactRegistry.Core",
                        "bin",
                        Configuration,
                        "net8.0",
                        "ArtifactRegistry.Core.dll"
                    )
                )
            );

    public static string Assembly(string project) =>
        Path.Combine(Root, "src", project, "bin", Configuration, "net10.0", $"ArtifactRegistry.{project}.dll");

    /// <summary>Makes the package, as users install it; gives its manifest.</summary>
    public static async Task<string> PackageAsync(CancellationToken stop)
    {
        ProcessStartInfo start = PowerShellProgram.Start(
            "-NoProfile", "-NonInteractive", "-Command",
            $"(& '{Path.Combine(Root, "build.ps1")}' Package 6> $null | Select-Object -Last 1).FullName");
        (string output, _) = await RunAsync(start.FileName, start.ArgumentList, new Uri("http://127.0.0.1/"), stop);
        string folder = output.Trim().Split('\n')[^1].Trim();
        return Path.Combine(folder, "ArtifactRegistry.psd1");
    }

    /// <summary>The file of a command on PATH; null if there is none.</summary>
    public static string? Find(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder =>
                (string[])
                    [
                        Path.Combine(folder, command),
                        Path.Combine(folder, command + ".exe"),
                        Path.Combine(folder, command + ".cmd"),
                    ]
            )
            .FirstOrDefault(File.Exists);

    /// <summary>Runs a command towards an emulator; gives its output and how long it took, in milliseconds.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public static async Task<(string Output, double Milliseconds)> RunAsync(
        string file,
        IEnumerable<string> arguments,
        Uri emulator,
        CancellationToken stop,
        params (string Name, string Value)[] environment
    )
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (
            string name in start
                .Environment.Keys.Where(name => name.StartsWith("CLOUDSDK_", StringComparison.Ordinal))
                .ToArray()
        )
            start.Environment.Remove(name);
        start.Environment["CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY"] = emulator.ToString();
        start.Environment["CLOUDSDK_AUTH_DISABLE_CREDENTIALS"] = "true";
        start.Environment["CLOUDSDK_CORE_DISABLE_PROMPTS"] = "1";
        start.Environment["CLOUDSDK_CORE_PROJECT"] = "shop";
        // Neither side reports its use or looks for a new version of itself.
        start.Environment["CLOUDSDK_CORE_DISABLE_USAGE_REPORTING"] = "true";
        start.Environment["CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK"] = "true";
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";
        start.Environment["CLOUDSDK_CONFIG"] = Path.Combine(Path.GetTempPath(), "ar-benchmark-gcloud");
        start.Environment["NO_COLOR"] = "1";
        foreach ((string name, string value) in environment) start.Environment[name] = value;

        long began = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(stop),
                error = process.StandardError.ReadToEndAsync(stop);
            await process.WaitForExitAsync(stop);
            double milliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            return process.ExitCode == 0
                ? (await output, milliseconds)
                : throw new InvalidOperationException(
                    $"{file} {string.Join(' ', arguments)}: {await output}{await error}"
                );
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>The numbers in output of the form NAME=NUMBER.</summary>
    public static Dictionary<string, double> Numbers(string output) => output
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split('='))
        .Where(pair => pair.Length == 2)
        .ToDictionary(pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture));

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
