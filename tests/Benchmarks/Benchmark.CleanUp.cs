using System.Globalization;

namespace ArtifactRegistry.Benchmarks;

internal sealed partial class Benchmark
{
    private async IAsyncEnumerable<Line> CleanAsync()
    {
        const int Runs = 3;
        int[] runs = [.. Enumerable.Range(0, Runs)];
        await using EmulatorProcess emulator = await EmulatorAsync(
            [
                .. runs.SelectMany(i => (SeededImage[])[new($"ours{i}", 1000, 1000), new($"floor{i}", 1000, 1000)]),
                new("loop", 20),
            ],
            "--latency",
            "50ms",
            "--operation-polls",
            "2",
            "--operation-time",
            "1h"
        );
        Dictionary<string, double> ours = await Engine.RunAsync(
            $"Remove-ArUntaggedImage {Apps}/warm {Fast} | Out-Null; foreach ($i in 0..{Runs - 1}) {{ {Clock}"
                + $"Remove-ArUntaggedImage \"{Apps}/ours$i\" {Fast} | Out-Null; "
                + $"\"ms$i=$($clock.Elapsed.TotalMilliseconds)\" }}",
            emulator.Url,
            stop
        );
        double mine = Report.Median(runs.Select(i => ours[$"ms{i}"]));
        double floor = await MedianAsync(Runs, i => FloorAsync(emulator.Url, "clean", $"floor{i}", $"{AtOnce}"));
        yield return Ratio("clean up 1,000 untagged of 2,000 digests, 50 ms latency", mine, "floor", floor, 1.15);

        if (Gcloud is null) yield break;
        Dictionary<string, double> digests = await Engine.RunAsync(
            $"Get-ArImage {Apps}/loop | ForEach-Object {{ \"$($_.Digest)=0\" }}", emulator.Url, stop);
        double loop = 0;
        foreach (string digest in digests.Keys.Where(key => key != "wall"))
            loop += await GcloudAsync(
                emulator.Url,
                "artifacts",
                "docker",
                "images",
                "delete",
                $"{Apps}/loop@{digest}",
                "--quiet"
            );
        yield return Faster("the same, an image, against a loop over 20", mine / 1000, loop / 20, 500);
    }

    private async IAsyncEnumerable<Line> Http2Async()
    {
        // Only there does a variable add to the store of certificates.
        if (!OperatingSystem.IsLinux()) yield break;
        const int Runs = 3;
        string[] works = ["clean", "list"];
        string authority = Path.GetTempFileName();
        int[] all = [.. Enumerable.Range(0, Runs * 2)];
        await using EmulatorProcess emulator = await EmulatorAsync(
            [
                new("big", 20_000),
                .. all.Select(i => new SeededImage(
                    string.Create(CultureInfo.InvariantCulture, $"ours{i}"),
                    1000,
                    1000
                )),
            ],
            "--latency",
            "50ms",
            "--operation-polls",
            "2",
            "--operation-time",
            "1h",
            "--urls",
            "https://127.0.0.1:0",
            "--certificate",
            authority
        );
        Dictionary<string, double> one = await RunAsync(0, "0"),
            two = await RunAsync(Runs, "1");
        File.Delete(authority);
        yield return Ratio(
            "the same by HTTP/2, as Google's hosts speak it",
            two["clean"],
            "HTTP/1.1 over TLS",
            one["clean"],
            1.25
        );
        yield return Ratio("list 20,000 digests by HTTP/2", two["list"], "HTTP/1.1 over TLS", one["list"], 1.25);

        async Task<Dictionary<string, double>> RunAsync(int from, string allowed)
        {
            Dictionary<string, double> told = await Engine.RunAsync(
                $"Remove-ArUntaggedImage {Apps}/warm {Fast} | Out-Null; foreach ($i in {from}..{from + Runs - 1}) {{ "
                    + $"{Clock}Remove-ArUntaggedImage \"{Apps}/ours$i\" {Fast} | Out-Null; "
                    + $"\"clean$i=$($clock.Elapsed.TotalMilliseconds)\"; {Clock}"
                    + $"Get-ArImage {Apps}/big | Out-Null; \"list$i=$($clock.Elapsed.TotalMilliseconds)\" }}",
                emulator.Url,
                stop,
                ("SSL_CERT_FILE", authority),
                ("DOTNET_SYSTEM_NET_HTTP_SOCKETSHTTPHANDLER_HTTP2SUPPORT", allowed)
            );
            return works.ToDictionary(
                what => what, what => Report.Median(Enumerable.Range(from, Runs).Select(i => told[$"{what}{i}"])));
        }
    }

    private async IAsyncEnumerable<Line> QuotaAsync()
    {
        const int Digests = 10_000,
            Quota = 300;
        await using EmulatorProcess emulator = await EmulatorAsync(
            [new("big", Digests)],
            "--deletes-per-second",
            $"{Quota}"
        );
        Dictionary<string, double> ours = await Engine.RunAsync(
            $"{Clock}$first = $last = $removed = $failed = 0; "
                + $"Remove-ArUntaggedImage {Apps}/big -Confirm:$false -ThrottleLimit 64 -RequestsPerSecond {Quota} | "
                + $"ForEach-Object {{ "
                + "$last = $clock.Elapsed.TotalSeconds; if (-not $first) { $first = $last }; if ($_.Status -eq "
                + "'Removed') { $removed++ } else { $failed++ } }; "
                + "\"rate=$(($removed - 1) / ($last - $first))\"; \"failed=$failed\"; \"removed=$removed\"",
            emulator.Url,
            stop
        );
        double share = ours["rate"] / Quota;
        yield return new Line(
            "10,000 deletions with -RequestsPerSecond 300, 429 above that",
            $"{Report.Number(ours["rate"])} a second",
            $"quota {Quota} a second",
            $"{Report.Number(100 * share)} %, {ours["failed"]:0} failed",
            "above 90 %, none failed",
            share > 0.9 && ours["failed"] == 0 && ours["removed"] == Digests
        );
    }
}
