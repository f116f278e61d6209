using System.Diagnostics;
using System.Text.Json;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>The journal has a result for every intent, whatever happens to the run or to the file.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Journal => Path.Combine(_folder.Path, "run.jsonl");

    private string Sweep => $"Remove-ArUntaggedImage $app -Confirm:$false -JournalPath '{Journal}'";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_run_with_the_same_journal_is_refused_before_anything_is_deleted()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.Add();
        using PowerShellSession other = new(shop.Emulator);
        other.Set("app", Shop.App);
        using RequestHold hold = shop.Hold("DELETE", garbage);
        using RunningScript run = shop.Start(Sweep);
        await hold.WaitForArrivalAsync(1, Stop);

        ScriptResult second = other.Run(Sweep);
        hold.Release();
        (await run.EndAsync(Stop)).MustSucceed();

        Assert.Equal("JournalInUse", second.ErrorId);
        Assert.Empty(second.Output);
        Assert.Equal(["delete", "result"], Events());
        other.Run(Sweep).MustSucceed(); // and afterwards it may
    }

    [Theory]
    [InlineData("", "it is a folder. Give a file in it, such as '")]
    [InlineData("absent/run.jsonl", "there is no folder '")]
    public async Task A_journal_that_cannot_be_written_ends_the_command_and_its_preview(string name, string problem)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add();
        string command = $"Remove-ArUntaggedImage $app -JournalPath '{Path.Combine(_folder.Path, name)}'";

        foreach (string how in (string[])["-Confirm:$false", "-WhatIf"])
        {
            ScriptResult result = shop.Run($"{command} {how}");
            Assert.Equal("JournalNotWritable", result.ErrorId);
            Assert.Contains(problem, result.ErrorText, StringComparison.Ordinal);
            Assert.Empty(shop.Emulator.Requests.Snapshot());
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(false)] // cut where it is
    [InlineData(true)] // renamed, and a new one begun
    public async Task A_journal_that_is_rotated_while_the_run_goes_on_loses_no_line(bool rename)
    {
        await using Shop shop = await Shop.OpenAsync();
        for (int i = 0; i < 6; i++) shop.Add();
        string rotated = "";
        int deletions = 0;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Method != "DELETE" || ++deletions != 3) return;
            rotated = Read(Journal);
            if (rename)
                File.Move(Journal, Journal + ".1");
            else
                using (FileStream file = new(Journal, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                    file.SetLength(0);
        };

        shop.Run($"{Sweep} -ThrottleLimit 1").MustSucceed();

        string[] before = Lines(rotated), after = Lines(Read(Journal));
        Assert.Equal(5, before.Length); // two whole deletions and the third one's intent
        Assert.Equal(7, after.Length);
        if (rename) Assert.Equal(rotated, Read(Journal + ".1"));
        Assert.All(before.Concat(after), line => JsonDocument.Parse(line).Dispose());
    }

    [Fact]
    public async Task A_torn_last_line_is_not_glued_to_the_next_one()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add();
        await File.WriteAllTextAsync(Journal, "{\"event\":\"delete\",\"uri\":\"us-dock", Stop);

        shop.Run(Sweep).MustSucceed();

        string[] lines = Lines(Read(Journal));
        Assert.Equal(3, lines.Length);
        Assert.All(lines.Skip(1), line => JsonDocument.Parse(line).Dispose());
    }

    [Fact]
    public async Task After_CtrlC_each_intent_has_a_result_and_the_next_run_looks_what_became_of_the_unknown_ones()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        for (int i = 0; i < 8; i++) shop.Add();
        using RequestHold hold = shop.Hold("DELETE", "/versions/");
        using RunningScript run = shop.Start($"{Sweep} -ThrottleLimit 4");
        await hold.WaitForArrivalAsync(4, Stop);
        run.Stop();
        await run.EndAsync(Stop);

        JsonElement[] lines = [.. Lines(Read(Journal)).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
        Assert.Equal(8, lines.Length);
        Assert.Equal(4, lines.Count(line => Text(line, "event") == "result" && Text(line, "status") == "Unknown"));
        string screen = string.Concat(host.Screen);
        Assert.Contains("Interrupted. Removed 0 digests (0 B), left 4 (", screen, StringComparison.Ordinal);
        Assert.Contains("4 deletions were under way", screen, StringComparison.Ordinal);
        Assert.Contains($"{Shop.App}@sha256:", screen, StringComparison.Ordinal);
        Assert.Contains("Run the command again for what is left.", screen, StringComparison.Ordinal);

        // Two of the four were carried out after all.
        string[] unknown =
        [
            .. lines.Where(line => Text(line, "status") == "Unknown").Select(line => Text(line, "uri")!.Split('@')[1]),
        ];
        hold.Release();
        foreach (string digest in unknown[..2]) shop.State.DeleteVersion(shop.Repository, "web", digest);
        ScriptResult next = shop.Run($"{Sweep} -OlderThan 20d -Verbose").MustSucceed();

        Assert.Contains(next.Verbose, line =>
            line.Contains("2 of these digests are gone, 2 are there", StringComparison.Ordinal)
        );
        lines = [.. Lines(Read(Journal)).Skip(8).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
        Assert.Equal(
            ["AlreadyGone", "AlreadyGone", "Kept", "Kept"],
            lines.Select(line => Text(line, "status")).Order(StringComparer.Ordinal)
        );
        // What is known now is not looked at again.
        shop.Run($"{Sweep} -OlderThan 20d").MustSucceed();
        Assert.Equal(12, Lines(Read(Journal)).Length);
    }

    [Fact]
    public async Task After_CtrlC_the_last_line_counts_what_no_row_was_taken_of_and_what_is_left()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        for (int i = 0; i < 12; i++) shop.Add();
        using RunningScript run = shop.Start($"{Sweep} -ThrottleLimit 1 | ForEach-Object {{ Start-Sleep 3600 }}");
        while (Removed() < 3) // of which the pipeline has taken one
        {
            Stop.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        run.Stop();
        await run.EndAsync(Stop);

        int unknown = Lines(Read(Journal)).Count(line => line.Contains("Unknown", StringComparison.Ordinal));
        Assert.Contains(
            $"Interrupted. Removed {Removed()} digests (", string.Concat(host.Screen), StringComparison.Ordinal);
        Assert.Contains(
            $", left {12 - Removed() - unknown} (", string.Concat(host.Screen), StringComparison.Ordinal);

        int Removed() => File.Exists(Journal)
            ? Lines(Read(Journal)).Count(line => line.Contains("\"Removed\"", StringComparison.Ordinal))
            : 0;
    }

    [Fact]
    public async Task A_reader_that_lets_nobody_write_for_a_moment_only_delays_the_run()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.Add();
        FileStream? reader = null;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            // Held from the deletion on, and let go when the last listing begins: after the result was noted, or has
            // waited.
            if (request.Is("DELETE", garbage))
                reader = new FileStream(Journal, FileMode.Open, FileAccess.Read, FileShare.None);
            else if (request.Is("GET", "/operations/"))
                _ = Task.Delay(200, Stop).ContinueWith(_ => reader?.Dispose(), TaskScheduler.Default);
        };

        shop.Run(Sweep).MustSucceed();

        Assert.Equal(["delete", "result"], Events());
    }

    // A limit on the size of files stands in for a full disk: both take a part of the line and refuse the rest.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_disk_that_is_full_in_mid_run_ends_it_and_no_deletion_is_without_its_intent(int throttle)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no limit on the size of files.");
        await using Shop shop = await Shop.OpenAsync();
        for (int i = 0; i < 12; i++) shop.Add();
        const int Limit = 2 * 1024;
        shop.Emulator.Requests.Clear();

        ProcessStartInfo start = RealPowerShell.Start(
            shop.Emulator,
            $"$app = '{Shop.App}'; {Sweep} -ThrottleLimit {throttle} | ForEach-Object Status",
            "-NonInteractive"
        );
        ProcessResult result = await ProcessResult.OfAsync(start.WithFileSizeLimit(Limit / 1024));

        Assert.Contains(
            "can no longer be written, so no further deletion was started",
            result.Error,
            StringComparison.Ordinal
        );
        string journal = Read(Journal);
        Assert.InRange(journal.Length, Limit - 400, Limit);
        Assert.EndsWith("}\n", journal, StringComparison.Ordinal); // no half line
        JsonElement[] lines = [.. Lines(journal).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
        string[] intended =
        [
            .. lines.Where(line => Text(line, "event") == "delete").Select(line => Text(line, "uri")!.Split('@')[1]),
        ];
        string[] sent = [.. shop.Changes.Select(change => change.Split('/')[^1])];
        Assert.Equal(sent.Order(StringComparer.Ordinal), intended.Order(StringComparer.Ordinal));
        string[] rows = [.. Lines(result.Output).Where(line => line is "Removed" or "NotReached")];
        Assert.Equal(12, rows.Length);
        Assert.Equal(sent.Length, rows.Count(row => row == "Removed"));

        // With room again, the next run says what became of those whose result was not noted, and does the rest.
        shop.Run(Sweep).MustSucceed();
        Assert.Empty(shop.Left());
        lines = [.. Lines(Read(Journal)).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
        Assert.Equal(12, lines.Count(line => Text(line, "event") == "delete"));
        Assert.Equal(
            12,
            lines.Where(line => Text(line, "event") == "result").Select(line => Text(line, "uri")).Distinct().Count()
        );
    }

    private IEnumerable<string?> Events() =>
        Lines(Read(Journal)).Select(line => Text(JsonSerializer.Deserialize<JsonElement>(line), "event"));

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static string Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(file);
        return reader.ReadToEnd();
    }
}
