using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp.Truth;

/// <summary>
/// A thousand random images, each on a server that lies, lags and races in its own way: nothing that is needed is lost,
/// and every row is true. AR_SEED and AR_REGISTRIES choose others, or one that failed.
/// </summary>
public sealed class TruthTests
{
    private const int AtOnce = 4;

    /// <summary>So many deletions may be under way, or about to begin, between a look and what it protects.</summary>
    private const int Throttle = 8;

    private static readonly int First = Setting("AR_SEED", 1);
    private static readonly int Count = Setting("AR_REGISTRIES", 1000);

    [Fact]
    public async Task Nothing_needed_is_lost_and_every_row_is_true_whatever_the_server_says()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        ConcurrentQueue<string> problems = new();
        ConcurrentQueue<int> seeds = new(Enumerable.Range(First, Count));
        ConcurrentDictionary<string, int> told = new(StringComparer.Ordinal);

        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(WorkAsync, stop)));

        if (!problems.IsEmpty)
            Assert.Fail(
                $"{problems.Count} problems.\n{string.Join("\n\n", problems.Order(StringComparer.Ordinal).Take(20))}"
            );
        string summary = string.Join(
            ", ",
            told.OrderByDescending(entry => entry.Value).Select(entry => $"{entry.Key} {entry.Value}")
        );
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        // A product that deletes nothing passes everything above.
        Assert.True(told.GetValueOrDefault("Removed") > Count, summary);

        async Task WorkAsync()
        {
            await using EmulatorServer emulator = await EmulatorServer.StartAsync(new EmulatorOptions(), stop);
            using PowerShellSession session = new();
            // What is lost is asked for again in vain, so little time is given to it.
            session
                .Run(
                    $"Connect-ArRegistry -AccessToken '{PowerShellSession.Token}' -Endpoint '{emulator.Url}' "
                        + $"-TimeoutSec 2 -OperationTimeoutSec 3"
                )
                .MustSucceed();
            while (problems.Count < 20 && seeds.TryDequeue(out int seed))
            {
                stop.ThrowIfCancellationRequested();
                foreach (string problem in Clean(emulator, session, seed, told)) problems.Enqueue(problem);
            }
        }
    }

    private static List<string> Clean(
        EmulatorServer emulator,
        PowerShellSession session,
        int seed,
        ConcurrentDictionary<string, int> told
    )
    {
        string? prefix = seed % 3 == 0 ? $"sha256:{seed % 16:x}" : null;
        RepositoryName repository = (RepositoryName)
            string.Create(CultureInfo.InvariantCulture, $"us-docker.pkg.dev/shop/r{seed}");
        emulator.State.AddRepository(
            repository,
            new RepositoryOptions { Settings = prefix is null ? null : KeepPolicy(prefix) }
        );
        RandomImage image = new(emulator.State, repository, seed) { KeptPrefix = prefix };
        string before = image.ToString();
        HashSet<string> live = image.Live();
        emulator.Requests.Clear();
        Liar liar = new(image, emulator, seed);
        emulator.Behaviour = liar.Behaviour;
        session.Set("inUse", image.InUse.ToArray());
        ScriptResult result = session.Run(
            $"Remove-ArUntaggedImage {repository}/{RandomImage.Package} {image.Parameters} -Confirm:$false "
                + $"-RequestsPerSecond 10000"
        );
        emulator.Behaviour = new Behaviour();
        Row[] rows =
        [
            .. result.Output.Select(row => new Row(
                (string)row.Properties["Digest"].Value,
                row.Properties["Status"].Value.ToString()!,
                $"{row.Properties["Reason"].Value}"
            )),
        ];
        foreach (string each in rows.Select(row => row.Status).Concat(result.ErrorIds))
            told.AddOrUpdate(each, 1, (_, count) => count + 1);

        Trial trial = new(
            image,
            liar,
            live,
            rows,
            emulator.State.Digests(repository, RandomImage.Package).ToHashSet(StringComparer.Ordinal),
            emulator.Requests.Snapshot()
        );
        List<string> problems = [.. Verdict.On(trial, Throttle)];
        if (result.Thrown is not null && !IsExpected(result))
            problems.Add($"it threw {result.Thrown}");
        problems.AddRange(
            result
                .Errors.Where(error => error.Id() == "UnexpectedError")
                .Select(error => $"an error that is a defect: {error.Exception}")
        );
        emulator.State.DeleteRepository(repository);
        return [.. problems.Select(problem => $"Seed {seed} ({liar}): {problem}\n{before}"
            + string.Concat(liar.Events.Select(happened => $"\n  {happened}"))
            + string.Concat(rows.Select(row => $"\n  {RandomImage.Short(row.Digest)} {row.Status}: {row.Reason}"))
            + string.Concat(result.Errors.Select(error => $"\n  error: {error}")))];
    }

    private static JsonObject KeepPolicy(string prefix) =>
        new()
        {
            ["cleanupPolicies"] = new JsonObject
            {
                ["some"] = new JsonObject
                {
                    ["action"] = "KEEP",
                    ["condition"] = new JsonObject
                    {
                        ["tagState"] = "ANY",
                        ["versionNamePrefixes"] = new JsonArray(prefix),
                    },
                },
            },
        };

    // All that is in use may be missing from the listings: then nothing is deleted.
    private static bool IsExpected(ScriptResult result) => result.ErrorId == "InUseMatchesNothing";

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value)
            ? value
            : otherwise;
}

/// <summary>A row of Remove-ArUntaggedImage.</summary>
internal sealed record Row(string Digest, string Status, string Reason);

/// <summary>What a clean-up was given and what it left.</summary>
internal sealed record Trial(
    RandomImage Image,
    Liar Liar,
    IReadOnlySet<string> Live,
    IReadOnlyList<Row> Rows,
    IReadOnlySet<string> Left,
    IReadOnlyList<RecordedRequest> Requests);
