using ArtifactRegistry.Emulator;
using Xunit;

namespace ArtifactRegistry.Tests.Support;

/// <summary>Runs commands in processes of their own, and kills each at a moment that looks random.</summary>
/// <param name="shop">The shop in whose emulator the commands work.</param>
/// <param name="seed">The seed; the same one kills at the same moments.</param>
internal sealed class RandomKills(Shop shop, int seed)
{
    // A generator for secrets, which CA5394 wants, takes no seed.
#pragma warning disable CA5394 // Seeded, so that a run that failed can be repeated; nothing secret hangs on it.
    private readonly Random _random = new(seed);

    private int OneOf(int count) => _random.Next(count);
#pragma warning restore CA5394

    /// <summary>The number of commands that were killed; the others had ended before.</summary>
    public int Killed { get; private set; }

    /// <summary>
    /// Runs a command until some request of those that match arrives, at most the given one, kills it there, and waits
    /// until the emulator has done what was under way.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="last">The number of the latest matching request at which it may be killed.</param>
    /// <param name="matches">The requests that count.</param>
    /// <param name="point">Whether the request is carried out before the kill; by default that is random too.</param>
    public async Task KillAsync(string command, int last, Func<RecordedRequest, bool> matches, HoldPoint? point = null)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        int nth = 1 + OneOf(last), arrived = 0;
        using RequestHold hold = shop.Emulator.Requests.Hold(
            request => matches(request) && Interlocked.Increment(ref arrived) >= nth,
            point ?? (OneOf(2) == 0 ? HoldPoint.BeforeWork : HoldPoint.BeforeAnswer));
        using (CommandProcess process = new(shop.Emulator, command))
            if (await process.KillAfterAsync(hold.WaitForArrivalAsync(1, stop)))
                Killed++;
        hold.Release();
        await shop.Emulator.Requests.WaitUntilIdleAsync(stop);
    }
}
