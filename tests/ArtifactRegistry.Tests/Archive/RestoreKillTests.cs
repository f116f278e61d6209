using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Archive;

/// <summary>Processes that are killed while they restore.</summary>
public sealed class RestoreKillTests
{
    private const int Images = 4;

    [Theory]
    [InlineData(1, "/blobs/uploads/")]
    [InlineData(2, "/manifests/")]
    [InlineData(3, "/tags")]
    public async Task Killed_at_any_moment_an_image_is_whole_or_absent_and_the_next_run_finishes(int seed, string where)
    {
        using TemporaryFolder folder = new();
        string undo = Path.Combine(folder.Path, "undo");
        // A registry that collects late accepts a manifest without its blobs.
        await using Shop shop = await Shop.OpenAsync(new Behaviour
        {
            OperationTime = TimeSpan.Zero,
            CollectBlobsAfter = TimeSpan.FromHours(1),
            RemembersCollectedBlobs = true,
        });
        for (int i = 0; i < Images; i++) shop.Sign(shop.AddBuilds($"v{i}").Digest);
        string before = shop.Contents();
        shop.Run($"Remove-ArImage $app -All -Confirm:$false -ArchivePath '{undo}' -IncludeLayer").MustSucceed();
        shop.State.CollectBlobs();
        Assert.Empty(shop.State.BlobDigests);

        RandomKills kills = new(shop, seed);
        await kills.KillAsync(
            $"Restore-ArImage '{undo}'",
            last: Images,
            request => request.IsChange && request.PathAndQuery.Contains(where, StringComparison.Ordinal),
            seed % 2 == 0 ? HoldPoint.BeforeWork : HoldPoint.BeforeAnswer);

        Assert.NotEqual(0, kills.Killed);
        shop.MustBeReadable();
        shop.MustBeSignedIfTagged();
        shop.Run($"Restore-ArImage '{undo}'").MustSucceed();
        Assert.Equal(before, shop.Contents());
        shop.MustBeReadable();
        shop.MustBeSignedIfTagged();
    }
}
