using System.Diagnostics;

namespace ArtifactRegistry.Benchmarks;

internal sealed partial class Benchmark
{
    /// <summary>
    /// What the module adds to PowerShell, which is what it can answer for. Everything is done in turn, since the speed
    /// of a machine drifts and each takes less than a second or two. The module is a package, as users install it.
    /// </summary>
    private async IAsyncEnumerable<Line> StartAsync()
    {
        const int Cold = 2, // rounds for the emulator, which is cold itself
            Rounds = 11;
        const string ThreadJob = "Import-Module Microsoft.PowerShell.ThreadJob; ";
        string[] listing = ["artifacts", "docker", "tags", "list", $"{Apps}/warm", "--quiet"];
        string module = $"Import-Module '{await Processes.PackageAsync(stop)}'; ";
        await using EmulatorProcess emulator = await EmulatorAsync([]);
        string page = $"{emulator.Url}v1/projects/shop/locations/us/repositories/apps/dockerImages?pageSize=1000";
        foreach (ShellToMeasure shell in await ShellToMeasure.AllAsync(emulator.Url, stop))
        {
            List<double> gcloud = [], bare = [], first = [], own = [], import = [], threadJob = [];
            for (int round = 0; round < Cold + Rounds; round++)
            {
                if (Gcloud is not null) gcloud.Add(await GcloudAsync(emulator.Url, listing));
                bare.Add(await TimeAsync("1"));
                first.Add(await TimeAsync($"{module}Get-ArImageTag {Apps}/warm | Out-Null"));
                own.Add(await TimeAsync($"{ThreadJob}Invoke-RestMethod '{page}' | Out-Null"));
                import.Add(await TimeInsideAsync(module));
                threadJob.Add(await TimeInsideAsync(ThreadJob));
            }

            double added = Typical(first) - Typical(bare);
            if (Gcloud is not null)
                yield return Ratio(
                    $"import and list tags, less the start of {shell.Name} ({Report.Time(Typical(bare))})",
                    added,
                    "gcloud tags list, whole",
                    Typical(gcloud),
                    0.2
                );
            yield return Ratio(
                "the same, beside what PowerShell itself takes",
                added,
                "import of ThreadJob, Invoke-RestMethod of the page",
                Typical(own) - Typical(bare),
                1.5
            );
            yield return Ratio(
                $"import alone, in {shell.Name}",
                Typical(import),
                "import of Microsoft.PowerShell.ThreadJob",
                Typical(threadJob),
                3
            );

            async Task<double> TimeAsync(string script) => (await shell.RunAsync(script, emulator.Url, stop))["wall"];

            async Task<double> TimeInsideAsync(string script)
            {
                string timed = $"{Clock}{script}\"ms=$($clock.Elapsed.TotalMilliseconds)\"";
                return (await shell.RunAsync(timed, emulator.Url, stop))["ms"];
            }
        }

        static double Typical(List<double> times) => Report.Median(times.Skip(Cold));
    }
}

/// <summary>A PowerShell to measure in.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="File">Its <c>pwsh.dll</c> or executable.</param>
internal sealed record ShellToMeasure(string Name, string File)
{
    /// <summary>
    /// Names another shell beside the one that the restore brings, whose assemblies are IL only. Those of Microsoft's
    /// installers are compiled ahead of time.
    /// </summary>
    private const string Variable = "ARTIFACTREGISTRY_BENCHMARK_SHELL";

    /// <summary>Gets the shells, with their versions.</summary>
    public static async Task<IReadOnlyList<ShellToMeasure>> AllAsync(Uri emulator, CancellationToken stop)
    {
        List<ShellToMeasure> shells = [new("PowerShell, IL only", ArtifactRegistry.Shell.PowerShellProgram.Path)];
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } other)
            shells.Add(new("PowerShell, compiled ahead of time", Path.GetFullPath(other)));
        for (int i = 0; i < shells.Count; i++)
        {
            ProcessStartInfo start = shells[i].Start("$PSVersionTable.PSVersion.ToString()");
            (string version, _) = await Processes.RunAsync(start.FileName, start.ArgumentList, emulator, stop);
            shells[i] = shells[i] with
            {
                Name = shells[i].Name.Replace("PowerShell", $"PowerShell {version.Trim()}", StringComparison.Ordinal),
            };
        }

        return shells;
    }

    /// <summary>Runs a script, and gives the numbers that it wrote as NAME=NUMBER, and "wall".</summary>
    public async Task<Dictionary<string, double>> RunAsync(string script, Uri emulator, CancellationToken stop)
    {
        ProcessStartInfo start = Start(
            $"$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; {script}");
        (string output, double wall) = await Processes.RunAsync(start.FileName, start.ArgumentList, emulator, stop);
        Dictionary<string, double> numbers = Processes.Numbers(output);
        numbers["wall"] = wall;
        return numbers;
    }

    private ProcessStartInfo Start(string script)
    {
        string[] arguments = ["-NoProfile", "-NonInteractive", "-Command", script];
        return File.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
            ? new(ArtifactRegistry.Shell.PowerShellProgram.DotNet, [File, .. arguments])
            : new(File, arguments);
    }
}
