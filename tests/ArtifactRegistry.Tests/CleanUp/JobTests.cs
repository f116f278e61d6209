using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>A clean-up in the background as docs/clean-up.md shows it, in the real PowerShell.</summary>
public sealed class JobTests
{
    private const string Receive = "Receive-Job $job -Wait";

    [Fact]
    public async Task The_job_of_the_page_emits_its_rows_and_uses_the_connection_of_the_session()
    {
        await using Shop shop = await OpenAsync();
        using TemporaryFolder folder = new();
        shop.Emulator.Behaviour.RequireToken = true;
        shop.Emulator.Behaviour.AcceptedTokens = ["of-the-session"];

        ProcessResult result = await RunAsync(
            shop,
            $"$null = Connect-ArRegistry -AccessToken of-the-session -Endpoint '{shop.Emulator.Url}'; "
                + $"Set-Location '{folder.Path}'\n"
                + OfPage($"{Receive} 6> $null | ForEach-Object {{ \"$($_.Status) $($_.GetType().Name)\" }}")
        );

        Assert.Equal(("", 0), (result.Error, result.ExitCode));
        Assert.Equal(["Removed RemovedImage", "Removed RemovedImage"], result.Lines);
        Assert.Empty(shop.State.UntaggedDigests(shop.Repository, "web"));
        Assert.Equal(4, File.ReadAllLines(Path.Combine(folder.Path, "removed.jsonl")).Length);
    }

    [Fact]
    public async Task A_job_that_is_stopped_begins_no_further_deletion_and_has_what_was_deleted_in_its_rows()
    {
        await using Shop shop = await OpenAsync();
        using TemporaryFolder folder = new();
        string[] garbage = [.. shop.State.UntaggedDigests(shop.Repository, "web")];
        using RequestHold held = shop.Hold("DELETE", garbage[0]);

        // The job is stopped when both deletions have begun, and it has emitted the row of the one that is not held.
        ProcessResult result = await RunAsync(
            shop,
            $"Set-Location '{folder.Path}'\n"
                + OfPage(
                    """
                    $until = [datetime]::UtcNow.AddMinutes(4)
                    while ($job.Output.Count -eq 0 -or @(Select-String '"delete"' removed.jsonl).Count -lt 2) {
                        if ([datetime]::UtcNow -gt $until) { throw 'The job has begun no two deletions.' }
                        Start-Sleep -Milliseconds 20
                    }
                    Stop-Job $job
                    $job.State
                    Receive-Job $job 3> $null 6> $null | ForEach-Object { "$($_.Status) $($_.Digest)" }
                    """
                )
        );

        Assert.Equal(("", 0), (result.Error, result.ExitCode));
        Assert.Equal(["Stopped", $"Removed {garbage[1]}"], result.Lines);
        string journal = await File.ReadAllTextAsync(
            Path.Combine(folder.Path, "removed.jsonl"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(1, journal.Split("\"Removed\"").Length - 1);
        Assert.Equal(1, journal.Split("\"Unknown\"").Length - 1);
        await shop.MustBeIdleAsync();
    }

    [Fact]
    public async Task A_job_that_would_have_to_ask_deletes_nothing_and_ends_with_an_error()
    {
        await using Shop shop = await OpenAsync();

        ProcessResult result = await RunAsync(
            shop,
            OfPage($"{Receive} -ErrorVariable told 2> $null; $told[0].FullyQualifiedErrorId").Replace(" -Force", "")
        );

        Assert.StartsWith("ConfirmationRequired", result.Output, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    /// <summary>Gets the block of the page with another end; the module is installed nowhere here.</summary>
    private static string OfPage(string end)
    {
        string page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "clean-up.md")).ReplaceLineEndings("\n");
        string block = page.Split("```\n").Single(each => each.Contains("Start-ThreadJob {", StringComparison.Ordinal));
        string import = $"Start-ThreadJob -InitializationScript {{ Import-Module '{Checkout.Manifest}' }} {{";
        return block.Replace("Start-ThreadJob {", import, StringComparison.Ordinal)
            .Replace(Receive, end, StringComparison.Ordinal);
    }

    private static Task<ProcessResult> RunAsync(Shop shop, string command) =>
        RealPowerShell.RunAsync(shop.Emulator, command, null);

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        for (int i = 0; i < 2; i++)
            shop.Add(new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-40) });
        return shop;
    }
}
