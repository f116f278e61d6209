using System.Collections.Concurrent;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations.CleanUp;
using Xunit;

namespace ArtifactRegistry.Core.Tests.CleanUp;

/// <summary>Random registries, cleaned over HTTP and compared with a naive model of what must be left.</summary>
public sealed class CleanUpProperties : CoreTest
{
    private const int Registries = 60;
    private const int AtOnce = 6;

    private static readonly FaultKind[] Faults =
    [
        FaultKind.InternalError, FaultKind.ResetBefore, FaultKind.ResetAfter, FaultKind.CutBody,
        FaultKind.TooManyRequests,
    ];

    [Theory]
    [InlineData(ImageManifestsField.Present, true, false, 0)]
    [InlineData(ImageManifestsField.Present, false, false, 0)]
    [InlineData(ImageManifestsField.WithoutAttestations, true, false, 1)]
    [InlineData(ImageManifestsField.OnlyOnGet, false, true, 0)]
    [InlineData(ImageManifestsField.Absent, true, true, 1)]
    [InlineData(ImageManifestsField.Absent, false, true, 2)]
    public async Task Nothing_reachable_is_ever_asked_to_be_deleted_and_everything_unreachable_goes(
        ImageManifestsField imageManifests, bool subjectDigest, bool faults, int settleAttempts)
    {
        Behaviour.ImageManifests = imageManifests;
        Behaviour.SubjectDigest = subjectDigest;
        Behaviour.SettleAttempts = settleAttempts;
        Behaviour.OperationTime = TimeSpan.Zero;
        if (faults)
            for (int i = 0; i < Faults.Length; i++)
                Behaviour.Faults.Add(new Fault(Faults[i]) { Rate = 0.1 / Faults.Length, Seed = i + 1 });
        ConcurrentQueue<string> problems = new();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Registries),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Stop },
            async (number, stop) =>
            {
                string package = $"image-{number}";
                RandomRegistry registry = new(State, Apps, package, number);
                if (await ProblemAsync(registry, package, stop) is string problem)
                    problems.Enqueue($"Registry {number}: {problem}\n{registry}");
            });

        if (!problems.IsEmpty) Assert.Fail(string.Join("\n\n", problems.Order(StringComparer.Ordinal)));
    }

    private async Task<string?> ProblemAsync(RandomRegistry registry, string package, CancellationToken stop)
    {
        IReadOnlyList<string> before = State.Digests(Apps, package),
            expected = registry.Expected();
        CleanUpRules rules = new()
        {
            InUse = InUse.From(registry.InUse.Select(text => new InUseEntry(text))),
            KeepNewest = registry.KeepNewest,
        };
        using SweepControl control = new(
            8,
            new Pacer(1e6, TimeProvider.System),
            null,
            null,
            null,
            null,
            TimeProvider.System);
        (ArtifactRegistryClient client, OciRegistryClient oci) = Clients();

        ImageName image = ImageName.Parse($"us-docker.pkg.dev/shop/apps/{package}");
        List<RemovedImage> results = [];
        List<RegistryException> errors = [];
        using CleanUpPlanner planner = new(
            client, oci, new ManifestCache(), 4, new PlanningProgress(TimeProvider.System), _ => { });
        await foreach (CleanUpPlan plan in planner.PlanAsync(ImagePattern.Exactly(image), rules, stop))
        {
            errors.AddRange(plan.Unreadable);
            IAsyncEnumerable<RemovedImage> rows = Sweep.CarryOutAsync(
                client, plan, new SweepOrder(plan), control,
                ended => new ImageLook(
                    plan, token => planner.RefreshAsync(plan, token), false, TimeProvider.System, ended),
                _ => { },
                stop);
            await foreach (RemovedImage result in rows) results.Add(result);
            foreach ((ImageName digest, string seen) in await SweepCheck.CheckAsync(client, plan, stop))
                return $"{Short([digest.Digest!])}: {seen}";
        }

        string[] left = [.. State.Digests(Apps, package).Order(StringComparer.Ordinal)];
        string[] asked =
        [
            .. Emulator.Requests.Snapshot(request => request.Method == "DELETE"
                && request.Path.Contains($"/packages/{package}/", StringComparison.Ordinal))
                .Select(request => request.Path.Split('/')[^1]),
        ];
        return expected.Except(left).Any() ? $"lost {Short(expected.Except(left))}"
            : left.Except(expected).Any()
                ? $"left {Short(left.Except(expected))}: "
                    + string.Join("; ", [.. results.Select(Told), .. errors.Select(error => error.Message)])
            : asked.Intersect(expected).Any() ? $"tried to delete {Short(asked.Intersect(expected))}"
            : before.Except(expected).Except(results.Select(result => result.Digest)).Any() ? "did not tell of all"
            : results.Exists(result => result.RemovalStatus is not (RemovalStatus.Removed or RemovalStatus.AlreadyGone))
                ? "told of a failure"
            : null;
    }

    private (ArtifactRegistryClient Client, OciRegistryClient Registry) Clients()
    {
        RestTransport transport = new(
            SharedHttp, SignIns.Choose(Secret, _ => null), Quick with { Retries = 12 }, null);
        Endpoints endpoints = Endpoints.Choose(Emulator.Url, _ => null);
        return (new ArtifactRegistryClient(transport, endpoints), new OciRegistryClient(transport, endpoints));
    }

    private static string Told(RemovedImage result) => $"{Short([result.Digest])} {result.Status} {result.Reason}";

    private static string Short(IEnumerable<string> digests) =>
        string.Join(' ', digests.Select(digest => digest[7..13]));
}
