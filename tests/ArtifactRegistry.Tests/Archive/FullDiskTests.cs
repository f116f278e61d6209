using System.Diagnostics;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Archive;

/// <summary>-ArchivePath and Restore-ArImage where there is no room for files.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int Images = 12;

    private readonly TemporaryFolder _folder = new();

    private string Undo => Path.Combine(_folder.Path, "undo");

    public void Dispose() => _folder.Dispose();

    // Without layers it is index.json that grows until it does not fit.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_limit_that_is_reached_in_mid_run_ends_it_and_what_is_gone_is_saved(int throttle)
    {
        await using Shop shop = await OpenAsync();
        IReadOnlyList<string> all = shop.Left();

        ProcessResult result = await ProcessResult.OfAsync(
            CleanUp(shop, $"-ThrottleLimit {throttle}").WithFileSizeLimit(kilobytes: 2));

        MustBeSaved(shop, all, result, new ArchiveFiles(Undo), withLayers: false);
        // With room again, the next run does the rest.
        shop.Run($"Remove-ArUntaggedImage $app -Confirm:$false -ArchivePath '{Undo}'").MustSucceed();
        Assert.Empty(shop.Left());
        foreach (string digest in all) new ArchiveFiles(Undo).MustHave(digest);
    }

    [Fact]
    public async Task A_disk_that_is_full_in_mid_run_ends_it_and_what_is_gone_is_saved_with_its_layers()
    {
        Assert.SkipUnless(
            await SmallDisk.CanMountAsync(Path.Combine(_folder.Path, "disk")),
            "This user may not mount a disk in a namespace of its own.");
        await using Shop shop = await OpenAsync();
        IReadOnlyList<string> all = shop.Left();
        string copy = Path.Combine(_folder.Path, "copy");

        ProcessResult result = await ProcessResult.OfAsync(
            CleanUp(shop, "-IncludeLayer -ThrottleLimit 4").WithDiskAt(Undo, kilobytes: 160, copy));

        Assert.Contains("No space left on device", result.ErrorText, StringComparison.Ordinal);
        MustBeSaved(shop, all, result, new ArchiveFiles(copy), withLayers: true);
        shop.State.CollectBlobs();
        shop.Run($"Restore-ArImage '{copy}'").MustSucceed();
        Assert.Equal(all, shop.Left());
    }

    [Theory]
    [InlineData("Remove-ArUntaggedImage $app", 0)] // not even an empty archive fits
    [InlineData("Remove-ArUntaggedImage $app -IncludeLayer", 4)] // no layer fits
    [InlineData("Remove-ArImage $app -All", 0)]
    [InlineData("Remove-ArImage $app -All -IncludeLayer", 4)]
    public async Task If_nothing_can_be_saved_nothing_is_deleted(string command, int kilobytes)
    {
        await using Shop shop = await OpenAsync();
        string before = shop.Contents();

        ProcessResult result = await ProcessResult.OfAsync(
            Start(shop, $"{command} -Confirm:$false -ArchivePath '{Undo}'").WithFileSizeLimit(kilobytes));

        Assert.Equal(before, shop.Contents());
        Assert.Empty(shop.Changes);
        Assert.Contains("cannot be written", result.ErrorText, StringComparison.Ordinal);
        Assert.NotEqual(0, result.ExitCode);
    }

    [Fact]
    public async Task A_restoration_needs_no_room()
    {
        await using Shop shop = await OpenAsync();
        string before = shop.Contents();
        shop.Run($"Remove-ArUntaggedImage $app -Confirm:$false -ArchivePath '{Undo}' -IncludeLayer").MustSucceed();
        shop.State.CollectBlobs();

        ProcessResult result = await ProcessResult.OfAsync(
            Start(shop, $"Restore-ArImage '{Undo}' -Verify | ForEach-Object Status").WithFileSizeLimit(kilobytes: 0));

        Assert.Equal(("", 0), (result.Error, result.ExitCode));
        Assert.Equal(Enumerable.Repeat("Restored", Images), result.Lines);
        Assert.Equal(before, shop.Contents());
    }

    /// <summary>Asserts that some were deleted and the others not, and that the archive has those.</summary>
    private static void MustBeSaved(
        Shop shop, IReadOnlyList<string> all, ProcessResult result, ArchiveFiles undo, bool withLayers)
    {
        string[] gone = [.. all.Except(shop.Left())];
        Assert.InRange(gone.Length, 1, all.Count - 1);
        undo.MustBeWhole();
        foreach (string digest in gone) undo.MustHave(digest, withLayers);
        Assert.Contains("was not deleted, since the archive", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(gone.Length, result.Lines.Count(line => line == "Removed"));
        Assert.Equal(all.Count, result.Lines.Count(line => line is "Removed" or "Failed" or "NotReached"));
    }

    private static async Task<Shop> OpenAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no limit on the size of files.");
        Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.Zero, CollectBlobsAfter = TimeSpan.FromHours(1) });
        for (int i = 0; i < Images; i++) shop.AddBuild();
        shop.Emulator.Requests.Clear();
        return shop;
    }

    private ProcessStartInfo CleanUp(Shop shop, string parameters) =>
        Start(
            shop,
            $"Remove-ArUntaggedImage $app -Confirm:$false -ArchivePath '{Undo}' {parameters} | ForEach-Object Status");

    private static ProcessStartInfo Start(Shop shop, string command) =>
        RealPowerShell.Start(shop.Emulator, $"$app = '{Shop.App}'; {command}", "-NonInteractive");
}
