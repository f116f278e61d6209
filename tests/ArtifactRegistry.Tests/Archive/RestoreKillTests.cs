using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp;
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
        await using Shop shop = await Shop.OpenAsync();
        for (int i = 0; i < Images; i++) shop.Sign(shop.AddBuilds($"v{i}").Digest);
        string before = shop.Contents();
        shop.Run($"Remove-ArImage $app -All -Confirm:$false -ArchivePath '{undo}' -IncludeLayer").MustSucceed();

        await new RandomKills(shop, seed).KillAsync(
            $"Restore-ArImage '{undo}'",
            last: Images,
            request => request.IsChange && request.PathAndQuery.Contains(where, StringComparison.Ordinal),
            seed % 2 == 0 ? HoldPoint.BeforeWork : HoldPoint.BeforeAnswer);

        MustBeWhole(shop);
        shop.Run($"Restore-ArImage '{undo}'").MustSucceed();
        Assert.Equal(before, shop.Contents());
        MustBeWhole(shop);
    }

    /// <summary>Asserts that what a manifest names is there before the manifest is.</summary>
    private static void MustBeWhole(Shop shop)
    {
        IReadOnlyList<string> blobs = shop.State.BlobDigests, digests = shop.Left();
        foreach (string digest in digests)
        {
            string manifest = shop.State.Manifest(shop.Repository, "web", digest);
            Assert.All(Undo.DigestsIn(manifest), part => Assert.True(blobs.Contains(part) || digests.Contains(part)));
        }
    }
}
