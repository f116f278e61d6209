using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp.Stale;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp.Quarantine;

/// <summary>What saves a digest in quarantine, and that it is not deleted at once when nothing saves it any more.</summary>
public sealed class RescueTests
{
    // By the clock of this machine, which stands still here, what was changed days ago is young.
    private const string Sweep = $"{QuarantineShop.Sweep} -OlderThan 0s";

    [Fact]
    public async Task Removing_the_mark_begins_the_quarantine_anew()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string garbage = shop.Add();
        shop.Run(Sweep).MustSucceed();
        quarantine.Pass(days: 15);

        shop.Run("Get-ArQuarantinedImage $app | Remove-ArImageTag -Force").MustSucceed();

        Assert.Empty(quarantine.Marked);
        Assert.Equal([garbage], quarantine.Digests(Sweep, "Quarantined"));
        quarantine.Pass(days: 13);
        Assert.Equal([garbage], quarantine.Digests(Sweep, "Kept"));
        quarantine.Pass(days: 2);
        Assert.Equal([garbage], quarantine.Digests(Sweep, "Removed"));
    }

    [Fact]
    public async Task A_real_tag_ends_the_quarantine()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string saved = shop.Add();
        shop.Run(Sweep).MustSucceed();
        quarantine.Pass(days: 10);
        shop.Run("Get-ArQuarantinedImage $app | Add-ArImageTag -Tag v1").MustSucceed();
        quarantine.Pass(days: 10);

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal([saved], Row.Digests(result, "Kept"));
        Assert.Contains("has the tag v1; its quarantine mark quarantine-", result.Values("Reason").Single(),
            StringComparison.Ordinal);
        Assert.Empty(quarantine.Marked);
        Assert.Equal(["v1"], shop.TagsLeft());
        // When the tag goes again, the quarantine begins anew.
        shop.State.RemoveTag(shop.Repository, "web", "v1");
        Assert.Equal([saved], quarantine.Digests(Sweep, "Quarantined"));
    }

    [Fact]
    public async Task A_tag_that_came_and_went_unseen_begins_the_quarantine_anew()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string garbage = shop.Add();
        shop.Run(Sweep).MustSucceed();
        quarantine.Pass(days: 10);
        shop.State.MoveTag(shop.Repository, "web", "v1", garbage);
        shop.State.RemoveTag(shop.Repository, "web", "v1");
        quarantine.Pass(days: 10);

        Assert.Equal([garbage], quarantine.Digests(Sweep, "Kept"));
        Assert.Empty(shop.Changes);
        quarantine.Pass(days: 5);
        Assert.Equal([garbage], quarantine.Digests(Sweep, "Removed"));
    }

    [Fact]
    public async Task What_runs_ends_the_quarantine_of_the_whole_image()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        shop.Run(Sweep).MustSucceed();
        quarantine.Pass(days: 20);

        Assert.Equal(4, quarantine.Digests($"{Sweep} -InUse {index.Children[0]}", "Kept").Count);
        Assert.Empty(quarantine.Marked);
        Assert.Equal(4, quarantine.Digests(Sweep, "Quarantined").Count);
    }

    [Fact]
    public async Task A_tagged_index_over_it_ends_the_quarantine_of_a_child()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string child = shop.Add();
        shop.Run(Sweep).MustSucceed();
        quarantine.Pass(days: 20);
        shop.Add(new ImageOptions { Tags = ["v1"], Children = [new ChildManifest(child)] });

        Assert.Equal([child], quarantine.Digests(Sweep, "Kept"));
        Assert.Empty(quarantine.Marked);
    }

    [Fact]
    public async Task A_stale_image_that_gains_another_tag_waits_anew()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string stale = shop.AddTagged("90 pr-1|1 main")[0];
        string sweep
            = "Remove-ArStaleImage $app -OlderThan 30d -Tag 'pr-*' -WithoutInUse -Confirm:$false -Quarantine 14d";
        Assert.Equal([stale], quarantine.Digests(sweep, "Quarantined"));
        quarantine.Pass(days: 10);
        shop.State.MoveTag(shop.Repository, "web", "pr-2", stale);
        quarantine.Pass(days: 5);

        Assert.Equal([stale], quarantine.Digests(sweep, "Quarantined"));
        quarantine.Pass(days: 13);
        Assert.Contains(stale, quarantine.Digests(sweep, "Kept"));
        quarantine.Pass(days: 2);
        Assert.Equal([stale], quarantine.Digests(sweep, "Removed"));
    }

    [Fact]
    public async Task What_cannot_be_read_ends_no_quarantine()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string garbage = shop.Add(), index = shop.AddIndexOver(shop.Add("v1"));
        shop.State.MoveTag(shop.Repository, "web", "v2", index);
        shop.Run(Sweep).MustSucceed();
        Assert.Equal([garbage], quarantine.Marked);
        shop.Run("Disconnect-ArRegistry");
        quarantine.Pass(days: 20);
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.Forbidden) { When = request => request.Is("GET", $"/manifests/{index}") });

        ScriptResult result = shop.Run(Sweep);

        Assert.DoesNotContain("Removed", result.Values("Status"));
        Assert.Equal([garbage], quarantine.Marked);
    }

    [Fact]
    public async Task A_tag_that_arrives_during_the_run_saves_its_digest()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string due = shop.Add();
        shop.Run(Sweep).MustSucceed();
        quarantine.Pass(days: 15);
        string fresh = shop.Add();
        using RequestHold hold = shop.Hold("GET", "/dockerImages?", HoldPoint.BeforeAnswer);
        // The listing was made; the tags come before anything is asked for again.
        RunningScript running = shop.Start($"{Sweep} -RequestsPerSecond 1000");
        await hold.WaitForArrivalAsync(1, TestContext.Current.CancellationToken)
            .WaitAsync(RunningScript.HangLimit, TestContext.Current.CancellationToken);
        shop.State.MoveTag(shop.Repository, "web", "v1", due);
        shop.State.MoveTag(shop.Repository, "web", "v2", fresh);
        hold.Release();

        ScriptResult result = await running.EndAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain("Removed", result.Values("Status"));
        Assert.Equal(CleanUpWords.Sorted(due, fresh), shop.Left());
        shop.Run(Sweep).MustSucceed();
        Assert.Empty(quarantine.Marked);
        Assert.Equal(["v1", "v2"], shop.TagsLeft());
    }

    [Fact]
    public async Task Removing_the_mark_at_the_last_moment_saves_the_digest()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string saved = shop.Add();
        shop.Run(Sweep).MustSucceed();
        string mark = Assert.Single(quarantine.MarksOf(saved));
        quarantine.Pass(days: 15);
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("GET", $"/tags/{mark}")) shop.State.RemoveTag(shop.Repository, "web", mark);
        };

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal([saved], Row.Digests(result, "Kept"));
        Assert.Contains("has been removed meanwhile", result.Values("Reason").Single(), StringComparison.Ordinal);
        Assert.Equal([saved], shop.Left());
        Assert.Empty(quarantine.Marked);
    }

    [Fact]
    public async Task A_mark_that_cannot_be_removed_is_an_error_of_its_digest()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string saved = shop.Add();
        shop.Run(Sweep).MustSucceed();
        shop.State.MoveTag(shop.Repository, "web", "v1", saved);
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.tags.delete")];

        ScriptResult result = shop.Run(Sweep);

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Equal([saved], Row.Digests(result, "Kept"));
        Assert.Single(quarantine.MarksOf(saved));
    }

    [Fact]
    public async Task Whatif_says_which_marks_would_be_removed_and_removes_none()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string saved = shop.Add();
        shop.Run(Sweep).MustSucceed();
        shop.State.MoveTag(shop.Repository, "web", "v1", saved);

        ScriptResult result = shop.Run($"{Sweep} -WhatIf").MustSucceed();

        Assert.EndsWith("would be removed", result.Values("Reason").Single(), StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }
}
