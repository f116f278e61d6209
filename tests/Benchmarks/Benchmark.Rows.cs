using System.Globalization;

namespace ArtifactRegistry.Benchmarks;

internal sealed partial class Benchmark
{
    private const string Clock = "$clock = [Diagnostics.Stopwatch]::StartNew(); ";
    private const string Fast = "-Confirm:$false -ThrottleLimit 64 -RequestsPerSecond 10000";
    private const int AtOnce = 64;

    private async IAsyncEnumerable<Line> StartAsync()
    {
        await using EmulatorProcess emulator = await EmulatorAsync([]);
        double gcloud = Gcloud is null ? 0
            : await MedianAsync(5, _ => GcloudAsync(emulator.Url, "artifacts", "docker", "tags", "list", $"{Apps}/warm", "--quiet"));
        foreach (Engine engine in Engine.All)
        {
            double wall = await MedianAsync(5, async _ =>
                (await engine.RunAsync($"Get-ArImageTag {Apps}/warm | Out-Null", emulator.Url, stop))["wall"]);
            if (Gcloud is not null)
                yield return Ratio($"start {engine.Name}, import, list tags, end", wall, "gcloud tags list", gcloud, 0.5);
        }

        if (Here.Import.Length > 0)
        {
            Engine bare = Here with { Import = "" };
            double import = await MedianAsync(5, async _ => (await bare.RunAsync(
                Clock + Here.Import + "\"import=$($clock.Elapsed.TotalMilliseconds)\"", emulator.Url, stop))["import"]);
            yield return Import(bare.Name, import);
        }

        yield return Import("the engine of src/Shell", await MedianAsync(5, async _ => Processes.Numbers((await Processes.RunAsync(
            Processes.DotNet, [typeof(Benchmark).Assembly.Location, "import"], emulator.Url, stop)).Output)["import"]));

        static Line Import(string engine, double time) =>
            new($"import alone, into {engine}", Report.Time(time), "", Report.Time(time), "under 100 ms", time < 100);
    }

    private async IAsyncEnumerable<Line> CleanAsync()
    {
        const int Runs = 3;
        int[] runs = [.. Enumerable.Range(0, Runs)];
        await using EmulatorProcess emulator = await EmulatorAsync(
            [.. runs.SelectMany(i => (SeededImage[])[new($"ours{i}", 1000, 1000), new($"floor{i}", 1000, 1000)]), new("loop", 20)],
            "--latency", "50ms", "--operation-polls", "2", "--operation-time", "1h");
        Dictionary<string, double> ours = await Here.RunAsync(
            $"Remove-ArUntaggedImage {Apps}/warm {Fast} | Out-Null; foreach ($i in 0..{Runs - 1}) {{ {Clock}"
            + $"Remove-ArUntaggedImage \"{Apps}/ours$i\" {Fast} | Out-Null; \"ms$i=$($clock.Elapsed.TotalMilliseconds)\" }}",
            emulator.Url, stop);
        double mine = Report.Median(runs.Select(i => ours[$"ms{i}"]));
        double floor = await MedianAsync(Runs, i => FloorAsync(emulator.Url, "clean", $"floor{i}", $"{AtOnce}"));
        yield return Ratio("clean up 1,000 untagged of 2,000 digests, 50 ms latency", mine, "floor", floor, 1.25);

        if (Gcloud is null) yield break;
        Dictionary<string, double> digests = await Here.RunAsync(
            $"Get-ArImage {Apps}/loop | ForEach-Object {{ \"$($_.Digest)=0\" }}", emulator.Url, stop);
        double loop = 0;
        foreach (string digest in digests.Keys.Where(key => key != "wall"))
            loop += await GcloudAsync(emulator.Url, "artifacts", "docker", "images", "delete", $"{Apps}/loop@{digest}", "--quiet");
        yield return Faster("the same, an image, against a loop over 20", mine / 1000, loop / 20, 100);
    }

    private async IAsyncEnumerable<Line> MoveAsync()
    {
        const int Images = 200;
        if (Gcloud is null) yield break;
        await using EmulatorProcess emulator = await EmulatorAsync(
            Enumerable.Range(0, Images + 3).Select(i => new SeededImage(string.Create(CultureInfo.InvariantCulture, $"web{i}"), 0, 2)));
        double wall = (await Here.RunAsync(
            $"0..{Images - 1} | ForEach-Object {{ \"{Apps}/web${{_}}:v1\" }} | Add-ArImageTag -Tag v0 -Force | Out-Null", emulator.Url, stop))["wall"];
        double gcloud = await MedianAsync(3, i => GcloudAsync(
            emulator.Url, "artifacts", "docker", "tags", "add", $"{Apps}/web{Images + i}:v1", $"{Apps}/web{Images + i}:v0", "--quiet"));
        yield return Faster($"move a tag on {Images} images, with the start of {Here.Name}", wall / Images, gcloud, 50, " a tag");
    }

    private async IAsyncEnumerable<Line> ListAsync()
    {
        await using (EmulatorProcess emulator = await EmulatorAsync([new("big", 100_000)]))
        {
            Dictionary<string, double> ours = await Here.RunAsync(
                $"Get-ArImage {Apps}/warm | Out-Null; foreach ($i in 0..2) {{ {Clock}Get-ArImage {Apps} | Out-Null; "
                + $"\"ms$i=$($clock.Elapsed.TotalMilliseconds)\"; {Clock}Get-ArImage {Apps} | Select-Object -First 1 | Out-Null; "
                + "\"first$i=$($clock.Elapsed.TotalMilliseconds)\" }", emulator.Url, stop);
            double floor = await MedianAsync(3, _ => FloorAsync(emulator.Url, "list", "*"));
            double mine = Report.Median(Enumerable.Range(0, 3).Select(i => ours[$"ms{i}"]));
            double first = Report.Median(Enumerable.Range(0, 3).Select(i => ours[$"first{i}"]));
            yield return Ratio("list 100,000 digests", mine, "floor", floor, 1.3);
            yield return new Line(
                "its first object", Report.Time(first), "", $"{Report.Number(100 * first / mine)} % of the listing",
                "before the second page of 100", first / mine < 0.02);
        }

        if (Gcloud is null) yield break;
        await using EmulatorProcess small = await EmulatorAsync([new("big", 10_000)]);
        double listed = await MedianAsync(3, async _ =>
            (await Here.RunAsync($"Get-ArImage {Apps} | ForEach-Object {{ [Console]::Out.WriteLine($_.Digest) }}", small.Url, stop))["wall"]);
        double gcloud = await MedianAsync(3, _ => GcloudAsync(
            small.Url, "artifacts", "docker", "images", "list", Apps, "--include-tags", "--page-size=1000", "--format=value(version)", "--quiet"));
        yield return Faster("list 10,000 digests, both as processes", listed, gcloud, 3);
    }

    private async IAsyncEnumerable<Line> ScaleAsync()
    {
        const string Before = "us-docker.pkg.dev/shop/before", One = "us-docker.pkg.dev/shop/one", Many = "us-docker.pkg.dev/shop/many";
        int[] sizes = [1_000, 10_000, 100_000];
        List<double> list = [], clean = [], listMemory = [], cleanMemory = [], manyMemory = [];
        foreach (int size in sizes)
        {
            await using EmulatorProcess emulator = await EmulatorAsync(
                [
                    new("big", size), new("big", size, 0, One), new("worked", 3_000, 0, Before),
                    .. Enumerable.Range(0, size / 1000).Select(i =>
                        new SeededImage(string.Create(CultureInfo.InvariantCulture, $"image{i}"), 1000, 0, Many)),
                ]);
            // Many short runs at the small sizes, so that each size is measured for about as long.
            int runs = Math.Clamp(30_000 / size, 1, 15);
            // What is alive is looked at ten times a run, apart from the times, since looking takes some.
            string sample = string.Create(
                CultureInfo.InvariantCulture,
                $"ForEach-Object {{ if (++$n % {size / 10} -eq 0) {{ $m = [GC]::GetTotalMemory($true) - $start; if ($m -gt $most) {{ $most = $m }} }} }}; ");
            Dictionary<string, double> ours = await Here.RunAsync(
                // A session that has worked before: its code is compiled.
                $"1..3 | ForEach-Object {{ Get-ArImage {Before} | Out-Null }}; Remove-ArUntaggedImage {Before} {Fast} | Out-Null; "
                + $"{Clock}foreach ($i in 1..{runs}) {{ Get-ArImage {Apps}/big | Where-Object {{ -not $_.Tags }} | Out-Null }}; "
                + $"\"list=$($clock.Elapsed.TotalMilliseconds / {runs})\"; "
                + Peak("listMemory", $"Get-ArImage {Apps}/big | Where-Object {{ -not $_.Tags }}")
                + $"{Clock}$removed = 0; Remove-ArUntaggedImage {Apps}/big {Fast} | ForEach-Object {{ $removed++ }}; "
                + "\"clean=$($clock.Elapsed.TotalMilliseconds)\"; \"removed=$removed\"; "
                + Peak("cleanMemory", $"Remove-ArUntaggedImage {One}/big {Fast} | Where-Object Status -eq 'Removed'")
                + Peak("manyMemory", $"Remove-ArUntaggedImage {Many} {Fast} | Where-Object Status -eq 'Removed'"),
                emulator.Url, stop);
            if (ours["removed"] != size) throw new InvalidOperationException($"{ours["removed"]} of {size} were removed.");
            list.Add(ours["list"] / size);
            clean.Add(ours["clean"] / size);
            listMemory.Add(ours["listMemory"] / 1e6);
            cleanMemory.Add(ours["cleanMemory"] / 1e6);
            manyMemory.Add(ours["manyMemory"] / 1e6);

            string Peak(string name, string pipeline) =>
                $"$n = 0; $most = 0; $start = [GC]::GetTotalMemory($true); {pipeline} | {sample}\"{name}=$most\"; ";
        }

        yield return Even("list 1,000, 10,000 and 100,000 digests of one image, a digest", list);
        yield return Even("clean them, a digest", clean);
        yield return Memory("managed memory while listing", listMemory);
        yield return Memory("managed memory while cleaning images of 1,000 digests each", manyMemory);
        yield return Memory("managed memory while cleaning one image of that size", cleanMemory);

        static Line Even(string work, List<double> each) => new(
            work, string.Join(", ", each.Select(Report.Time)), "itself", Report.Number(each.Max() / each.Min()), "within 1.5",
            each.Max() / each.Min() <= 1.5);

        static Line Memory(string work, List<double> megabytes) => new(
            work, string.Join(", ", megabytes.Select(value => $"{Report.Number(value)} MB")), "", $"{Report.Number(megabytes.Max())} MB",
            "under 64 MB", megabytes.Max() < 64);
    }

    private async IAsyncEnumerable<Line> QuotaAsync()
    {
        const int Digests = 10_000, Quota = 300;
        await using EmulatorProcess emulator = await EmulatorAsync([new("big", Digests)], "--deletes-per-second", $"{Quota}");
        Dictionary<string, double> ours = await Here.RunAsync(
            $"{Clock}$first = $last = $removed = $failed = 0; "
            + $"Remove-ArUntaggedImage {Apps}/big -Confirm:$false -ThrottleLimit 64 -RequestsPerSecond {Quota} | ForEach-Object {{ "
            + "$last = $clock.Elapsed.TotalSeconds; if (-not $first) { $first = $last }; if ($_.Status -eq 'Removed') { $removed++ } else { $failed++ } }; "
            + "\"rate=$(($removed - 1) / ($last - $first))\"; \"failed=$failed\"; \"removed=$removed\"", emulator.Url, stop);
        double share = ours["rate"] / Quota;
        yield return new Line(
            "10,000 deletions with -RequestsPerSecond 300, 429 above that", $"{Report.Number(ours["rate"])} a second", $"quota {Quota} a second",
            $"{Report.Number(100 * share)} %, {ours["failed"]:0} failed", "above 90 %, none failed",
            share > 0.9 && ours["failed"] == 0 && ours["removed"] == Digests);
    }
}
