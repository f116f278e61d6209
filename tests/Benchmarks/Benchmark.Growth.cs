using System.Globalization;

namespace ArtifactRegistry.Benchmarks;

internal sealed partial class Benchmark
{
    /// <summary>One digest with very many tags, very many repositories, and one image with very many digests.</summary>
    private async IAsyncEnumerable<Line> GrowthAsync()
    {
        yield return await TagsAsync();
        await foreach (Line line in FleetAsync()) yield return line;
        await foreach (Line line in PlansAsync()) yield return line;
    }

    private async IAsyncEnumerable<Line> PlansAsync()
    {
        (int Digests, int Megabytes)[] sizes = [(100_000, 24), (1_000_000, 240)];
        List<double> each = [], megabytes = [];
        foreach ((int digests, _) in sizes)
        {
            await using EmulatorProcess emulator = await EmulatorAsync([new("big", digests)]);
            int step = digests / 5;
            string sample = string.Create(CultureInfo.InvariantCulture, $"ForEach-Object {{ if (++$n % {step} -eq 1) ")
                + "{ $m = [GC]::GetTotalMemory($true) - $start; if ($m -gt $most) { $most = $m } } }; ";
            string plan = $"Get-ArUntaggedImage {Apps}/big";
            Dictionary<string, double> ours = await Engine.RunAsync(
                $"Get-ArUntaggedImage {Apps}/warm | Out-Null; {Clock}{plan} | Out-Null; "
                    + "\"ms=$($clock.Elapsed.TotalMilliseconds)\"; "
                    + $"$n = 0; $most = 0; $start = [GC]::GetTotalMemory($true); {plan} | {sample}\"most=$most\"",
                emulator.Url,
                stop
            );
            each.Add(ours["ms"] / digests);
            megabytes.Add(ours["most"] / 1e6);
        }

        yield return new Line(
            "plan of one image with 100,000 and with 1,000,000 digests, a digest",
            string.Join(", ", each.Select(Report.Time)),
            "the smaller one",
            Report.Number(each[1] / each[0]),
            "at most 1.3",
            each[1] / each[0] <= 1.3
        );
        yield return new Line(
            "managed memory of these plans",
            string.Join(", ", megabytes.Select(value => $"{Report.Number(value)} MB")),
            "",
            $"{Report.Number(megabytes.Max())} MB",
            string.Join(", ", sizes.Select(size => $"under {size.Megabytes} MB")),
            megabytes.Zip(sizes).All(pair => pair.First < pair.Second.Megabytes)
        );
    }

    private async Task<Line> TagsAsync()
    {
        const int Few = 50,
            Many = 5_000;
        await using EmulatorProcess emulator = await EmulatorAsync(
            [new("few", 0, Tagged: 1), new("many", 0, Tagged: 1)]);
        const string Work =
            "$removed = @(Get-ArImageTag {0} -Tag t* | Remove-ArImageTag -Confirm:$false); "
                + "if ($removed.Count -ne {1}) {{ throw \"$($removed.Count) tags were removed\" }}; ";
        string script = "";
        foreach ((string image, int tags) in new[] { ("warm", Few), ("few", Few), ("many", Many) })
            script += $"$names = 1..{tags} -replace '^', 't'; Add-ArImageTag {Apps}/{image}:v0 -Tag $names | Out-Null; "
                + Clock
                + string.Format(CultureInfo.InvariantCulture, Work, $"{Apps}/{image}", tags)
                + $"\"{image}=$($clock.Elapsed.TotalMilliseconds / {tags})\"; ";
        Dictionary<string, double> ours = await Engine.RunAsync(script, emulator.Url, stop);
        return new Line(
            $"list and remove {Few} and {Many:N0} tags of one digest, a tag",
            $"{Report.Time(ours["few"])}, {Report.Time(ours["many"])}",
            "the smaller one",
            Report.Number(ours["many"] / ours["few"]),
            "at most 1.3",
            ours["many"] / ours["few"] <= 1.3
        );
    }

    private async IAsyncEnumerable<Line> FleetAsync()
    {
        const int Runs = 3,
            AtOnceHere = 1; // one repository after the other, as Get-ArImage lists what is piped to it
        string[] names = [.. Fleet.Names(200)];
        await using EmulatorProcess emulator = await EmulatorAsync(
            names.SelectMany(name => Enumerable.Range(0, 10).Select(i => new SeededImage(
                string.Create(CultureInfo.InvariantCulture, $"web{i}"), 5, 0, name))),
            "--latency",
            "20ms");
        string list = $"$names | Get-ArImage | Out-Null; ";
        Dictionary<string, double> ours = await Engine.RunAsync(
            $"$names = {string.Join(',', names.Select(name => $"'{name}'"))}; "
                + $"foreach ($i in 1..{Floor.TimesBefore}) {{ {list} }}; "
                + $"foreach ($i in 0..{Runs - 1}) {{ {Clock}{list}\"ms$i=$($clock.Elapsed.TotalMilliseconds)\" }}; "
                + "$n = 0; $most = 0; $start = [GC]::GetTotalMemory($true); "
                + $"$names | Get-ArImage | ForEach-Object {{ if (++$n % 2000 -eq 0) {{ "
                + "$m = [GC]::GetTotalMemory($true) - $start; if ($m -gt $most) { $most = $m } } }; "
                + "\"most=$most\"; \"count=$n\"",
            emulator.Url,
            stop
        );
        if (ours["count"] != names.Length * 50) throw new InvalidOperationException($"{ours["count"]} were listed.");
        double floor = await MedianAsync(
            Runs,
            _ => FloorAsync(emulator.Url, "fleet", $"{names.Length}", $"{AtOnceHere}"));
        yield return Ratio(
            "list 200 repositories in 4 projects and 3 locations, 20 ms latency",
            Report.Median(Enumerable.Range(0, Runs).Select(i => ours[$"ms{i}"])),
            "floor",
            floor,
            1.3);
        double megabytes = ours["most"] / 1e6;
        yield return new Line(
            "managed memory meanwhile", $"{Report.Number(megabytes)} MB", "", $"{Report.Number(megabytes)} MB",
            "under 24 MB", megabytes < 24);
    }
}
