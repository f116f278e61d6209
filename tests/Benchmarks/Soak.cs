using System.Globalization;

namespace ArtifactRegistry.Benchmarks;

/// <summary>
/// One session that lists, tags, grants and cleans for an hour; memory, handles and sockets must end as they began.
/// </summary>
internal static class Soak
{
    private const string Apps = EmulatorProcess.Apps;
    private const string Old = "us-docker.pkg.dev/shop/old";

    public static async Task<int> RunAsync(string[] rest, CancellationToken stop)
    {
        double minutes = rest is [string text] ? double.Parse(text, CultureInfo.InvariantCulture) : 60;
        // More than a clean-up a second, of one image with twenty digests each.
        int images = (int)(100 + (minutes * 100));
        await using EmulatorProcess emulator = await EmulatorProcess.StartAsync(
            [
                new SeededImage("web", 100, 100),
                .. Enumerable
                    .Range(0, images)
                    .Select(i => new SeededImage(string.Create(CultureInfo.InvariantCulture, $"old{i}"), 20, 0, Old)),
            ],
            stop
        );
        string script = string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            $clock = [Diagnostics.Stopwatch]::StartNew(); $round = 0; $cleaned = 0; $next = 0; $lines = 0
            while ($clock.Elapsed.TotalMinutes -lt {{minutes}}) {
                $round++
                Start-Sleep -Milliseconds 100 # a session, not a race
                $null = Get-ArImageTag {{Apps}}/web
                $null = "{{Apps}}/web:v$($round % 100)" | Add-ArImageTag -Tag moving -Force
                $null = "user:soak$($round % 10)@x.example" | Grant-ArReader {{Apps}}
                $null = "user:soak$($round % 10)@x.example" | Revoke-ArReader {{Apps}} -Confirm:$false
                if ($cleaned -lt {{images}} -and $clock.Elapsed.TotalSeconds -gt $cleaned * 0.7) {
                    $null = Remove-ArUntaggedImage {{Old}}/old$cleaned -Confirm:$false
                    $cleaned++
                }
                if ($clock.Elapsed.TotalMinutes -lt $next) { continue }
                $next += {{minutes / 20}}
                [GC]::Collect(); [GC]::WaitForPendingFinalizers()
                $process = [Diagnostics.Process]::GetCurrentProcess()
                $sockets = 0
                if ([IO.Directory]::Exists('/proc/self/fd')) {
                    foreach ($link in [IO.Directory]::GetFiles('/proc/self/fd')) {
                        $target = [IO.FileInfo]::new($link).LinkTarget; if ($target -and $target.StartsWith('socket:')) { $sockets++ } } }
                "managed$lines=$([GC]::GetTotalMemory($true))"; "working$lines=$($process.WorkingSet64)"
                "handles$lines=$($process.HandleCount)"; "sockets$lines=$sockets"; "threads$lines=$($process.Threads.Count)"; "round$lines=$round"
                $lines++
            }
            "lines=$lines"
            """);
        Dictionary<string, double> told = await Engine.RunAsync(script, emulator.Url, stop);
        int lines = (int)told["lines"];
        Console.WriteLine(
            "| after | rounds | managed | working set | handles | sockets | threads |\n| --- | --- | --- | --- | --- | "
                + "--- | --- |"
        );
        for (int i = 0; i < lines; i++)
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {minutes / 20 * i:0.#} min | {told[$"round{i}"]:0} | {told[$"managed{i}"] / 1e6:0.0} MB | "
                        + $"{told[$"working{i}"] / 1e6:0} MB "
                        + $"| {told[$"handles{i}"]:0} | {told[$"sockets{i}"]:0} | {told[$"threads{i}"]:0} |"
                )
            );

        // The first quarter warms up: code is compiled, caches fill. What grows after that would grow on.
        bool level = Level("managed", 8e6) & Level("handles", 20) & Level("sockets", 8) & Level("threads", 10);
        Console.WriteLine(level ? "Level." : "NOT level.");
        return level ? 0 : 1;

        bool Level(string what, double slack)
        {
            double early = Enumerable.Range(lines / 4, Math.Max(1, lines / 4)).Max(i => told[$"{what}{i}"]);
            bool same = told[$"{what}{lines - 1}"] <= early + slack;
            if (!same)
                Console.WriteLine(
                    $"{what} grew from {Report.Number(early)} to {Report.Number(told[$"{what}{lines - 1}"])}."
                );
            return same;
        }
    }
}
