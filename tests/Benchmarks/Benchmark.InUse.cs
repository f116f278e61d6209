using System.Globalization;

namespace ArtifactRegistry.Benchmarks;

internal sealed partial class Benchmark
{
    private async IAsyncEnumerable<Line> InUseAsync()
    {
        const int Clusters = 20,
            Pods = 2_000,
            Runs = 3,
            InTurn = 16; // the default of -ThrottleLimit
        await using EmulatorProcess emulator = await EmulatorProcess.StartAsync(
            [new SeededImage("web", 20)],
            [new SeededFleet("games", Clusters, Pods).Entry()],
            stop,
            "--latency",
            "20ms");
        string read = string.Create(
            CultureInfo.InvariantCulture,
            $"Get-ArImageInUse games -Source Kubernetes -Repository us-docker.pkg.dev/none/none "
                + $"-ThrottleLimit {InTurn}");
        Dictionary<string, double> ours = await Engine.RunAsync(
            // As often before as the floor, so that neither is compiled in the time. Rows of no repository: the
            // registry is not asked.
            $"foreach ($i in 1..{Floor.TimesBefore}) {{ {read} }}; "
                + $"foreach ($i in 0..{Runs - 1}) {{ {Clock}{read}; \"ms$i=$($clock.Elapsed.TotalMilliseconds)\" }}; "
                // What is alive is looked at apart from the times, by another thread while it is read.
                + "$start = [GC]::GetTotalMemory($true); $done = [Threading.ManualResetEventSlim]::new(); "
                + "$watch = [PowerShell]::Create().AddScript({ param($done) $most = 0; while (-not $done.IsSet) { "
                + "$now = [GC]::GetTotalMemory($true); if ($now -gt $most) { $most = $now } }; $most })"
                + ".AddArgument($done); $seen = $watch.BeginInvoke(); "
                + $"{read}; $done.Set(); \"memory=$($watch.EndInvoke($seen)[0] - $start)\"",
            emulator.Url,
            stop);
        double mine = Report.Median(Enumerable.Range(0, Runs).Select(i => ours[$"ms{i}"]));
        double floor = await MedianAsync(
            Runs,
            _ => FloorAsync(emulator.Url, "inuse", "games", InTurn.ToString(CultureInfo.InvariantCulture)));
        yield return Ratio("read what runs in 20 clusters of 2,000 pods, 20 ms latency", mine, "floor", floor, 1.3);
        double megabytes = ours["memory"] / 1e6;
        yield return new Line(
            "managed memory meanwhile", $"{Report.Number(megabytes)} MB", "", $"{Report.Number(megabytes)} MB",
            "under 64 MB", megabytes < 64);
    }
}
