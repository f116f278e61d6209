using System.Globalization;

namespace ArtifactRegistry.Benchmarks;

internal sealed partial class Benchmark
{
    private async IAsyncEnumerable<Line> ScaleAsync()
    {
        const string Before = "us-docker.pkg.dev/shop/before",
            One = "us-docker.pkg.dev/shop/one",
            Many = "us-docker.pkg.dev/shop/many";
        int[] sizes = [1_000, 10_000, 100_000];
        List<double> list = [], clean = [], listMemory = [], cleanMemory = [], manyMemory = [];
        foreach (int size in sizes)
        {
            // Many short runs at the small sizes, so that each size is measured for about as long.
            int runs = Math.Clamp(30_000 / size, 1, 15);
            await using EmulatorProcess emulator = await EmulatorAsync([
                .. Enumerable
                    .Range(0, runs)
                    .Select(i => new SeededImage(string.Create(CultureInfo.InvariantCulture, $"big{i}"), size)),
                new("big", size, 0, One),
                new("worked", 10_000, 0, Before),
                .. Enumerable
                    .Range(0, size / 1000)
                    .Select(i => new SeededImage(
                        string.Create(CultureInfo.InvariantCulture, $"image{i}"),
                        1000,
                        0,
                        Many
                    )),
            ]);
            // What is alive is looked at ten times a run, apart from the times, since looking takes some.
            string sample = string.Create(
                CultureInfo.InvariantCulture,
                $"ForEach-Object {{ if (++$n % {size / 10} -eq 0) {{ $m = [GC]::GetTotalMemory($true) - $start; if ($m "
                    + $"-gt $most) {{ $most = $m }} }} }}; "
            );
            Dictionary<string, double> ours = await Engine.RunAsync(
                // A session that has worked for some seconds before, at each size: its code is compiled, and that of
                // the emulator.
                $"{Clock}while ($clock.Elapsed.TotalSeconds -lt 4) {{ Get-ArImage {Before}/worked | Where-Object {{ "
                    + $"-not $_.Tags }} | Out-Null }}; Remove-ArUntaggedImage {Before} {Fast} | Out-Null; "
                    + $"{Clock}foreach ($i in 0..{runs - 1}) {{ Get-ArImage {Apps}/big$i | Where-Object {{ -not "
                    + $"$_.Tags }} | Out-Null }}; \"list=$($clock.Elapsed.TotalMilliseconds / {runs})\"; "
                    + Peak("listMemory", $"Get-ArImage {Apps}/big0 | Where-Object {{ -not $_.Tags }}")
                    + $"{Clock}$removed = 0; foreach ($i in 0..{runs - 1}) {{ Remove-ArUntaggedImage {Apps}/big$i "
                    + $"{Fast} | ForEach-Object {{ $removed++ }} }}; "
                    + $"\"clean=$($clock.Elapsed.TotalMilliseconds / {runs})\"; \"removed=$removed\"; "
                    + Peak(
                        "cleanMemory",
                        $"Remove-ArUntaggedImage {One}/big {Fast} | Where-Object Status -eq 'Removed'"
                    )
                    + Peak("manyMemory", $"Remove-ArUntaggedImage {Many} {Fast} | Where-Object Status -eq 'Removed'"),
                emulator.Url,
                stop
            );
            if (ours["removed"] != size * runs)
                throw new InvalidOperationException($"{ours["removed"]} of {size * runs} were removed.");
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

        // A digest may be cheaper in a large listing, whose next page is on its way while this one is read, but not
        // dearer.
        static Line Even(string work, List<double> each) => new(
            work, string.Join(", ", each.Select(Report.Time)), "the smallest size", Report.Number(each.Max() / each[0]),
            "no size above 1.5 of it", each.Max() / each[0] <= 1.5);

        static Line Memory(string work, List<double> megabytes) =>
            new(
                work,
                string.Join(", ", megabytes.Select(value => $"{Report.Number(value)} MB")),
                "",
                $"{Report.Number(megabytes.Max())} MB",
                "under 64 MB",
                megabytes.Max() < 64
            );
    }
}
