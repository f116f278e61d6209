using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>
/// Every cmdlet while requests fail: right and complete, or an error that names the item. With AR_FAULTS=full it takes
/// four times as long. Proven by 27 defects put into the product on purpose, of which it caught 25: swallowed errors,
/// blind retries, lost tags and pages, wrong claims, double effects, an etag left out, another identity.
/// </summary>
public sealed class FaultTests(FaultTests.Tally tally) : IClassFixture<FaultTests.Tally>
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("AR_FAULTS") == "full";
    private static readonly int AtOnce = Full ? 40 : 16; // nearly all of the time is waiting
    private static readonly double[] Rates = Full ? [0.01, 0.1, 0.3, 0.6] : [0.01, 0.1, 0.3];
    private static readonly int Seeds = Full ? 10 : 3;
    private static readonly int Outages = Full ? 8 : 1; // of each kind of request

    private static readonly (bool Lost, Reach Reach)[] Kinds =
    [
        (true, Reach.Nothing),
        (true, Reach.Endpoint),
        (true, Reach.Everything),
        (false, Reach.Once),
        (false, Reach.Everything),
        .. Full ? new[] { (true, Reach.Once), (false, Reach.Endpoint) } : [],
    ];

    public static TheoryData<string> Scenarios => [.. Scenario.All.Keys];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Right_and_complete_or_an_error_that_names_the_item(string name)
    {
        Scenario scenario = Scenario.All[name];
        CancellationToken stop = TestContext.Current.CancellationToken;
        Trial clear = await tally.RunAsync(scenario, Weather.Clear, stop);
        clear.Result.MustSucceed();
        Assert.NotEmpty(clear.Result.Output);
        Assert.Empty(Verdict.On(scenario, clear, clear));

        ConcurrentQueue<string> wrong = new();
        await Parallel.ForEachAsync(
            Storms().Concat(OutagesOf(clear.Requests)),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop },
            async (weather, token) =>
            {
                Trial trial = await tally.RunAsync(scenario, weather, token);
                List<string> verdict = [.. Verdict.On(scenario, trial, clear)];
                foreach (string text in verdict) wrong.Enqueue($"{weather}: {text}");
                if (verdict.Count > 0)
                    foreach (ErrorRecord error in trial.Result.Errors) wrong.Enqueue($"{weather} said: {error}");
            });

        Assert.True(wrong.IsEmpty, $"{name}\n{string.Join('\n', wrong)}");
    }

    private static IEnumerable<Weather> Storms() =>
        Rates.SelectMany(rate => Enumerable.Range(1, Seeds).Select(seed => (Weather)new Storm(rate, seed)));

    /// <summary>
    /// Outages that begin with each kind of request, in the middle of the command or, in full size, anywhere.
    /// </summary>
    private static IEnumerable<Weather> OutagesOf(IEnumerable<RecordedRequest> requests)
    {
        foreach (IGrouping<string, RecordedRequest> kind in requests.GroupBy(Endpoint.Of))
        {
            int all = kind.Count(), some = Math.Min(all, Outages);
            for (int i = 0; i < some; i++)
            {
                int nth = 1 + (((2 * i) + 1) * all / (2 * some));
                foreach ((bool lost, Reach reach) in Kinds)
                    yield return new Outage(kind.Key, Math.Min(nth, all), lost, reach);
            }
        }
    }

    /// <summary>Runs scenarios, in sessions that are used again, and counts how much happened in all.</summary>
    public sealed class Tally : IDisposable
    {
        private readonly ConcurrentBag<PowerShellSession> _sessions = [];
        private readonly Lock _lock = new();
        private int _commands, _requests, _faults, _operations, _errors;

        internal async Task<Trial> RunAsync(Scenario scenario, Weather weather, CancellationToken stop)
        {
            await using World world = await World.MakeAsync(weather, stop);
            if (scenario.ReadsWorkloads) world.SeedWorkloads();
            SortedDictionary<string, string> before = world.Facts();
            if (scenario.IsCleanUp) world.Emulator.Behaviour.ListingGap = weather.Gap;
            PowerShellSession session = Take();
            session.Set("folder", world.Folder);
            session.Set("elsewhere", world.Emulator.Url.Authority); // as a registry that is not Google's
            session.Run(
                $"Connect-ArRegistry {scenario.Credential} -Endpoint '{world.Emulator.Url}' -Project shop "
                + "-TimeoutSec 1 -OperationTimeoutSec 3").MustSucceed();
            // Ends with an error if the command has not ended within RunningScript.HangLimit.
            using RunningScript running = session.Start(scenario.Script);
            ScriptResult result = await running.EndAsync(stop);
            Return(session);

            await world.Emulator.Requests.WaitUntilIdleAsync(stop).WaitAsync(RunningScript.HangLimit, stop);
            IReadOnlyList<RecordedRequest> requests = world.Emulator.Requests.Snapshot();
            Count(requests, weather, result);
            SortedDictionary<string, string> after = world.Facts();
            Dictionary<string, string> others = new(world.Neighbour.Facts, StringComparer.Ordinal);
            foreach (string digest in weather.TakenByOthers)
                if (!after.ContainsKey(digest)) others[digest] = "";
            return new Trial(result, before, after, others, requests, world.Identities(requests));
        }

        private PowerShellSession Take() =>
            _sessions.TryTake(out PowerShellSession? session) ? session : new PowerShellSession();

        private void Return(PowerShellSession session) => _sessions.Add(session);

        private void Count(IReadOnlyList<RecordedRequest> requests, Weather weather, ScriptResult result)
        {
            lock (_lock)
            {
                _commands++;
                _requests += requests.Count;
                _faults += requests.Count(request => request.Fault is not null);
                _operations += weather.OperationsSpoilt;
                _errors += result.Errors.Count;
            }
        }

        public void Dispose()
        {
            foreach (PowerShellSession session in _sessions) session.Dispose();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Faults: {_commands:N0} commands, {_requests:N0} requests, {_faults:N0} of them with a fault, "
                + $"{_operations:N0} operations spoilt, {_errors:N0} errors told."));
        }
    }
}
