using System.Globalization;
using ArtifactRegistry.Shell;

namespace ArtifactRegistry.Benchmarks;

/// <summary>The rows of the table, one method each; everything that is compared is measured in one run.</summary>
internal sealed partial class Benchmark(CancellationToken stop)
{
    private const string Apps = EmulatorProcess.Apps;
    private const string Clock = "$clock = [Diagnostics.Stopwatch]::StartNew(); ";
    private const string Fast = "-Confirm:$false -ThrottleLimit 64 -RequestsPerSecond 10000";
    private const int AtOnce = 64;
    private static readonly string? Gcloud = Processes.Find("gcloud");

    private static readonly (string Name, Func<Benchmark, IAsyncEnumerable<Line>> Measure)[] Works =
    [
        ("start", benchmark => benchmark.StartAsync()),
        ("clean", benchmark => benchmark.CleanAsync()),
        ("requests", benchmark => benchmark.RequestsAsync()),
        ("http2", benchmark => benchmark.Http2Async()),
        ("move", benchmark => benchmark.MoveAsync()),
        ("copy", benchmark => benchmark.CopyAsync()),
        ("list", benchmark => benchmark.ListAsync()),
        ("inuse", benchmark => benchmark.InUseAsync()),
        ("scale", benchmark => benchmark.ScaleAsync()),
        ("growth", benchmark => benchmark.GrowthAsync()),
        ("quota", benchmark => benchmark.QuotaAsync()),
    ];

    public static IReadOnlyList<string> Rows { get; } = [.. Works.Select(work => work.Name)];

    public static async Task<int> RunAsync(string[] rows, CancellationToken stop)
    {
        if (rows.Except(Rows).FirstOrDefault() is string unknown)
        {
            Console.Error.WriteLine($"'{unknown}' is not a row. The rows are {string.Join(", ", Rows)}.");
            return 64;
        }

        if (!Processes.IsStaged)
        {
            Console.Error.WriteLine(
                "bin/ holds the module of another build. Run this without --no-build, which stages its own."
            );
            return 64;
        }

        Benchmark benchmark = new(stop);
        string text;
        await using (EmulatorProcess emulator = await EmulatorProcess.StartAsync([], stop))
            text = await Report.HeaderAsync(emulator.Url, stop);
        Console.Write(text);
        bool reached = true;
        foreach (string row in rows.Length == 0 ? Rows : rows)
        {
            await foreach (Line line in Works.Single(work => work.Name == row).Measure(benchmark))
            {
                string formatted = Report.Format(line);
                Console.Write(formatted);
                text += formatted;
                reached &= line.Reached;
            }
        }

        if (rows.Length == 0) await File.WriteAllTextAsync(Path.Combine(Processes.Root, Report.File), text, stop);
        return reached ? 0 : 1;
    }

    private Task<EmulatorProcess> EmulatorAsync(IEnumerable<SeededImage> images, params string[] flags) =>
        EmulatorProcess.StartAsync(
            [new SeededImage("warm", 20, 20), new SeededImage("warm-floor", 20, 20), .. images], stop, flags);

    private async Task<double> GcloudAsync(Uri url, params string[] arguments) =>
        (await Processes.RunAsync(Gcloud!, arguments, url, stop)).Milliseconds;

    private async Task<double> FloorAsync(Uri url, string what, params string[] rest) =>
        (await FloorNumbersAsync(url, what, rest))["ms"];

    private async Task<Dictionary<string, double>> FloorNumbersAsync(Uri url, string what, params string[] rest)
    {
        string[] arguments = [typeof(Benchmark).Assembly.Location, "floor", what, url.ToString(), .. rest];
        return Processes.Numbers((await Processes.RunAsync(PowerShellProgram.DotNet, arguments, url, stop)).Output);
    }

    private static async Task<double> MedianAsync(int times, Func<int, Task<double>> measure)
    {
        List<double> values = new();
        for (int i = 0; i < times; i++) values.Add(await measure(i));
        return Report.Median(values);
    }

    private static Line Faster(string work, double ours, double theirs, double wanted, string unit = "") =>
        new(
            work,
            Report.Time(ours) + unit,
            $"gcloud {Report.Time(theirs)}{unit}",
            $"{Report.Number(theirs / ours)} times faster",
            string.Create(CultureInfo.InvariantCulture, $"more than {wanted}"),
            theirs / ours > wanted
        );

    private static Line Ratio(string work, double ours, string name, double theirs, double wanted) => new(
        work, Report.Time(ours), $"{name} {Report.Time(theirs)}", Report.Number(ours / theirs),
        string.Create(CultureInfo.InvariantCulture, $"under {wanted}"), ours / theirs < wanted);
}
