using System.Collections.Concurrent;
using System.Globalization;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations.CleanUp;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ArtifactRegistry.Core.Tests.CleanUp;

/// <summary>
/// Random registries, cleaned up with quarantine again and again while days pass: nothing goes that was not marked for
/// as long as promised, and in the end exactly that goes which would have gone without quarantine.
/// </summary>
public sealed class QuarantineProperties : CoreTest
{
    private const int Registries = 150;
    private const int AtOnce = 4;
    private const string Package = "web";
    private const string Prefix = "quarantine-";

    [Fact]
    public async Task What_the_rules_let_go_is_marked_first_and_goes_when_its_time_is_over()
    {
        ConcurrentQueue<string> problems = new();
        int removed = 0;
        await using World world = await World.StartAsync(SharedHttp, Stop);
        TaggedRegistry[] registries = [.. Enumerable.Range(1, Registries).Select(world.Add)];

        await ForEachAsync(async (i, stop) =>
        {
            string[] before = world.Digests(i), tags = world.Tags(i);
            await world.CleanUpAsync(i, registries[i - 1], TimeSpan.FromDays(14), stop);
            if (!world.Digests(i).SequenceEqual(before) || !world.Tags(i).SequenceEqual(tags))
                problems.Enqueue($"Registry {i}: the first run did more than to mark.\n{registries[i - 1]}");
        });
        world.Pass(days: 15);
        await ForEachAsync(async (i, stop) =>
        {
            TaggedRegistry registry = registries[i - 1];
            int there = world.Digests(i).Length;
            string rows = await world.CleanUpAsync(i, registry, TimeSpan.FromDays(14), stop);
            Interlocked.Add(ref removed, there - world.Digests(i).Length);
            if (!world.Digests(i).SequenceEqual(registry.Expected())
                || !world.Tags(i).SequenceEqual(registry.ExpectedTags())
                || world.Marks(i).Count > 0)
                problems.Enqueue($"Registry {i}: {rows}\n{registry}");
        });

        if (!problems.IsEmpty) Assert.Fail(string.Join("\n\n", problems.Order(StringComparer.Ordinal).Take(5)));
        Assert.True(removed > Registries / 2, $"Only {removed} digests were removed in all.");
    }

    [Fact]
    public async Task Nothing_goes_that_was_not_marked_for_as_long_as_any_run_promised()
    {
        const int Rounds = 8;
        ConcurrentQueue<string> problems = new();
        int removed = 0;
        await using World world = await World.StartAsync(SharedHttp, Stop);
        TaggedRegistry[] registries = [.. Enumerable.Range(1, Registries).Select(world.Add)];
        Dictionary<string, Promise>[] promises =
            [.. registries.Select(_ => new Dictionary<string, Promise>(StringComparer.Ordinal))];

        for (int round = 0; round < Rounds; round++)
        {
            await ForEachAsync(async (i, stop) =>
            {
                Dictionary<string, Promise> promised = promises[i - 1];
                TimeSpan period = TimeSpan.FromDays(((i + round) % 3) * 4 + 6);
                // What others do makes a digest wait anew.
                if (world.Disturb(i, round) is string disturbed
                    && promised.TryGetValue(disturbed, out Promise? broken))
                    promised[disturbed] = broken with { Since = world.Now };
                string[] before = world.Digests(i);
                DateTimeOffset began = world.Now;

                string rows = await world.CleanUpAsync(i, registries[i - 1], period, stop);

                foreach (string gone in before.Except(world.Digests(i)))
                {
                    Interlocked.Increment(ref removed);
                    if (!promised.TryGetValue(gone, out Promise? promise))
                        problems.Enqueue($"Registry {i}, round {round}: {gone} was not marked before.\n{rows}");
                    else if (world.Now - promise.Since < period || world.Now - promise.Since < promise.Period)
                        problems.Enqueue($"Registry {i}, round {round}: {gone} was marked too late.\n{rows}");
                }

                IReadOnlyDictionary<string, string> marks = world.Marks(i);
                foreach (string unmarked in promised.Keys.Except(marks.Keys).ToArray()) promised.Remove(unmarked);
                foreach ((string digest, string mark) in marks)
                    if (!promised.TryGetValue(digest, out Promise? promise) || promise.Mark != mark)
                        promised[digest] = new Promise(mark, began, period);
            });
            world.Pass(days: 1 + ((round * 5) % 9));
        }

        if (!problems.IsEmpty) Assert.Fail(string.Join("\n\n", problems.Order(StringComparer.Ordinal).Take(5)));
        Assert.True(removed > Registries / 4, $"Only {removed} digests were removed in all.");
    }

    private static Task ForEachAsync(Func<int, CancellationToken, Task> work) => Parallel.ForEachAsync(
        Enumerable.Range(1, Registries),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Stop },
        async (i, stop) => await work(i, stop));

    private sealed record Promise(string Mark, DateTimeOffset Since, TimeSpan Period);

    /// <summary>An emulator whose days pass as the test wants.</summary>
    private sealed class World(EmulatorServer emulator, FakeTimeProvider clock, HttpClient http) : IAsyncDisposable
    {
        private RegistryState State => emulator.State;

        /// <summary>The time of the service.</summary>
        public DateTimeOffset Now => DateTimeOffset.UtcNow + emulator.Behaviour.ClockOffset;

        public static async Task<World> StartAsync(HttpClient http, CancellationToken stop)
        {
            FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
            EmulatorOptions options = new()
            {
                TimeProvider = clock,
                Behaviour = new Behaviour { OperationTime = TimeSpan.Zero },
                RecordRequests = false,
            };
            return new World(await EmulatorServer.StartAsync(options, stop), clock, http);
        }

        public TaggedRegistry Add(int i)
        {
            State.AddRepository(Repository(i));
            return new TaggedRegistry(State, Repository(i), Package, i);
        }

        public void Pass(int days)
        {
            clock.Advance(TimeSpan.FromDays(days));
            emulator.Behaviour.ClockOffset += TimeSpan.FromDays(days);
        }

        public string[] Digests(int i) =>
            [.. State.Digests(Repository(i), Package).Order(StringComparer.Ordinal)];

        /// <summary>The tags that are not marks, as the model writes them.</summary>
        public string[] Tags(int i) =>
        [
            .. State.Tags(Repository(i), Package).Where(tag => !tag.Key.StartsWith(Prefix, StringComparison.Ordinal))
                .Select(tag => $"{tag.Key} {tag.Value}").Order(StringComparer.Ordinal),
        ];

        /// <summary>The last mark of each marked digest.</summary>
        public Dictionary<string, string> Marks(int i) => State.Tags(Repository(i), Package)
            .Where(tag => tag.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .GroupBy(tag => tag.Value, tag => tag.Key)
            .ToDictionary(marks => marks.Key, marks => marks.Max(StringComparer.Ordinal)!, StringComparer.Ordinal);

        /// <summary>
        /// Gives a digest a tag, or takes its mark away; at times nothing. Returns the digest that was disturbed.
        /// </summary>
        public string? Disturb(int i, int round)
        {
            string[] digests = Digests(i);
            if (digests.Length == 0) return null;
            string digest = digests[(i * 7 + round) % digests.Length];
            switch ((i + round) % 5)
            {
                case 0:
                    State.MoveTag(Repository(i), Package, $"pr-{900 + round}", digest);
                    return digest;
                case 1 when Marks(i).TryGetValue(digest, out string? mark):
                    State.RemoveTag(Repository(i), Package, mark);
                    return digest;
                case 2: // comes and goes before any run sees it
                    State.MoveTag(Repository(i), Package, "for-a-moment", digest);
                    State.RemoveTag(Repository(i), Package, "for-a-moment");
                    return digest;
                default:
                    return null;
            }
        }

        /// <summary>Cleans a registry up once, looking again before each change. Returns the rows.</summary>
        public async Task<string> CleanUpAsync(
            int i, TaggedRegistry registry, TimeSpan period, CancellationToken stop)
        {
            RestTransport transport = new(http, SignIns.Choose(Secret, _ => null), Quick, null);
            Endpoints endpoints = Endpoints.Choose(emulator.Url, _ => null);
            ArtifactRegistryClient client = new(transport, endpoints);
            using SweepControl control = new(
                8, new Pacer(1e6, TimeProvider.System), null, null, null, null, TimeProvider.System);
            using CleanUpPlanner planner = new(
                client, new OciRegistryClient(transport, endpoints), new ManifestCache(), 4,
                new PlanningProgress(TimeProvider.System), _ => { });
            List<RemovedImage> rows = [];
            CleanUpRules rules = StaleProperties.RulesOf(registry) with { Quarantine = period };
            ImageName image = ImageName.Parse($"{Repository(i)}/{Package}");
            await foreach (CleanUpPlan plan in planner.PlanAsync(ImagePattern.Exactly(image), rules, stop))
            {
                await foreach (RemovedImage row in QuarantineSteps.RemoveMarksAsync(client, plan.Needed, control, stop))
                    rows.Add(row);
                IAsyncEnumerable<RemovedImage> results = Sweep.CarryOutAsync(
                    client, plan, new SweepOrder(plan), control,
                    ended => new ImageLook(
                        plan, token => planner.RefreshAsync(plan, token), true, TimeProvider.System, ended),
                    _ => { },
                    stop);
                await foreach (RemovedImage row in results) rows.Add(row);
            }

            return string.Join('\n', rows.Select(row => string.Create(
                CultureInfo.InvariantCulture, $"  {row.Digest[7..13]} {row.Status} {row.Reason}")));
        }

        public ValueTask DisposeAsync() => emulator.DisposeAsync();

        private static RepositoryName Repository(int i) => (RepositoryName)$"us-docker.pkg.dev/shop/r{i}";
    }
}
