using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Archive;

/// <summary>Processes that are killed while they save and delete.</summary>
public sealed class ArchiveKillTests
{
    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "-IncludeLayer")]
    public async Task Killed_at_any_moment_nothing_was_deleted_that_is_not_saved(int seed, string parameter)
    {
        using TemporaryFolder folder = new();
        ArchiveFiles undo = new(Path.Combine(folder.Path, "undo"));
        await using Shop shop = await Shop.OpenAsync();
        string live = shop.AddBuild("v1");
        for (int i = 0; i < 6; i++)
        {
            shop.AddBuild();
            shop.Sign(shop.AddBuilds().Digest);
        }

        IReadOnlyList<string> all = shop.Left();
        string command = $"Remove-ArUntaggedImage {Shop.App} -Confirm:$false -ArchivePath '{undo.Path}' {parameter}";
        RandomKills kills = new(shop, seed);
        foreach (string method in (string[])["GET", "DELETE", "GET"])
        {
            await kills.KillAsync(
                $"{command} -ThrottleLimit 4",
                last: 10,
                request => request.Method == method && (method == "DELETE" || request.Is("GET", "/blobs/")),
                HoldPoint.BeforeAnswer);
            MustHaveWhatIsGone();
        }

        Assert.NotEqual(0, kills.Killed);
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
