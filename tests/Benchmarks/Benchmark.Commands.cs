using System.Globalization;

namespace ArtifactRegistry.Benchmarks;

internal sealed partial class Benchmark
{
    private async IAsyncEnumerable<Line> MoveAsync()
    {
        const int Images = 200;
        if (Gcloud is null) yield break;
        await using EmulatorProcess emulator = await EmulatorAsync(
            Enumerable
                .Range(0, Images + 3)
                .Select(i => new SeededImage(string.Create(CultureInfo.InvariantCulture, $"web{i}"), 0, 2))
        );
        double wall = (
            await Engine.RunAsync(
                $"0..{Images - 1} | ForEach-Object {{ \"{Apps}/web${{_}}:v1\" }} | Add-ArImageTag -Tag v0 -Force | "
                    + $"Out-Null",
                emulator.Url,
                stop
            )
        )["wall"];
        double gcloud = await MedianAsync(3, i =>
            GcloudAsync(
                emulator.Url,
                "artifacts",
                "docker",
                "tags",
                "add",
                $"{Apps}/web{Images + i}:v1",
                $"{Apps}/web{Images + i}:v0",
                "--quiet"
            )
        );
        yield return Faster(
            $"move a tag on {Images} images, with the start of PowerShell",
            wall / Images,
            gcloud,
            50,
            " a tag"
        );
    }

    private async IAsyncEnumerable<Line> ListAsync()
    {
        await using (EmulatorProcess emulator = await EmulatorAsync([new("big", 100_000)]))
        {
            // A session that has worked before, as the floor has: its code is compiled, and that of the emulator.
            Dictionary<string, double> ours = await Engine.RunAsync(
                $"1..5 | ForEach-Object {{ Get-ArImage {Apps} | Out-Null }}; foreach ($i in 0..4) {{ "
                    + $"{Clock}Get-ArImage {Apps} | Out-Null; "
                    + $"\"ms$i=$($clock.Elapsed.TotalMilliseconds)\"; {Clock}Get-ArImage {Apps} | Select-Object -First "
                    + $"1 | Out-Null; "
                    + "\"first$i=$($clock.Elapsed.TotalMilliseconds)\" }; $answers = 0; "
                    + $"foreach ($each in Get-ArImage {Apps} -Verbose 4>&1 | Where-Object {{ \"$_\" -notlike "
                    + $"'Speaking*' }} | Select-Object -First 3) "
                    + "{ if ($each -is [Management.Automation.VerboseRecord]) { $answers++ } else { "
                    + "\"answers=$answers\"; break } }",
                emulator.Url,
                stop
            );
            double floor = await MedianAsync(5, _ => FloorAsync(emulator.Url, "list", "*"));
            double mine = Report.Median(Enumerable.Range(0, 5).Select(i => ours[$"ms{i}"]));
            double first = Report.Median(Enumerable.Range(0, 5).Select(i => ours[$"first{i}"]));
            yield return Ratio("list 100,000 digests", mine, "floor", floor, 1.15);
            yield return new Line(
                "its first object",
                Report.Time(first),
                "",
                $"after {ours["answers"]} of 101 answers",
                "before the second page",
                ours["answers"] == 1
            );
        }

        if (Gcloud is null) yield break;
        await using EmulatorProcess small = await EmulatorAsync([new("big", 10_000)]);
        yield return await ListedAsync("list 10,000 digests as a table, with the start of both", "");
        yield return await ListedAsync(
            "the same, digests alone",
            " | ForEach-Object { [Console]::Out.WriteLine($_.Digest) }",
            "--format=value(version)"
        );

        async Task<Line> ListedAsync(string work, string shown, params string[] format)
        {
            double ours = await MedianAsync(3, async _ =>
                (await Engine.RunAsync($"Get-ArImage {Apps}{shown}", small.Url, stop))["wall"]
            );
            double gcloud = await MedianAsync(3, _ =>
                GcloudAsync(
                    small.Url,
                    [
                        "artifacts",
                        "docker",
                        "images",
                        "list",
                        Apps,
                        "--include-tags",
                        "--page-size=1000",
                        "--quiet",
                        .. format,
                    ]
                )
            );
            return Faster(work, ours, gcloud, 3);
        }
    }
}
