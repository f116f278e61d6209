using System.Diagnostics;
using System.Management.Automation;
using System.Text.Json;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>How what was found to be garbage is deleted, and what is said of it.</summary>
public sealed class SweepTests
{
    private const string Sweep = "Remove-ArUntaggedImage $app -Confirm:$false";

    private static readonly string[] Columns = ["Digest", "Status", "Reason"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_question_an_image_says_how_much_goes_and_stays()
    {
        ScriptedHost host = new("Yes", "No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.AddIndex(TimeSpan.FromDays(9), "v3");
        string[] web = [shop.Add(), shop.Add()];
        shop.AddAged(TimeSpan.FromDays(5), "api");

        ScriptResult result = shop.Run("Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps").MustSucceed();

        Assert.Equal(2, host.Questions.Count);
        Assert.Contains("Delete 1 untagged digest (", host.Questions[0].Message, StringComparison.Ordinal);
        Assert.Contains("us-docker.pkg.dev/shop/apps/api", host.Questions[0].Message, StringComparison.Ordinal);
        Assert.Contains(
            "Delete 2 untagged digests (153 MB), keep 3 untagged and 1 tagged digest", host.Questions[1].Message,
            StringComparison.Ordinal);
        Assert.Contains(Shop.App, host.Questions[1].Message, StringComparison.Ordinal);
        Assert.Empty(shop.Left("api"));
        Assert.All(web, digest => Assert.Contains(digest, shop.Left()));
        Assert.Single(Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(web), Row.Digests(result, "NotReached"));
        Assert.Contains("the question was answered with No", result.Values("Reason"));
    }

    [Fact]
    public async Task Rows_have_the_time_of_the_upload_also_from_a_file()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Add();
        using TemporaryFolder folder = new();

        ScriptResult result = shop.Run(
            $"$rows = Remove-ArUntaggedImage $app -Confirm:$false; "
                + $"$rows | Export-Csv '{folder.Path}/rows.csv'; $csv = Import-Csv '{folder.Path}/rows.csv'; "
                + "$json = $rows | ConvertTo-Json | ConvertFrom-Json; "
                + "@($rows | Where-Object UploadTime -lt (Get-Date)).Count; "
                + "@($rows | Where-Object Uploaded -gt 2001-01-01).Count; "
                + "([datetime]$csv[0].UploadTime - $rows[0].UploadTime).Duration().TotalSeconds -lt 1; "
                + "$json[0].UploadTime -is [datetime]")
            .MustSucceed();

        Assert.Equal(["1", "1", "True", "True"], result.Output.Select(line => line.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-KeepNewest 1")]
    [InlineData("-MaxCount 4")]
    public async Task WhatIf_shows_the_same_list_as_the_run_and_changes_nothing(string limits)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddIndex(TimeSpan.FromDays(9), "v3");
        AddedIndex dead = shop.AddIndex(TimeSpan.FromDays(9));
        shop.AddSignature(dead.Digest);
        shop.AddSignature(shop.Add());
        shop.AddAged(TimeSpan.FromMinutes(1));
        string before = shop.Contents();

        ScriptResult would = shop.Run($"Remove-ArUntaggedImage $app -WhatIf {limits}").MustSucceed();

        Assert.Empty(shop.Changes);
        Assert.Equal(before, shop.Contents());
        ScriptResult did = shop.Run($"{Sweep} {limits}").MustSucceed();
        Assert.NotEmpty(Row.Digests(did, "Removed"));
        Assert.Equal(Told(did), Told(would)
            .Select(line => line.Replace("WouldRemove", "Removed", StringComparison.Ordinal)));
        Assert.DoesNotContain("Removed", would.Values("Status"));
    }

    [Fact]
    public async Task Force_does_not_beat_WhatIf_and_never_reaches_the_wire()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddIndex(TimeSpan.FromDays(9));

        shop.Run("Remove-ArUntaggedImage $app -Force -WhatIf").MustSucceed();
        Assert.Empty(shop.Changes);
        shop.Run("Remove-ArUntaggedImage $app -Force").MustSucceed();

        Assert.Empty(shop.Left());
        Assert.All(
            shop.Emulator.Requests.Snapshot(),
            request => Assert.DoesNotContain(
                "force", request.PathAndQuery + request.Body, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(TaggedDeleteRefusal.Synchronous)]
    [InlineData(TaggedDeleteRefusal.InOperation)]
    public async Task What_gains_a_tag_between_listing_and_deletion_is_kept_with_what_it_holds(
        TaggedDeleteRefusal refusal)
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { TaggedDelete = refusal, OperationTime = TimeSpan.Zero, OperationPolls = 0 });
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        string garbage = shop.Add();
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", index.Digest)) shop.State.MoveTag(shop.Repository, "web", "late", index.Digest);
        };

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted([index.Digest, .. index.Children]), Row.Digests(result, "Kept"));
        Assert.Contains("has gained the tag late", result.Values("Reason"));
        Assert.Equal(CleanUpWords.Sorted(index.Digest, garbage), shop.DeletesAsked());
        PSObject row = Assert.Single(result.Output, row => (string)row.Properties["Digest"].Value == index.Digest);
        Assert.Equal("late", row.Properties["Tags"].Value.ToString());
    }

    [Fact]
    public async Task A_tag_that_comes_while_the_operation_runs_is_kept_too()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationPolls = 2, OperationTime = TimeSpan.FromHours(1) });
        string digest = shop.Add();
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("GET", "/operations/")) shop.State.MoveTag(shop.Repository, "web", "late", digest);
        };

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal(["has gained the tag late"], result.Values("Reason"));
        Assert.Equal([digest], shop.Left());
    }

    [Fact]
    public async Task What_somebody_else_deletes_meanwhile_is_AlreadyGone_and_no_error()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { SettleAttempts = 1, OperationTime = TimeSpan.Zero });
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", index.Digest) && shop.State.HasDigest(shop.Repository, "web", index.Digest))
                shop.State.DeleteVersion(shop.Repository, "web", index.Digest);
        };

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal([index.Digest], Row.Digests(result, "AlreadyGone"));
        Assert.Equal(CleanUpWords.Sorted(index.Children), Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task What_a_new_index_lists_by_now_is_kept_at_once_with_the_refusal_as_reason()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        string child = index.Children[0];
        string? pushed = null;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", child)) pushed ??= shop.AddIndexOver(child);
        };

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal([child], Row.Digests(result, "Kept"));
        PSObject row = Assert.Single(result.Output, row => (string)row.Properties["Digest"].Value == child);
        Assert.Contains(pushed!, (string)row.Properties["Reason"].Value, StringComparison.Ordinal);
        // A parent that is there will not go by waiting.
        Assert.Single(shop.Emulator.Requests.Snapshot(request => request.Is("DELETE", child)));
    }

    [Fact]
    public async Task If_an_index_cannot_be_deleted_its_children_are_kept_without_a_try()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        shop.Emulator.Behaviour.OperationFate = request =>
            request.Is("DELETE", index.Digest) ? OperationFate.Fails : OperationFate.Finishes;

        ScriptResult result = shop.Run(Sweep);

        Assert.Equal([index.Digest], Row.Digests(result, "Failed"));
        Assert.Equal(CleanUpWords.Sorted(index.Children), Row.Digests(result, "Kept"));
        Assert.All(
            result.Output.Where(row => row.Properties["Status"].Value.ToString() == "Kept"),
            row => Assert.Contains("refers to it and was not deleted", (string)row.Properties["Reason"].Value,
                StringComparison.Ordinal));
        Assert.Equal([index.Digest], shop.DeletesAsked());
        Assert.Equal(index.Digest, PSObject.AsPSObject(result.Error.TargetObject).Properties["Digest"].Value);
    }

    [Fact]
    public async Task A_run_that_follows_an_interrupted_one_waits_until_the_service_has_settled()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { SettleAttempts = 2, OperationTime = TimeSpan.Zero });
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));

        ScriptResult first = shop.Run($"{Sweep} -MaxCount 1").MustSucceed();
        Assert.Equal([index.Digest], Row.Digests(first, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(index.Children), Row.Digests(first, "NotReached"));
        ScriptResult second = shop.Run(Sweep).MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(index.Children), Row.Digests(second, "Removed"));
        Assert.Empty(shop.Left());
    }

    [Fact]
    public async Task A_failed_operation_fails_its_digest_alone_and_says_so_to_scripts()
    {
        await using Shop shop = await Shop.OpenAsync();
        string failing = shop.Add();
        string[] garbage = [shop.Add(), shop.Add()];
        shop.Emulator.Behaviour.OperationFate = request =>
            request.Is("DELETE", failing) ? OperationFate.Fails : OperationFate.Finishes;

        ScriptResult result = shop.Run($"{Sweep} -ErrorVariable failed -ErrorAction SilentlyContinue");

        Assert.Equal([failing], Row.Digests(result, "Failed"));
        Assert.Equal(CleanUpWords.Sorted(garbage), Row.Digests(result, "Removed"));
        ScriptResult after = shop.Session.Run(
            "$failed.Count; $failed[0].FullyQualifiedErrorId; $failed[0].TargetObject.Digest");
        Assert.Equal("1", after.Output[0].ToString());
        Assert.EndsWith(",ArtifactRegistry.Cmdlets.RemoveArUntaggedImageCommand", after.Output[1].ToString(),
            StringComparison.Ordinal);
        Assert.Equal(failing, after.Output[2].ToString());
    }

    [Fact]
    public async Task An_operation_that_vanishes_is_judged_by_whether_the_digest_is_gone()
    {
        await using Shop shop = await Shop.OpenAsync(new Behaviour { OperationTime = TimeSpan.FromHours(1) });
        string garbage = shop.Add();
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.Vanishes;

        ScriptResult result = shop.Run(Sweep).MustSucceed();
        Assert.Equal([garbage], Row.Digests(result, "Removed"));

        string still = shop.Add();
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.Lost;
        shop.GiveOperations(seconds: 1);
        ScriptResult undone = shop.Run(Sweep);
        Assert.Equal([still], Row.Digests(undone, "Failed"));
        Assert.Single(undone.Errors);
    }

    [Fact]
    public async Task A_signature_whose_subject_cannot_be_read_again_stays_with_it_and_that_is_an_error()
    {
        await using Shop shop = await Shop.OpenAsync();
        string subject = shop.Add(), signature = shop.AddSignature(subject), other = shop.Add();
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.Unavailable)
        {
            RetryAfter = "86400", // longer than anybody waits, so it is reported at once
            When = request => request.Is("GET", $"/dockerImages/web@{subject}"),
        });

        ScriptResult result = shop.Run(Sweep);

        Assert.Equal([other], Row.Digests(result, "Removed"));
        Assert.Equal([signature], Row.Digests(result, "Failed"));
        Assert.Equal([subject], Row.Digests(result, "Kept"));
        Assert.Contains(signature, result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("whether that is still needed cannot be read", result.ErrorText, StringComparison.Ordinal);
        Assert.Single(result.Errors);
        Assert.Equal(CleanUpWords.Sorted(subject, signature), shop.Left());
    }

    [Fact]
    public async Task With_ErrorAction_Stop_the_first_failure_ends_the_run_and_leaves_nothing_running()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddMany(shop, 20);
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.Fails;

        ScriptResult result = shop.Run($"{Sweep} -ErrorAction Stop -ThrottleLimit 2");

        Assert.IsType<ActionPreferenceStopException>(result.Thrown);
        await shop.MustBeQuietAsync();
        Assert.Equal(20, shop.Left().Count);
        Assert.Equal(20, result.Output.Count);
        // How many were on their way when the error arrived is a matter of time; that some were not begun is not.
        Assert.InRange(Row.Digests(result, "Failed").Count, 1, 19);
        Assert.Contains("an error ended the run", result.Values("Reason"));
    }

    [Theory]
    [InlineData("2", true)]
    [InlineData("3", false)]
    [InlineData("0", true)]
    [InlineData("70%", true)]
    [InlineData("'75%'", false)]
    public async Task An_image_above_the_limit_is_passed_over_whole(string limit, bool refused)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        AddMany(shop, 3);

        ScriptResult result = shop.Run($"{Sweep} -AbortAbove {limit}");

        Assert.Equal(refused ? 4 : 1, shop.Left().Count);
        if (!refused)
        {
            Assert.Equal(3, Row.Digests(result.MustSucceed(), "Removed").Count);
            return;
        }

        Assert.Null(result.Thrown);
        Assert.Equal("TooManyToDelete", result.ErrorId);
        Assert.Contains("3 ", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(3, Row.Digests(result, "NotReached").Count);
        Assert.All(result.Values("Reason"), reason =>
            Assert.Contains($"-AbortAbove {limit} allows no more", reason, StringComparison.Ordinal)
        );
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-WhatIf")]
    public async Task The_limit_judges_each_image_by_itself_and_the_others_are_cleaned(string whatIf)
    {
        await using Shop shop = await Shop.OpenAsync();
        string a = shop.AddAged(TimeSpan.FromDays(5), "a"), c = shop.AddAged(TimeSpan.FromDays(5), "c");
        for (int i = 0; i < 3; i++) shop.AddAged(TimeSpan.FromDays(5), "b");

        ScriptResult result = shop.Run(
            $"Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -AbortAbove 2 -Confirm:$false {whatIf}"
        );

        Assert.Equal("TooManyToDelete", result.ErrorId);
        Assert.EndsWith("/b", result.Error.TargetObject.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, Row.Digests(result, "NotReached").Count);
        Assert.Equal(CleanUpWords.Sorted(a, c), Row.Digests(result, whatIf.Length > 0 ? "WouldRemove" : "Removed"));
        Assert.Equal(whatIf.Length > 0 ? 5 : 3, shop.State.DigestCount(shop.Repository));
    }

    [Theory]
    [InlineData("-AbortAbove many", "InvalidThreshold")]
    [InlineData("-AbortAbove '101%'", "InvalidThreshold")]
    [InlineData("-AbortAbove '-1'", "InvalidThreshold")]
    [InlineData("-TimeLimit 30", "InvalidTimeLimit")]
    [InlineData("-TimeLimit soon", "InvalidTimeLimit")]
    public async Task A_limit_that_is_none_ends_the_command_before_any_request(string limit, string id)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add();

        ScriptResult result = shop.Run($"try {{ {Sweep} {limit} }} catch {{ throw }}");

        Assert.NotNull(result.Thrown);
        Assert.Equal(id, result.ErrorId);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task The_journal_holds_the_intent_before_the_deletion_is_sent_and_the_result_after_it()
    {
        using TemporaryFolder folder = new();
        string journal = Path.Combine(folder.Path, "run.jsonl");
        await File.WriteAllTextAsync(journal, "{\"event\":\"earlier run\"}\n", Stop);
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.Add();
        using RequestHold hold = shop.Hold("DELETE", garbage);

        using RunningScript run = shop.Start($"{Sweep} -JournalPath '{journal}'");
        await hold.WaitForArrivalAsync(1, Stop);
        string[] before = await ReadSharedAsync(journal);
        hold.Release();
        (await run.EndAsync(Stop)).MustSucceed();
        string[] after = await ReadSharedAsync(journal);

        Assert.Equal(2, before.Length);
        Assert.Equal(3, after.Length);
        using JsonDocument intent = JsonDocument.Parse(after[1]), result = JsonDocument.Parse(after[2]);
        Assert.Equal("delete", intent.RootElement.GetProperty("event").GetString());
        Assert.Equal($"{Shop.App}@{garbage}", intent.RootElement.GetProperty("uri").GetString());
        Assert.Equal("result", result.RootElement.GetProperty("event").GetString());
        Assert.Equal("Removed", result.RootElement.GetProperty("status").GetString());
        Assert.Equal(80_000_000, result.RootElement.GetProperty("sizeBytes").GetInt64());
    }

    [Fact]
    public async Task Every_digest_that_was_tried_has_its_intent_and_its_result_in_the_journal()
    {
        using TemporaryFolder folder = new();
        string journal = Path.Combine(folder.Path, "run.jsonl");
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { SettleAttempts = 1, OperationTime = TimeSpan.Zero });
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        AddMany(shop, 10);

        shop.Run($"{Sweep} -JournalPath '{journal}'").MustSucceed();

        List<JsonElement> lines =
            [.. (await ReadSharedAsync(journal)).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
        IEnumerable<IGrouping<string?, JsonElement>> ofDigest =
            lines.GroupBy(line => line.GetProperty("uri").GetString());
        Assert.Equal(14, ofDigest.Count());
        Assert.All(ofDigest, one =>
            Assert.Equal(["delete", "result"], one.Select(line => line.GetProperty("event").GetString())));
        Assert.Contains($"{Shop.App}@{index.Digest}", ofDigest.Select(one => one.Key));
    }

    [Fact]
    public async Task If_the_journal_cannot_be_written_nothing_is_deleted()
    {
        using TemporaryFolder folder = new();
        await using Shop shop = await Shop.OpenAsync();
        AddMany(shop, 3);

        ScriptResult result = shop.Run($"try {{ {Sweep} -JournalPath '{folder.Path}' }} catch {{ throw }}");

        Assert.NotNull(result.Thrown);
        Assert.Equal("JournalNotWritable", result.ErrorId);
        Assert.Empty(shop.Changes);

        Assert.SkipUnless(File.Exists("/dev/full"), "There is no file here that opens and takes no byte.");
        ScriptResult full = shop.Run($"{Sweep} -JournalPath /dev/full");
        Assert.Equal("JournalNotWritable", full.ErrorId);
        Assert.Empty(shop.Changes);
        Assert.Equal(shop.Left(), Row.Digests(full, "NotReached"));
    }

    [Fact]
    public async Task A_journal_that_breaks_ends_the_run_and_every_deletion_that_was_begun_has_its_row()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no pipes with a name in a folder there.");
        using TemporaryFolder folder = new();
        string journal = Path.Combine(folder.Path, "journal");
        using (Process made = Process.Start("mkfifo", journal)) await made.WaitForExitAsync(Stop);
        await using Shop shop = await Shop.OpenAsync();
        AddMany(shop, 40);
        // It takes a few lines and then, like a disk that is full, no more: while the tenth deletion is under way.
        int deletions = 0;
        Task<StreamReader> reader = Task.Run(
            () => new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read)),
            Stop
        );
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Method == "DELETE" && Interlocked.Increment(ref deletions) == 10) reader.Result.Dispose();
        };

        ScriptResult result = shop.Run($"{Sweep} -ThrottleLimit 4 -JournalPath '{journal}'");

        Assert.Equal("JournalNotWritable", result.ErrorId);
        Assert.Equal(40, result.Output.Count);
        Assert.Equal(shop.Left(), Row.Digests(result, "NotReached"));
        Assert.Equal(40 - shop.Left().Count, Row.Digests(result, "Removed").Count);
        Assert.InRange(Row.Digests(result, "Removed").Count, 10, 15);
    }

    [Fact]
    public async Task A_journal_on_a_drive_that_is_no_file_system_is_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddMany(shop, 1);

        ScriptResult result = shop.Run($"{Sweep} -JournalPath Env:journal");

        Assert.Equal("JournalNotWritable", result.ErrorId);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task Where_the_permission_to_delete_is_missing_few_deletions_are_tried()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddMany(shop, 200);
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.versions.delete")];

        ScriptResult result = shop.Run($"{Sweep} -ThrottleLimit 4");

        Assert.InRange(shop.Changes.Count, 1, 8);
        Assert.Equal(shop.Changes.Count, result.Errors.Count);
        Assert.All(result.ErrorIds, id => Assert.Equal("AccessDenied", id));
        Assert.Equal(200, result.Output.Count);
        Assert.Equal(200 - result.Errors.Count, Row.Digests(result, "NotReached").Count);
    }

    [Fact]
    public async Task A_run_that_ends_early_tells_what_it_did_not_reach()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddMany(shop, 5);

        ScriptResult counted = shop.Run($"{Sweep} -MaxCount 2").MustSucceed();
        Assert.Equal(2, Row.Digests(counted, "Removed").Count);
        Assert.Equal(shop.Left(), Row.Digests(counted, "NotReached"));
        Assert.Contains("the limit of 2 deletions was reached", counted.Values("Reason"));

        ScriptResult late = shop.Run($"{Sweep} -TimeLimit 0s").MustSucceed();
        Assert.Equal(shop.Left(), Row.Digests(late, "NotReached"));
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task The_time_limit_counts_while_planning_too_and_no_further_image_is_looked_at()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddAged(TimeSpan.FromDays(5), "a");
        shop.AddAged(TimeSpan.FromDays(5), "b");
        TestClock clock = new();
        clock.ApplyTo(shop.Session);
        using RequestHold hold = shop.Hold("GET", "/apps/b/manifests/"); // planning goes on until somebody ends it

        using RunningScript script = shop.Start(
            "Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -Confirm:$false -TimeLimit 15s");
        await hold.WaitForArrivalAsync(1, Stop);
        await script.WaitForOutputAsync(1, Stop);
        clock.Advance(TimeSpan.FromSeconds(15));
        ScriptResult result = (await script.EndAsync(Stop)).MustSucceed();

        Assert.Single(Row.Digests(result, "Removed"));
        Assert.Contains(
            "Some images may not have been examined: the time limit of",
            Assert.Single(result.Warnings),
            StringComparison.Ordinal
        );
        Assert.Single(shop.Left("b"));
    }

    [Fact]
    public async Task No_deletion_whose_turn_comes_after_the_time_limit_is_begun()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddMany(shop, 4);
        using TemporaryFolder folder = new();
        string journal = Path.Combine(folder.Path, "journal.jsonl");

        shop.LetTake("DELETE", TimeSpan.FromSeconds(30));

        // One at once, and the turns of the others are ten, twenty and thirty seconds later.
        ScriptResult result = shop.Run(
            $"{Sweep} -RequestsPerSecond 0.1 -ThrottleLimit 4 -TimeLimit 9s -JournalPath '{journal}'").MustSucceed();

        Assert.Single(Row.Digests(result, "Removed"));
        Assert.Equal(shop.Left(), Row.Digests(result, "NotReached"));
        Assert.Single(shop.Changes);
        Assert.Equal(2, File.ReadAllLines(journal).Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("1")]
    public async Task When_the_quota_is_used_up_the_run_slows_down_and_nothing_fails(string? retryAfter)
    {
        await using Shop shop = await Shop.OpenAsync();
        AddMany(shop, 40);
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests)
        {
            When = request => request.Method == "DELETE",
            Times = retryAfter == "1" ? 2 : 30,
            RetryAfter = retryAfter,
        });

        ScriptResult result = shop.Run($"{Sweep} -RequestsPerSecond 1000").MustSucceed();

        Assert.Equal(40, Row.Digests(result, "Removed").Count);
        Assert.Empty(shop.Left());
    }

    [Theory]
    [InlineData(FaultKind.InternalError)]
    [InlineData(FaultKind.Unavailable)]
    [InlineData(FaultKind.ResetBefore)]
    [InlineData(FaultKind.ResetAfter)]
    [InlineData(FaultKind.CutBody)]
    public async Task A_fifth_of_all_requests_failing_changes_nothing_of_the_outcome(FaultKind kind)
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex live = shop.AddIndex(TimeSpan.FromDays(9), "v3"), dead = shop.AddIndex(TimeSpan.FromDays(9));
        AddMany(shop, 20);
        shop.Emulator.Behaviour.Faults.Add(new Fault(kind) { Rate = 0.2 });

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal(CleanUpWords.Sorted([live.Digest, .. live.Children]), shop.Left());
        Assert.Equal(24, Row.Digests(result, "Removed").Count + Row.Digests(result, "AlreadyGone").Count);
        Assert.DoesNotContain(dead.Digest, shop.Left());
    }

    [Theory]
    [InlineData("gcf-artifacts")]
    [InlineData("cloud-run-source-deploy")]
    [InlineData("gae-standard")]
    [InlineData("gae-flexible")]
    public async Task Repositories_of_other_services_are_cleaned_only_on_demand(string name)
    {
        await using Shop shop = await Shop.OpenAsync();
        RepositoryName repository = shop.State.AddRepository($"us-docker.pkg.dev/shop/{name}");
        shop.State.AddImage(repository, "f", new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-9) });

        ScriptResult refused = shop.Run($"Remove-ArUntaggedImage us-docker.pkg.dev/shop/{name} -Confirm:$false");
        Assert.Contains("-IncludeManagedRepository", refused.ErrorText, StringComparison.Ordinal);
        Assert.Equal(1, shop.State.DigestCount(repository));

        shop.Run($"Remove-ArUntaggedImage us-docker.pkg.dev/shop/{name} -Confirm:$false -IncludeManagedRepository")
            .MustSucceed();
        Assert.Equal(0, shop.State.DigestCount(repository));
    }

    [Fact]
    public async Task A_virtual_repository_is_refused_and_a_remote_one_is_warned_of()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddRepository("us-docker.pkg.dev/shop/all", new RepositoryOptions { Mode = "VIRTUAL_REPOSITORY" });
        RepositoryName hub = shop.State.AddRepository(
            "us-docker.pkg.dev/shop/hub", new RepositoryOptions { Mode = "REMOTE_REPOSITORY" });
        shop.State.AddImage(hub, "alpine", new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-9) });

        ScriptResult result = shop.Run(
            "'us-docker.pkg.dev/shop/all', 'us-docker.pkg.dev/shop/hub' | Remove-ArUntaggedImage -Confirm:$false");

        Assert.Contains("virtual repository", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("remote repository", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(0, shop.State.DigestCount(hub));
    }

    [Fact]
    public async Task While_one_image_is_swept_the_next_is_listed()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddAged(TimeSpan.FromDays(5), "a");
        shop.AddAged(TimeSpan.FromDays(5), "b");
        using RequestHold deletions = shop.Hold("DELETE", "/packages/a/");
        using RequestHold manifest = shop.Hold("GET", "/apps/b/manifests/");

        using RunningScript run = shop.Start("Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -Confirm:$false");
        await Task.WhenAll(deletions.WaitForArrivalAsync(1, Stop), manifest.WaitForArrivalAsync(1, Stop));
        manifest.Release();
        deletions.Release();

        Assert.Equal(2, Row.Digests((await run.EndAsync(Stop)).MustSucceed(), "Removed").Count);
    }

    [Fact]
    public async Task Never_more_requests_at_once_than_the_throttle_allows()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { Latency = TimeSpan.FromMilliseconds(5), OperationTime = TimeSpan.Zero });
        AddMany(shop, 30);

        shop.Run($"{Sweep} -ThrottleLimit 3").MustSucceed();

        Assert.InRange(shop.Emulator.Requests.MaxOpen, 1, 3);
        Assert.Empty(shop.Left());
    }

    [Fact]
    public async Task One_bar_shows_the_progress_and_is_taken_away_and_the_last_word_counts_by_status_and_reason()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { Latency = TimeSpan.FromMilliseconds(30), OperationTime = TimeSpan.Zero });
        AddMany(shop, 12);
        shop.AddIndex(TimeSpan.FromDays(9), "v3");

        ScriptResult result = shop.Run($"{Sweep} -ThrottleLimit 2 -Verbose").MustSucceed();

        Assert.NotEmpty(result.Progress);
        Assert.Single(result.Progress.Select(record => record.ActivityId).Distinct());
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
        Assert.Contains(result.Progress, bar => bar.StatusDescription.Contains(" of 12, ", StringComparison.Ordinal));
        Assert.StartsWith(
            "Removed 12 digests (916 MB), kept 3 in ",
            Assert.Single(result.Information),
            StringComparison.Ordinal
        );
        string reasons = Assert.Single(result.Verbose, line => line.StartsWith("Removed 12", StringComparison.Ordinal));
        Assert.Contains(
            "Removed 12 (916 MB freed): 12 untagged, nothing refers to it",
            reasons,
            StringComparison.Ordinal
        );
        Assert.Contains("Kept 3: ", reasons, StringComparison.Ordinal);
        Assert.Contains("1 linux/arm64 of …", reasons, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_image_keeps_does_not_bring_the_bar_forward()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddAged(TimeSpan.FromDays(5), "a");
        for (int i = 0; i < 3; i++) shop.AddAged(TimeSpan.FromMinutes(1), "b");
        for (int i = 0; i < 3; i++) shop.AddAged(TimeSpan.FromMinutes(1), "c");
        // Each image takes longer than the bar waits between two looks.
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.Slow)
        {
            When = request => request.Path.Contains("/v2/", StringComparison.Ordinal),
            Delay = TimeSpan.FromMilliseconds(150),
        });
        using RequestHold hold = shop.Hold("DELETE", "/packages/a/");

        using RunningScript run = shop.Start("Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -Confirm:$false");
        await Task.WhenAll(hold.WaitForArrivalAsync(1, Stop), run.WaitForOutputAsync(6, Stop));
        string[] shown = run.ProgressSoFar();
        hold.Release();
        (await run.EndAsync(Stop)).MustSucceed();

        // Everything but the one deletion came while that was held back.
        Assert.DoesNotContain(shown, text => text.Contains(": 1 of 1,", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Stop", 1)]
    [InlineData("Continue", 0)]
    public async Task An_unattended_run_asks_nothing_and_its_exit_code_tells_of_failures(string action, int exitCode)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add();
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.Fails;
        string command = $"$ErrorActionPreference = '{action}'; Remove-ArUntaggedImage {Shop.App} -Confirm:$false";

        ProcessResult run = await ShellProcess.RunAsync(["-Command", $"{command} | ForEach-Object Status; 'end'"], "",
        [
            ("CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY", shop.Emulator.Url.ToString()),
            ("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true"),
        ]);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.NotEmpty(run.Error);
        Assert.Equal(exitCode == 0, run.Lines.Contains("end"));
    }

    [Theory]
    [InlineData(OperationFate.Finishes)]
    [InlineData(OperationFate.NeverFinishes)]
    public async Task CtrlC_in_the_middle_leaves_nothing_running(OperationFate fate)
    {
        await using Shop shop = await Shop.OpenAsync();
        AddMany(shop, 30);
        shop.Emulator.Behaviour.OperationFate = _ => fate;
        using RequestHold hold =
            fate is OperationFate.Finishes ? shop.Hold("DELETE", "/versions/") : shop.Hold("GET", "/operations/");

        using RunningScript run = shop.Start($"{Sweep} -ThrottleLimit 4");
        await hold.WaitForArrivalAsync(4, Stop);
        run.Stop();
        await run.EndAsync(Stop);

        Assert.Equal(PSInvocationState.Stopped, run.State);
        await shop.MustBeIdleAsync();
        hold.Release();
        await shop.MustBeQuietAsync();
        Assert.Equal(30, shop.Left().Count);
    }

    [Fact]
    public async Task The_first_objects_taken_downstream_end_the_run_and_leave_nothing_running()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddMany(shop, 30);

        shop.Run($"{Sweep} -ThrottleLimit 2 | Select-Object -First 1").MustSucceed();

        await shop.MustBeQuietAsync();
        int left = shop.Left().Count;
        Assert.InRange(left, 1, 29);
        Assert.Equal(left, Row.Digests(shop.Run(Sweep).MustSucceed(), "Removed").Count);
    }

    [Fact]
    public async Task Running_it_again_finds_nothing_left_to_do()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddIndex(TimeSpan.FromDays(9), "v3");
        AddMany(shop, 3);
        shop.Run(Sweep).MustSucceed();

        ScriptResult again = shop.Run(Sweep).MustSucceed();

        Assert.All(again.Values("Status"), status => Assert.Equal("Kept", status));
        Assert.Empty(shop.Changes);
    }

    private static void AddMany(Shop shop, int count)
    {
        for (int i = 0; i < count; i++) shop.Add();
    }

    private static IEnumerable<string> Told(ScriptResult result) => result.Output
        .Select(row => string.Join(
            ' ', Columns.Select(column => row.Properties[column].Value.ToString())))
        .Order(StringComparer.Ordinal);

    private static async Task<string[]> ReadSharedAsync(string path)
    {
        await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file);
        return (await reader.ReadToEndAsync(Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
