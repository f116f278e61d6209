using System.Globalization;
using System.Text;

namespace ArtifactRegistry.Benchmarks;

internal sealed partial class Benchmark
{
    private const string CopyDestination = "us-docker.pkg.dev/shop";
    private static readonly string? Skopeo = Processes.Find("skopeo");

    /// <summary>
    /// Copies images that share their large layers, beside <c>skopeo sync</c>, which copies all of them in one process:
    /// within a registry that mounts blobs, and where each blob has to be sent.
    /// </summary>
    private async IAsyncEnumerable<Line> CopyAsync()
    {
        if (Skopeo is null) yield break;
        const int Rounds = 3;
        foreach (bool mounts in new[] { true, false })
        {
            string[] runs = [.. Enumerable.Range(0, Rounds).Select(i => i.ToString(CultureInfo.InvariantCulture))];
            string[] repositories =
                ["memory", .. runs.Select(run => $"ours{run}"), .. runs.Select(run => $"theirs{run}")];
            await using EmulatorProcess emulator = await EmulatorAsync(
                repositories.Select(name => new SeededImage("none", 0, 0, $"{CopyDestination}/{name}")),
                mounts ? [] : ["--no-mount"]);
            await SharedLayers.PushAsync(emulator.Url, stop);
            List<double> ours = [], inSession = [], theirs = [];
            foreach (string run in runs)
            {
                theirs.Add(await SyncAsync(emulator.Url, $"us/shop/theirs{run}"));
                Dictionary<string, double> copied = await Engine.RunAsync(
                    $"{Clock}$rows = @({CopyTo($"ours{run}")}); \"ms=$($clock.Elapsed.TotalMilliseconds)\"; "
                        + "\"copied=$(@($rows | Where-Object Status -eq 'Copied').Count)\"",
                    emulator.Url,
                    stop);
                if (copied["copied"] != SharedLayers.Images)
                    throw new InvalidOperationException($"{copied["copied"]} images were copied.");
                ours.Add(copied["wall"]);
                inSession.Add(copied["ms"]);
            }

            string how = mounts ? "mounted" : "each layer sent";
            yield return Ratio(
                $"copy {SharedLayers.Images} images that share layers, {how}, with the start of PowerShell",
                Report.Median(ours),
                "skopeo sync",
                Report.Median(theirs),
                1);
            yield return Ratio(
                "the same in a session that has not copied before",
                Report.Median(inSession),
                "skopeo sync",
                Report.Median(theirs),
                1);
            yield return await MemoryOfCopyAsync(emulator.Url, mounts);
        }
    }

    private async Task<Line> MemoryOfCopyAsync(Uri emulator, bool mounts)
    {
        Dictionary<string, double> seen = await Engine.RunAsync(
            "$n = 0; $most = 0; $start = [GC]::GetTotalMemory($true); " + CopyTo("memory")
                + " | ForEach-Object { if (++$n % 5 -eq 0) { $m = [GC]::GetTotalMemory($true) - $start; "
                + "if ($m -gt $most) { $most = $m } } }; \"managed=$most\"; "
                + "\"process=$([Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64)\"",
            emulator,
            stop);
        double managed = seen["managed"] / 1e6;
        return new Line(
            $"managed memory while copying, {(mounts ? "mounted" : "each layer sent")}",
            $"{Report.Number(managed)} MB",
            $"the whole process {Report.Number(seen["process"] / 1e6)} MB",
            $"{Report.Number(managed)} MB",
            "under 100 MB",
            managed < 100);
    }

    private static string CopyTo(string repository) =>
        $"0..{SharedLayers.Images - 1} | ForEach-Object {{ \"{Apps}/shared$($_):v1\" }} | "
            + $"Copy-ArImage -Destination {CopyDestination}/{repository} -KeepTag";

    private async Task<double> SyncAsync(Uri emulator, string repository)
    {
        StringBuilder images = new();
        images.Append(CultureInfo.InvariantCulture, $"{emulator.Authority}:\n  tls-verify: false\n  images:\n");
        for (int i = 0; i < SharedLayers.Images; i++)
            images.Append(CultureInfo.InvariantCulture, $"    us/shop/apps/shared{i}: [v1]\n");
        string list = Path.ChangeExtension(Path.GetTempFileName(), ".yaml");
        try
        {
            await File.WriteAllTextAsync(list, images.ToString(), stop);
            return (await Processes.RunAsync(
                Skopeo!,
                [
                    "--insecure-policy", "sync", "--src", "yaml", "--dest", "docker", "--dest-tls-verify=false",
                    "--preserve-digests", list, $"{emulator.Authority}/{repository}",
                ],
                emulator,
                stop)).Milliseconds;
        }
        finally
        {
            File.Delete(list);
        }
    }
}
