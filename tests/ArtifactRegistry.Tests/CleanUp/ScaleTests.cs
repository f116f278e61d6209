using System.Globalization;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>
/// One image with very many digests, half of them garbage, while a tenth of all requests fail. With AR_SCALE=full
/// these are 100,000 digests, else 5,000.
/// </summary>
public sealed class ScaleTests
{
    private const int Group = 10;
    private static readonly int Digests = Environment.GetEnvironmentVariable("AR_SCALE") == "full" ? 100_000 : 5_000;

    [Fact]
    public async Task Every_garbage_digest_goes_every_live_one_stays_and_memory_is_bounded()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using Shop shop = await Shop.OpenAsync();
        HashSet<string> live = Seed(shop);
        Assert.Equal(Digests, shop.Left().Count);
        (FaultKind Kind, double Rate)[] faults =
        [
            (FaultKind.InternalError, 0.03), (FaultKind.Unavailable, 0.02), (FaultKind.ResetBefore, 0.02),
            (FaultKind.ResetAfter, 0.01), (FaultKind.CutBody, 0.01), (FaultKind.TooManyRequests, 0.01),
        ];
        foreach ((FaultKind kind, double rate) in faults)
            shop.Emulator.Behaviour.Faults.Add(new Fault(kind) { Rate = rate, Seed = (int)kind + 1 });
        shop.Emulator.Requests.Clear();

        using CommandProcess process = new(shop.Emulator, $$"""
            $clock = [System.Diagnostics.Stopwatch]::StartNew(); $rows = 0; $most = 0; $status = @{}
            Remove-ArUntaggedImage {{Shop.App}} -Confirm:$false -RequestsPerSecond 10000 -ThrottleLimit 64 |
            ForEach-Object {
                $rows++; $status["$($_.Status)"]++
                if ($rows % 500 -eq 0) { $most = [Math]::Max($most, [GC]::GetTotalMemory($false)) }
            }
            "seconds=$([int]$clock.Elapsed.TotalSeconds)"; "managed=$most"; "rows=$rows"
            "peak=$([System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64)"
            foreach ($one in $status.Keys) { "$one=$($status[$one])" }
            """);
        Dictionary<string, long> told = (await process.EndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Trim().Split('=')).ToDictionary(
                pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture));
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Join(", ", told.Select(pair => $"{pair.Key} {pair.Value}"))
            + $", requests {shop.Emulator.Requests.Snapshot().Count}");

        Assert.True(live.SetEquals(shop.State.Digests(shop.Repository, "web")));
        Assert.Equal(Digests / 2, told["Removed"] + told.GetValueOrDefault("AlreadyGone"));
        Assert.Equal(Digests / Group * 4, told["Kept"]);
        Assert.InRange(told["managed"], 1, 100_000_000 + (Digests * 6_000L));
        stop.ThrowIfCancellationRequested();
    }

    private static HashSet<string> Seed(Shop shop)
    {
        HashSet<string> live = [];
        for (int i = 0; i < Digests / Group; i++)
        {
            AddedIndex tagged = shop.AddIndex(
                TimeSpan.FromDays(9), string.Create(CultureInfo.InvariantCulture, $"v{i}"));
            live.UnionWith([tagged.Digest, .. tagged.Children, shop.AddSignature(tagged.Digest)]);
            shop.AddSignature(shop.AddIndex(TimeSpan.FromDays(9)).Digest);
        }

        return live;
    }
}
