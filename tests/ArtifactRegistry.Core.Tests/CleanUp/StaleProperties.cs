using System.Collections.Concurrent;
using System.Globalization;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Operations.CleanUp.Stale;
using Xunit;

namespace ArtifactRegistry.Core.Tests.CleanUp;

/// <summary>
/// Random registries with tagged images and random rules, cleaned over HTTP and compared with a naive model of what
/// must be left.
/// </summary>
public sealed class StaleProperties : CoreTest
{
    private const int Registries = 2000;
    private const int AtOnce = 8;
    private const string Package = "web";

    [Fact]
    public async Task Exactly_what_the_rules_say_goes_and_every_tag_of_what_stays_is_left()
    {
        Behaviour.OperationTime = TimeSpan.Zero;
        ConcurrentQueue<string> problems = new();
        int removed = 0;

        await Parallel.ForEachAsync(
            Enumerable.Range(1, Registries),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Stop },
            async (number, stop) =>
            {
                if (problems.Count > 5) return;
                RepositoryName repository = $"us-docker.pkg.dev/shop/r{number}";
                State.AddRepository(repository);
                TaggedRegistry registry = new(State, repository, Package, number);
                string? problem = await ProblemAsync(
                    registry, repository, () => Interlocked.Increment(ref removed), stop);
                if (problem is not null)
                    problems.Enqueue($"Registry {number}: {problem}\n{registry}");
                State.DeleteRepository(repository);
            });

        if (!problems.IsEmpty) Assert.Fail(string.Join("\n\n", problems.Order(StringComparer.Ordinal)));
        // Rules that let nothing go would pass everything above.
        Assert.True(removed > Registries / 2, $"Only {removed} digests were removed in all.");
    }

    private async Task<string?> ProblemAsync(
        TaggedRegistry registry, RepositoryName repository, Action onRemoved, CancellationToken stop)
    {
        IReadOnlyList<string> expected = registry.Expected(), expectedTags = registry.ExpectedTags();
        (ArtifactRegistryClient client, OciRegistryClient oci) = Clients();
        ImageName image = ImageName.Parse($"{repository}/{Package}");
        using SweepControl control = new(
            8, new Pacer(1e6, TimeProvider.System), null, null, null, null, TimeProvider.System);
        using CleanUpPlanner planner = new(
            client, oci, new ManifestCache(), 4, new PlanningProgress(TimeProvider.System), _ => { });
        List<RemovedImage> rows = [];
        await foreach (CleanUpPlan plan in planner.PlanAsync(ImagePattern.Exactly(image), RulesOf(registry), stop))
        {
            // Decided anew before each deletion, as in a run that takes long.
            IAsyncEnumerable<RemovedImage> results = Sweep.CarryOutAsync(
                client, plan, new SweepOrder(plan), control,
                ended => new ImageLook(
                    plan, token => planner.RefreshAsync(plan, token), true, TimeProvider.System, ended),
                _ => { },
                stop);
            await foreach (RemovedImage row in results) rows.Add(row);
        }

        foreach (RemovedImage _ in rows.Where(row => row.RemovalStatus is RemovalStatus.Removed)) onRemoved();
        string[] left = [.. State.Digests(repository, Package).Order(StringComparer.Ordinal)];
        string[] leftTags =
        [
            .. State.Tags(repository, Package).Select(tag => $"{tag.Key} {tag.Value}").Order(StringComparer.Ordinal),
        ];
        return expected.Except(left).Any() ? $"lost {Short(expected.Except(left))}"
            : left.Except(expected).Any()
                ? $"left {Short(left.Except(expected))}: {string.Join("; ", rows.Select(Told))}"
            : !leftTags.SequenceEqual(expectedTags)
                ? $"the tags are {string.Join(", ", leftTags)} and not {string.Join(", ", expectedTags)}"
            : rows.Exists(row => row.RemovalStatus is not RemovalStatus.Removed) ? "told of a failure"
            : null;
    }

    internal static CleanUpRules RulesOf(TaggedRegistry registry)
    {
        StaleChoice choice = registry.Choice;
        return new CleanUpRules
        {
            IsForTagged = true,
            InUse = InUse.From(registry.InUse.Select(text => new InUseEntry(text))),
            Stale =
            [
                new StaleRules
                {
                    OlderThan = MinimumAge.Parse(
                        choice.OlderThanDays == 0 ? "0s"
                        : string.Create(CultureInfo.InvariantCulture, $"{choice.OlderThanDays}d")),
                    KeepNewest = registry.Count,
                    KeepNewestPer = choice.KeepNewestPer is string line ? ReleaseLine.Parse(line) : null,
                    SortBy = choice.SortByVersion ? StaleImageOrder.Version : StaleImageOrder.UploadTime,
                    Tag = [.. choice.Tag.Select(TagPattern.Parse)],
                    ExcludeTag = [.. choice.ExcludeTag.Select(TagPattern.Parse)],
                },
            ],
        };
    }

    private (ArtifactRegistryClient Client, OciRegistryClient Registry) Clients()
    {
        RestTransport transport = new(SharedHttp, SignIns.Choose(Secret, _ => null), Quick, null);
        Endpoints endpoints = Endpoints.Choose(Emulator.Url, _ => null);
        return (new ArtifactRegistryClient(transport, endpoints), new OciRegistryClient(transport, endpoints));
    }

    private static string Told(RemovedImage row) => $"{Short([row.Digest])} {row.Status} {row.Reason}";

    private static string Short(IEnumerable<string> digests) =>
        string.Join(' ', digests.Select(digest => digest[7..13]));
}
