using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>
/// Every cmdlet while requests fail at random: right and complete, or an error that names the item. With AR_FAULTS=full
/// it takes some ten times as long.
/// </summary>
public sealed class FaultTests(FaultTests.Tally tally) : IClassFixture<FaultTests.Tally>
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("AR_FAULTS") == "full";
    private static readonly int AtOnce = Full ? 40 : 8; // nearly all of the time is waiting
    private static readonly double[] Rates = Full ? [0.01, 0.1, 0.3, 0.6] : [0.01, 0.1, 0.3];
    private static readonly int Seeds = Full ? 10 : 3;

    public static TheoryData<string> Scenarios => [.. Scenario.All.Keys];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Right_and_complete_or_an_error_that_names_the_item(string name)
    {
        Scenario scenario = Scenario.All[name];
        CancellationToken stop = TestContext.Current.CancellationToken;
        (ScriptResult clear, SortedDictionary<string, string> before, SortedDictionary<string, string> wanted) =
            await RunAsync(scenario, Weather.Clear, stop);
        clear.MustSucceed();
        Assert.NotEmpty(clear.Output);
        bool changes = clear.Output[0].ToString().Contains('|', StringComparison.Ordinal);
        string[] rows = [.. clear.Output.Select(row => row.ToString())];

        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            Rates.SelectMany(rate => Enumerable.Range(1, Seeds).Select(seed => new Weather(rate, seed))),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop },
            async (weather, token) =>
            {
                (ScriptResult result, _, SortedDictionary<string, string> after) = await RunAsync(scenario, weather, token);
                tally.Errors += result.Errors.Count;
                List<string> verdict = [.. changes
                    ? Verdict.OnChanges(scenario, result, before, wanted, after)
                    : Verdict.OnListing(scenario, result, rows)];
                if (result.Thrown is not null) verdict.Add($"it threw: {result.Thrown}");
                foreach (string text in verdict) wrong.Enqueue($"{weather.Rate:P0} #{weather.Seed}: {text}");
                if (verdict.Count > 0)
                    foreach (ErrorRecord error in result.Errors) wrong.Enqueue($"{weather.Rate:P0} #{weather.Seed} said: {error}");
            });

        Assert.True(wrong.IsEmpty, $"{name}\n{string.Join('\n', wrong)}");
    }

    private async Task<(ScriptResult Result, SortedDictionary<string, string> Before, SortedDictionary<string, string> After)>
        RunAsync(Scenario scenario, Weather weather, CancellationToken stop)
    {
        await using World world = await World.MakeAsync(weather, stop);
        SortedDictionary<string, string> before = world.Facts();
        PowerShellSession session = tally.Take();
        session.Run(
            $"Connect-ArRegistry -AccessToken '{PowerShellSession.Token}' -Endpoint '{world.Emulator.Url}' -Project shop "
            + "-TimeoutSec 1 -OperationTimeoutSec 3").MustSucceed();
        // Ends with an error if the command has not ended after a minute: it hangs.
        using RunningScript running = session.Start(scenario.Script);
        ScriptResult result = await running.EndAsync(stop);
        tally.Return(session);

        await world.Emulator.Requests.WaitUntilIdleAsync(stop).WaitAsync(TimeSpan.FromSeconds(30), stop);
        tally.Count(world.Emulator.Requests.Snapshot(), weather);
        return (result, before, world.Facts());
    }

    /// <summary>Sessions that are used again, and how much happened in all.</summary>
    public sealed class Tally : IDisposable
    {
        private readonly ConcurrentBag<PowerShellSession> _sessions = [];
        private readonly Lock _lock = new();
        private int _commands, _requests, _faults, _operations;

        internal int Errors { get; set; }

        internal PowerShellSession Take() => _sessions.TryTake(out PowerShellSession? session) ? session : new PowerShellSession();

        internal void Return(PowerShellSession session) => _sessions.Add(session);

        internal void Count(IReadOnlyList<RecordedRequest> requests, Weather weather)
        {
            lock (_lock)
            {
                _commands++;
                _requests += requests.Count;
                _faults += requests.Count(request => request.Fault is not null);
                _operations += weather.OperationsSpoilt;
            }
        }

        public void Dispose()
        {
            foreach (PowerShellSession session in _sessions) session.Dispose();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Faults: {_commands:N0} commands, {_requests:N0} requests, {_faults:N0} of them with a fault, "
                + $"{_operations:N0} operations spoilt, {Errors:N0} errors told."));
        }
    }
}
