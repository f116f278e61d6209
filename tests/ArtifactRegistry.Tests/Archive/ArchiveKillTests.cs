using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Archive;

/// <summary>Processes that are killed while they save and delete.</summary>
public sealed class ArchiveKillTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "-IncludeLayer")]
    public async Task Killed_at_any_moment_nothing_was_deleted_that_is_not_saved(int seed, string parameter)
    {
        using TemporaryFolder folder = new();
        Undo undo = new(Path.Combine(folder.Path, "undo"));
        await using Shop shop = await Shop.OpenAsync();
        string live = shop.AddBuild("v1");
        for (int i = 0; i < 6; i++)
        {
            shop.AddBuild();
            shop.Sign(shop.AddBuilds().Digest);
        }

        IReadOnlyList<string> all = shop.Left();
        string command = $"Remove-ArUntaggedImage {Shop.App} -Confirm:$false -ArchivePath '{undo.Path}' {parameter}";
#pragma warning disable CA5394 // Repeatable on purpose.
        Random random = new(seed);
        foreach (string method in (string[])["GET", "DELETE", "GET"])
        {
            int nth = 1 + random.Next(10), arrived = 0;
#pragma warning restore CA5394
            shop.Emulator.Requests.Clear();
            using RequestHold hold = shop.Emulator.Requests.Hold(
                request => request.Method == method && (method == "DELETE" || request.Is("GET", "/blobs/"))
                    && Interlocked.Increment(ref arrived) >= nth,
                HoldPoint.BeforeAnswer);
            using CleanUpProcess process = new(shop.Emulator, $"{command} -ThrottleLimit 4");
            await process.KillAfterAsync(hold.WaitForArrivalAsync(1, Stop));
            hold.Release();
            await shop.Emulator.Requests.WaitUntilIdleAsync(Stop);
            MustHaveWhatIsGone();
        }

        shop.Run(command).MustSucceed();
        Assert.Equal([live], shop.Left());
        MustHaveWhatIsGone();
        Assert.Empty(Directory.GetFiles(Path.Combine(undo.Path, "ingest")));

        void MustHaveWhatIsGone()
        {
            foreach (string digest in all.Except(shop.Left()))
                undo.MustHave(digest, withLayers: parameter.Length > 0);
            if (Directory.Exists(undo.Path)) undo.MustBeWhole();
        }
    }
}
