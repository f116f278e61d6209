using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ArtifactRegistry.Benchmarks;

/// <summary>A line of the table.</summary>
/// <param name="Work">What was done.</param>
/// <param name="Ours">What it took.</param>
/// <param name="Against">What the other took.</param>
/// <param name="Result">The ratio, or whatever the goal speaks of.</param>
/// <param name="Goal">What it must reach.</param>
/// <param name="Reached">Whether it does.</param>
internal sealed record Line(string Work, string Ours, string Against, string Result, string Goal, bool Reached);

/// <summary>The table in Markdown, with the machine and the versions above it.</summary>
internal static class Report
{
    public static string File { get; } = Path.Combine("tests", "Benchmarks", "RESULTS.md");

    public static async Task<string> HeaderAsync(Uri emulator, CancellationToken stop)
    {
        string gcloud = Processes.Find("gcloud") is string file
            ? (await Processes.RunAsync(file, ["version"], emulator, stop)).Output.Split('\n')[0]
            : "gcloud is not installed";
        ProcessStartInfo version = Engine.Start("$PSVersionTable.PSVersion.ToString()");
        string engine = (
            await Processes.RunAsync(version.FileName, version.ArgumentList, emulator, stop)
        ).Output.Trim();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # Benchmark

            {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC; {Environment.ProcessorCount} cores ({Processor()}), {Memory():0} GB,
            {RuntimeInformation.OSDescription}; PowerShell {engine}, {gcloud},
            {RuntimeInformation.FrameworkDescription}. The emulator runs in a process of its own on the same machine.
            *Floor* is a program that sends the same requests with the same concurrency by HttpClient alone. Times are
            medians of one run of `dotnet run -c Release --project tests/Benchmarks`.

            | work | here | against | result | goal | reached |
            | --- | --- | --- | --- | --- | --- |

            """);
    }

    public static string Format(Line line) =>
        $"| {line.Work} | {line.Ours} | {line.Against} | {line.Result} | {line.Goal} | "
            + $"{(line.Reached ? "yes" : "**no**")} |\n";

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    public static string Time(double milliseconds) => milliseconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds * 1000:0} µs"),
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.00} s"),
    };

    public static string Number(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}");

    private static double Memory() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;

    private static string Processor()
    {
        const string Linux = "/proc/cpuinfo";
        return System.IO.File.Exists(Linux)
            && System
                .IO.File.ReadLines(Linux)
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                is string model
            ? model[(model.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
    }
}
