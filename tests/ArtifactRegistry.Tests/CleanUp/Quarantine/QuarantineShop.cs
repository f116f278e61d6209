using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace ArtifactRegistry.Tests.CleanUp.Quarantine;

/// <summary>A shop whose service has a clock that the test sets, so that a quarantine passes at once.</summary>
internal sealed class QuarantineShop : IAsyncDisposable
{
    public const string Sweep = "Remove-ArUntaggedImage $app -Confirm:$false -Quarantine 14d";

    private readonly FakeTimeProvider _clock;

    private QuarantineShop(Shop shop, FakeTimeProvider clock) => (Shop, _clock) = (shop, clock);

    public Shop Shop { get; }

    public static async Task<QuarantineShop> OpenAsync(
        Behaviour? behaviour = null, System.Management.Automation.Host.PSHost? host = null)
    {
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        return new QuarantineShop(await Shop.OpenAsync(behaviour, host, clock), clock);
    }

    /// <summary>Lets time pass on the side of the service.</summary>
    public void Pass(double days)
    {
        _clock.Advance(TimeSpan.FromDays(days));
        Shop.Emulator.Behaviour.ClockOffset += TimeSpan.FromDays(days);
    }

    /// <summary>The quarantine marks on a digest.</summary>
    public IReadOnlyList<string> MarksOf(string digest) =>
        [.. Shop.State.TagsOf(Shop.Repository, "web", digest)
            .Where(tag => tag.StartsWith("quarantine-", StringComparison.Ordinal))];

    /// <summary>The digests that have a mark, in order.</summary>
    public IReadOnlyList<string> Marked => [.. Shop.Left().Where(digest => MarksOf(digest).Count > 0)];

    /// <summary>Runs a script that must succeed, and returns the digests with a status.</summary>
    public IReadOnlyList<string> Digests(string script, string status) =>
        Row.Digests(Shop.Run(script).MustSucceed(), status);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();
}
