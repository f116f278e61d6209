using System.Text.Json;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Examples;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>The script for schedulers, docs/unattended/clean-up.ps1, in the shell of this project as a process.</summary>
public sealed class UnattendedScriptTests : IDisposable
{
    private const string Page = "docs/unattended.md";

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _garbage = [];
    private string _young = "";

    private static string Script => Path.Combine(Checkout.Root, "docs/unattended/clean-up.ps1");

    private string Log => Path.Combine(_folder.Path, "clean-up.jsonl");

    [Fact]
    public async Task Done_is_0_and_every_digest_is_a_line_of_JSON()
    {
        await using Shop shop = await OpenAsync();

        ProcessResult result = await RunAsync(shop);

        Assert.Equal("", result.Error);
        Assert.Equal(["3 removed, 1 kept, 0 failed, 0 not reached"], result.Lines);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal([_young], shop.State.UntaggedDigests(shop.Repository, "web"));
        JsonElement[] lines = Lines();
        Assert.Equal(
            ["Kept", "Removed", "Removed", "Removed"],
            lines.Select(line => line.GetProperty("Status").GetString()).Order());
        Assert.All(lines, line =>
        {
            Assert.StartsWith(Shop.App + "@sha256:", line.GetProperty("Uri").GetString(), StringComparison.Ordinal);
            Assert.NotEmpty(line.GetProperty("Reason").GetString()!);
            Assert.Equal(80_000_000, line.GetProperty("SizeBytes").GetInt64());
            Assert.True(line.GetProperty("Time").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        });
        Assert.Equal(6, File.ReadAllLines(Log + ".journal").Length);
    }

    [Fact]
    public async Task A_line_is_in_the_log_while_other_digests_are_still_being_deleted()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using Shop shop = await OpenAsync();
        using RequestHold hold = shop.Hold("DELETE", _garbage[^1]);
        using var watcher = new FileSystemWatcher(_folder.Path) { EnableRaisingEvents = true };
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Changed += (_, _) =>
        {
            if (new FileInfo(Log) is { Exists: true, Length: > 0 }) written.TrySetResult();
        };

        Task<ProcessResult> run = RunAsync(shop);
        await written.Task.WaitAsync(TimeSpan.FromMinutes(1), stop);
        await hold.WaitForArrivalAsync(1, stop);

        Assert.False(run.IsCompleted);
        hold.Release();
        Assert.Equal(["3 removed, 1 kept, 0 failed, 0 not reached"], (await run).Lines);
    }

    [Fact]
    public async Task A_second_run_adds_to_the_log_and_has_nothing_left_to_do()
    {
        await using Shop shop = await OpenAsync();

        await RunAsync(shop);
        ProcessResult again = await RunAsync(shop);

        Assert.Equal(["0 removed, 1 kept, 0 failed, 0 not reached"], again.Lines);
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(5, Lines().Length);
    }

    [Theory]
    [InlineData("-AbortAbove", "2", "so nothing was deleted")]
    [InlineData("-OlderThan", "30", "A number needs a unit")]
    [InlineData("-Image", "us-docker.pkg.dev/shop/absent", "was not found")]
    [InlineData("-CredentialFile", "absent.json", "absent.json")]
    [InlineData("-Log", "absent folder/log.jsonl", "cannot be written, so nothing was deleted")]
    public async Task Failed_is_1_and_says_why(string parameter, string value, string expected)
    {
        await using Shop shop = await OpenAsync();
        string before = shop.Contents();

        ProcessResult result = await RunAsync(shop, parameter, value);

        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(before, shop.Contents());
    }

    [Fact]
    public async Task The_line_for_cron_runs_it_as_a_service_account()
    {
        const string Start = "15 3 * * * pwsh ";
        string line = File.ReadLines(Path.Combine(Checkout.Root, Page))
            .Single(line => line.StartsWith(Start, StringComparison.Ordinal));

        await RunsAsAServiceAccountAsync(line[Start.Length..]);
    }

    [Fact]
    public async Task The_arguments_for_Task_Scheduler_run_it_as_a_service_account()
    {
        string block = Transcript.In(Page)
            .Single(block => block.Text.Contains("Register-ScheduledTask", StringComparison.Ordinal)).Text;
        using var session = new PowerShellSession();
        string text = block[..block.IndexOf("$task", StringComparison.Ordinal)];

        await RunsAsAServiceAccountAsync($"{Assert.Single(session.Run($"{text}; $arguments").MustSucceed().Output)}");
    }

    [Fact]
    public async Task Some_that_failed_are_2_and_stand_in_the_log()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.InternalError) { When = request => request.Is("DELETE", _garbage[0]) });

        ProcessResult result = await RunAsync(shop);

        Assert.Equal(["2 removed, 1 kept, 1 failed, 0 not reached"], result.Lines);
        Assert.Equal(2, result.ExitCode);
        JsonElement failed = Assert.Single(Lines(), line => line.GetProperty("Status").GetString() == "Failed");
        Assert.EndsWith(_garbage[0], failed.GetProperty("Uri").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_is_3_and_the_next_run_goes_on()
    {
        await using Shop shop = await OpenAsync();

        ProcessResult result = await RunAsync(shop, "-TimeLimit", "0s");
        ProcessResult next = await RunAsync(shop);

        Assert.Equal(["0 removed, 1 kept, 0 failed, 3 not reached"], result.Lines);
        Assert.Equal(3, result.ExitCode);
        Assert.Equal(["3 removed, 1 kept, 0 failed, 0 not reached"], next.Lines);
        Assert.Equal(0, next.ExitCode);
    }

    public void Dispose() => _folder.Dispose();

    private async Task RunsAsAServiceAccountAsync(string arguments)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using Shop shop = await OpenAsync(new Behaviour { RequireToken = true, OperationTime = TimeSpan.Zero });
        string key = Path.Combine(_folder.Path, "account.json");
        await File.WriteAllTextAsync(
            key, shop.State.SignIn.AddServiceAccount("cleaner@shop.iam.gserviceaccount.com").ToJsonString(), stop);
        // The files are where they can be here.
        string[] words = [.. arguments.Split(' ').Select(word => Path.GetExtension(word) switch
        {
            ".ps1" => Script,
            ".jsonl" => Log,
            ".json" => key,
            _ => word,
        })];

        ProcessResult result = await ShellProcess.RunAsync(words, "", Variables(shop));

        Assert.True(result.Error.Length == 0, result.Error);
        Assert.Equal(["3 removed, 1 kept, 0 failed, 0 not reached"], result.Lines);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(1, shop.State.SignIn.Issued);
        Assert.DoesNotContain("PRIVATE KEY", await File.ReadAllTextAsync(Log, stop), StringComparison.Ordinal);
    }

    private static (string, string)[] Variables(Shop shop) =>
        [.. ClientEnvironment.For(shop.Emulator.Url).Select(variable => (variable.Key, variable.Value))];

    private JsonElement[] Lines() => [.. File.ReadAllLines(Log).Select(line => JsonDocument.Parse(line).RootElement)];

    private async Task<ProcessResult> RunAsync(Shop shop, params string[] further)
    {
        Dictionary<string, string> arguments = new() { ["-Image"] = "us-docker.pkg.dev/shop/apps", ["-Log"] = Log };
        if (further is [string parameter, string value]) arguments[parameter] = value;
        string[] words = [.. arguments.SelectMany(pair => new[] { pair.Key, pair.Value })];
        return await ShellProcess.RunAsync(
            ["-NoProfile", "-NonInteractive", "-File", Script, .. words],
            "",
            Variables(shop));
    }

    private async Task<Shop> OpenAsync(Behaviour? behaviour = null)
    {
        Shop shop = await Shop.OpenAsync(behaviour);
        shop.Add("v1");
        for (int i = 0; i < 3; i++) _garbage.Add(shop.Add(Aged(days: 40)));
        _young = shop.Add(Aged(days: 2));
        return shop;
    }

    private static ImageOptions Aged(int days) => new() { Size = 80_000_000, UploadTime = DateTimeOffset.UtcNow.AddDays(-days) };
}
