using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Live;

/// <summary>
/// For whoever has a Google project; and the same check against the emulator, however it is switched.
/// </summary>
public sealed class LiveTests
{
    private const string Variable = "ARTIFACTREGISTRY_LIVE_REPOSITORY";
    private const string Token = "GOOGLE_OAUTH_ACCESS_TOKEN";

    /// <summary>The positions of the emulator's switches, and what the report then says.</summary>
    private static readonly Dictionary<string, (Action<Behaviour> Switch, string Says)> Positions = new()
    {
        ["as it is"] = (_ => { }, "at once: 400 FAILED_PRECONDITION"),
        ["tagged deletion refused in the operation"] = (
            b => b.TaggedDelete = TaggedDeleteRefusal.InOperation,
            "in the operation: refused, code 9: manifest is referenced by tags"
        ),
        ["filter rejected"] = (b => b.DockerImageFilter = FilterSupport.Rejected, "refused, 400"),
        ["filter supported"] = (b => b.DockerImageFilter = FilterSupport.Supported, "filters; 3 of 3 found"),
        ["filter ignored"] = (b => b.DockerImageFilter = FilterSupport.Ignored, "does not filter"),
        ["filter misses"] = (b => b.DockerImageFilter = FilterSupport.Misses, "finds none of 3"),
        ["imageManifests only on get"] = (
            b => b.ImageManifests = ImageManifestsField.OnlyOnGet,
            "no imageManifests, has imageManifests"
        ),
        ["imageManifests without attestations"] = (
            b => b.ImageManifests = ImageManifestsField.WithoutAttestations,
            "has imageManifests, has imageManifests"
        ),
        ["no imageManifests"] = (
            b => b.ImageManifests = ImageManifestsField.Absent,
            "no imageManifests, no imageManifests"
        ),
        ["no subjectDigest"] = (b => b.SubjectDigest = false, "no subjectDigest, has artifactType"),
        ["subjectDigest"] = (b => b.SubjectDigest = true, "has subjectDigest, has artifactType"),
        ["children go with their index"] = (b => b.ChildrenGoWithIndex = true, "at once: 400"),
        ["PATCH creates tags"] = (b => b.PatchCreatesTag = true, "creates it"),
        ["another text of the conflict"] = (
            b => b.TagConflictText = "tag is there",
            "409 ALREADY_EXISTS: tag is there"
        ),
        ["packages refuse indexes"] = (b => b.PackageDelete = PackageDelete.RefusesIndexes, "refused, code 9"),
        ["force beats immutability"] = (b => b.ForceBeatsImmutability = true, "not settled: immutable tags"),
        ["operations done at once"] = (b => b.OperationPolls = 0, "s, 0 looks"),
        ["operations done at the fourth look"] = (b => b.OperationPolls = 4, "s, 4 looks"),
        ["deleted digests stay in lists"] = (b => b.StaleListings = 2, "listings that still show what was deleted"),
        ["children settle late"] = (b => b.SettleAttempts = 2, "3 removed"),
        ["pages of one"] = (b => b.PageSizeCap = 1, "and more pages"),
        ["small default page"] = (b => b.PageSize = 2, "and more pages"),
        ["few tags shown"] = (b => b.DockerImageTagCap = 100, "at once: 400"),
        ["Retry-After"] = (b => b.RetryAfter = "1", "not settled: whether 429"),
        ["conditions at any version"] = (
            b => b.ConditionalPolicies = ConditionalPolicies.AtAnyVersion,
            "not settled: policies"
        ),
    };

    public static TheoryData<string> Names => [.. Positions.Keys];

    [Fact]
    [Trait("Category", "Live")]
    public async Task The_real_service_behaves_as_the_module_can_cope_with()
    {
        string? repository = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(
            string.IsNullOrEmpty(repository),
            $"The live check did not run: {Variable} names no scratch repository, such as "
                + $"us-docker.pkg.dev/PROJECT/REPOSITORY."
        );
        string token = Environment.GetEnvironmentVariable(Token)
            ?? throw new InvalidOperationException($"Set {Token} to an access token: gcloud auth print-access-token");
        string address = Environment.GetEnvironmentVariable("CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY")
            ?? "https://artifactregistry.googleapis.com/";

        string report = await RunAsync(repository, new Uri(address), token);

        Console.WriteLine(report);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_passes_against_the_emulator_in_each_position_of_its_switches(string position)
    {
        (Action<Behaviour> set, string says) = Positions[position];
        Behaviour behaviour = new() { OperationTime = TimeSpan.FromHours(1) };
        set(behaviour);
        await using EmulatorServer emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions { Behaviour = behaviour }, TestContext.Current.CancellationToken);
        emulator.State.AddRepository("europe-west1-docker.pkg.dev/shop/scratch");

        string report = await RunAsync(
            "europe-west1-docker.pkg.dev/shop/scratch",
            emulator.Url,
            PowerShellSession.Token
        );

        Assert.Contains(says, report, StringComparison.Ordinal);
        Assert.DoesNotContain(emulator.Requests.Snapshot(), request =>
            request.PathAndQuery.Contains("force", StringComparison.Ordinal)
        );
    }

    private static async Task<string> RunAsync(string repository, Uri api, string token)
    {
        using ScratchRegistry registry = new(repository, api, token);
        using PowerShellSession session = new();
        session.Run($"Connect-ArRegistry -AccessToken '{token}' -Endpoint '{api}'").MustSucceed();
        LiveCheck check = new(registry, session, TestContext.Current.CancellationToken);
        await check.RunAsync();
        return check.Report();
    }
}
