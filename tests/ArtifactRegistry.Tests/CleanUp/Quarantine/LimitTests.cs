using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp.Quarantine;

/// <summary>Marks keep to the limits of deletions, and fail as safely.</summary>
public sealed class LimitTests
{
    private const string Sweep = QuarantineShop.Sweep;

    [Fact]
    public async Task Whatif_marks_nothing_and_says_what_would_be_marked()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        string[] garbage = [quarantine.Shop.Add(), quarantine.Shop.Add()];

        ScriptResult result = quarantine.Shop.Run($"{Sweep} -WhatIf").MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(garbage), Row.Digests(result, "WouldMark"));
        Assert.All(
            result.Values("Reason"),
            reason => Assert.StartsWith("would be in quarantine until ", reason, StringComparison.Ordinal));
        Assert.Empty(quarantine.Shop.Changes);
    }

    [Fact]
    public async Task The_question_says_what_is_marked_deleted_and_kept()
    {
        ScriptedHost host = new("Yes", "No");
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync(host: host);
        Shop shop = quarantine.Shop;
        shop.Add("v1");
        shop.Add();
        shop.Run("Remove-ArUntaggedImage $app -Quarantine 14d").MustSucceed();
        Assert.Contains("Put 1 digest (76 MB) in quarantine for 14d, keep 1 tagged digest", host.Questions[0].Message,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "Nothing is deleted now. Removing the mark (Remove-ArImageTag) takes a digest out of quarantine.",
            host.Questions[0].Message.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain("undone", host.Questions[0].Message, StringComparison.Ordinal);
        quarantine.Pass(days: 15);
        shop.Add();

        shop.Run("Remove-ArUntaggedImage $app -Quarantine 14d").MustSucceed();

        Assert.Contains("cannot be undone", host.Questions[1].Message, StringComparison.Ordinal);

        Assert.Contains(
            "Put 1 digest (76 MB) in quarantine for 14d, delete 1 digest (76 MB) after quarantine, keep 1 tagged digest",
            host.Questions[1].Message, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task MaxCount_counts_marks_and_deletions_and_the_next_runs_mark_the_rest()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        for (int i = 0; i < 5; i++) shop.Add();

        Assert.Equal(2, quarantine.Digests($"{Sweep} -MaxCount 2", "Quarantined").Count);
        Assert.Equal(2, quarantine.Digests($"{Sweep} -MaxCount 2", "Quarantined").Count);
        Assert.Single(quarantine.Digests(Sweep, "Quarantined"));
        Assert.Equal(5, quarantine.Marked.Count);
        Assert.All(quarantine.Marked, digest => Assert.Single(quarantine.MarksOf(digest)));
        quarantine.Pass(days: 15);
        Assert.Equal(3, quarantine.Digests($"{Sweep} -MaxCount 3", "Removed").Count);
    }

    [Fact]
    public async Task No_mark_whose_turn_comes_after_the_time_limit_is_placed()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        for (int i = 0; i < 4; i++) shop.Add();
        shop.LetTake("POST", TimeSpan.FromSeconds(30));

        // One at once, and the turns of the others are ten, twenty and thirty seconds later.
        ScriptResult result = shop.Run(
            $"{Sweep} -RequestsPerSecond 0.1 -ThrottleLimit 4 -TimeLimit 9s").MustSucceed();

        Assert.Equal(quarantine.Marked, Row.Digests(result, "Quarantined"));
        Assert.Single(quarantine.Marked);
        Assert.Equal(3, Row.Digests(result, "NotReached").Count);
        Assert.Equal(
            3,
            result.Values("Reason")
                .Count(text => text?.StartsWith("the time limit of ", StringComparison.Ordinal) is true));
        Assert.Single(shop.Changes);

        Assert.Equal(3, quarantine.Digests($"{Sweep} -RequestsPerSecond 10000", "Quarantined").Count);
        Assert.Equal(4, quarantine.Marked.Count);
        Assert.All(quarantine.Marked, digest => Assert.Single(quarantine.MarksOf(digest)));
    }

    [Fact]
    public async Task No_mark_is_removed_after_the_time_limit_and_the_row_names_those_that_were()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string saved = shop.Add();
        shop.Run(Sweep).MustSucceed();
        string first = Assert.Single(quarantine.MarksOf(saved));
        shop.State.RemoveTag(shop.Repository, "web", first);
        quarantine.Pass(days: 1);
        shop.Run($"{Sweep} -OlderThan 0s").MustSucceed();
        shop.State.MoveTag(shop.Repository, "web", first, saved);
        shop.State.MoveTag(shop.Repository, "web", "v1", saved);
        string[] marks = [.. quarantine.MarksOf(saved)];
        Assert.Equal(2, marks.Length);
        shop.LetTake("DELETE", TimeSpan.FromSeconds(30));

        ScriptResult result = shop.Run(
            $"{Sweep} -OlderThan 0s -RequestsPerSecond 0.1 -TimeLimit 9s").MustSucceed();

        string left = Assert.Single(quarantine.MarksOf(saved));
        string gone = Assert.Single(marks.Except([left]));
        string? reason = result.Values("Reason").Single();
        Assert.Contains($"its quarantine mark {gone} was removed", reason, StringComparison.Ordinal);
        Assert.DoesNotContain(left, reason, StringComparison.Ordinal);
        shop.Run($"{Sweep} -OlderThan 0s -RequestsPerSecond 10000").MustSucceed();
        Assert.Empty(quarantine.MarksOf(saved));
    }

    [Fact]
    public async Task AbortAbove_counts_what_would_be_marked()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        for (int i = 0; i < 3; i++) quarantine.Shop.Add();

        ScriptResult result = quarantine.Shop.Run($"{Sweep} -AbortAbove 2");

        Assert.Equal("TooManyToDelete", result.ErrorId);
        Assert.Contains("nothing of it was marked or deleted", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(quarantine.Shop.Changes);
    }

    [Fact]
    public async Task Where_tags_are_immutable_nothing_is_marked_or_deleted()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        shop.Add();
        shop.State.SetImmutableTags(shop.Repository, true);

        ScriptResult result = shop.Run(Sweep);

        Assert.Equal("NotAllowedByState", result.ErrorId);
        Assert.Contains("are immutable", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Tags_that_became_immutable_since_keep_what_is_due()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string due = shop.Add();
        shop.Run(Sweep).MustSucceed();
        quarantine.Pass(days: 15);
        shop.State.SetImmutableTags(shop.Repository, true);

        Assert.Equal("NotAllowedByState", shop.Run(Sweep).ErrorId);
        Assert.Equal([due], shop.Left());
    }

    [Fact]
    public async Task Without_the_permission_to_add_tags_nothing_is_marked_and_nothing_deleted()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string garbage = shop.Add();
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.tags.create")];

        ScriptResult result = shop.Run(Sweep);

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Contains("artifactregistry.tags.create", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal([garbage], Row.Digests(result, "Failed"));
        Assert.Contains("could not be marked, so it stays", result.Values("Reason").Single(), StringComparison.Ordinal);
        Assert.Equal([garbage], shop.Left());
    }

    [Fact]
    public async Task The_first_refusal_of_a_permission_is_enough()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        for (int i = 0; i < 20; i++) quarantine.Shop.Add();
        quarantine.Shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.tags.create")];

        ScriptResult result = quarantine.Shop.Run($"{Sweep} -ThrottleLimit 1");

        Assert.Single(Row.Digests(result, "Failed"));
        Assert.Equal(19, Row.Digests(result, "NotReached").Count);
        Assert.Single(quarantine.Shop.Changes);
    }

    [Theory]
    [InlineData(FaultKind.ResetAfter)]
    [InlineData(FaultKind.MalformedJson)]
    [InlineData(FaultKind.Unavailable)]
    public async Task A_fault_at_a_mark_leaves_one_mark_or_an_error(FaultKind fault)
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        string garbage = shop.Add();
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(fault) { When = request => request.Is("POST", "/tags"), Times = 1 });

        shop.Run(Sweep);
        shop.Run(Sweep).MustSucceed();

        Assert.Single(quarantine.MarksOf(garbage));
        quarantine.Pass(days: 15);
        Assert.Equal([garbage], quarantine.Digests(Sweep, "Removed"));
    }

    [Fact]
    public async Task An_archive_gets_only_what_is_deleted_with_its_tags()
    {
        using TemporaryFolder folder = new();
        string archive = Path.Combine(folder.Path, "undo");
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        shop.Add();
        shop.Run($"{Sweep} -ArchivePath '{archive}'").MustSucceed();
        Assert.DoesNotContain("sha256:", File.Exists(Path.Combine(archive, "index.json"))
            ? await File.ReadAllTextAsync(Path.Combine(archive, "index.json"), TestContext.Current.CancellationToken)
            : "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_again_and_again_the_next_run_marks_the_rest()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        shop.Add("v1");
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        for (int i = 0; i < 12; i++) shop.Add();
        RandomKills kills = new(shop, seed: 1);
        for (int round = 0; round < 2; round++)
            await kills.KillAsync(
                $"Remove-ArUntaggedImage {Shop.App} -Quarantine 14d -Confirm:$false -ThrottleLimit 2", last: 5,
                request => request.Method == "POST");
        Assert.NotEqual(0, kills.Killed);
        Assert.Equal(17, shop.Left().Count);

        shop.Run(Sweep).MustSucceed();

        Assert.Equal(16, quarantine.Marked.Count);
        Assert.All(quarantine.Marked, digest => Assert.Single(quarantine.MarksOf(digest)));
        Assert.Contains(index.Digest, quarantine.Marked);
        quarantine.Pass(days: 15);
        Assert.Equal(16, quarantine.Digests(Sweep, "Removed").Count);
    }

    [Fact]
    public async Task Ctrl_c_stops_marking_and_the_next_run_marks_the_rest()
    {
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync();
        Shop shop = quarantine.Shop;
        for (int i = 0; i < 8; i++) shop.Add();
        using RequestHold hold = shop.Hold("POST", "/tags");
        RunningScript running = shop.Start($"{Sweep} -ThrottleLimit 2");
        await hold.WaitForArrivalAsync(2, TestContext.Current.CancellationToken)
            .WaitAsync(RunningScript.HangLimit, TestContext.Current.CancellationToken);

        running.Stop();
        await running.EndAsync(TestContext.Current.CancellationToken);
        hold.Release();
        await shop.MustBeIdleAsync();

        Assert.InRange(quarantine.Marked.Count, 0, 2);
        shop.Run(Sweep).MustSucceed();
        Assert.Equal(8, quarantine.Marked.Count);
    }

    [Fact]
    public async Task The_last_line_counts_what_is_in_quarantine_apart()
    {
        ScriptedHost host = new();
        await using QuarantineShop quarantine = await QuarantineShop.OpenAsync(host: host);
        quarantine.Shop.Add("v1");
        quarantine.Shop.Add();

        ScriptResult result = quarantine.Shop.Run($"{Sweep} -InformationVariable said; $said").MustSucceed();

        Assert.Contains(
            result.Output.Select(row => row.ToString()),
            line => line.StartsWith("Removed 0 digests (0 B), quarantined 1 (76 MB) in ", StringComparison.Ordinal));
    }
}
