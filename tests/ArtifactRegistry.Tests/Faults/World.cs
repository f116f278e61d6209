using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.SignIn;
using ArtifactRegistry.Emulator.Workloads;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>
/// An emulator with two projects, the same each time, and all that can be told of its state as facts.
/// </summary>
internal sealed partial class World : IAsyncDisposable
{
    public const string Apps = "us-docker.pkg.dev/shop/apps";
    public const string Prod = "us-docker.pkg.dev/shop/prod";
    public const string Other = "us-docker.pkg.dev/shop/other";
    public const string Reader = "roles/artifactregistry.reader";
    public const int Images = 8;

    private const string Deployer = "deployer@shop.iam.gserviceaccount.com";

    private readonly Clock _clock = new();
    private readonly TemporaryFolder _folder = new();

    private World(EmulatorServer emulator) => Emulator = emulator;

    public EmulatorServer Emulator { get; private set; }

    public Neighbour Neighbour { get; private set; } = null!;

    /// <summary>Where the credential files are.</summary>
    public string Folder => _folder.Path;

    private RegistryState State => Emulator.State;

    public static async Task<World> MakeAsync(Weather weather, CancellationToken stop)
    {
        World world = new(null!);
        world.Emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions { Behaviour = weather.Behaviour(), TimeProvider = world._clock }, stop);
        world.Seed();
        world.Neighbour = new Neighbour(world.State, weather.Company, weather.Seed);
        world.Emulator.Behaviour.BeforeHandling = world.Neighbour.ActsBefore;
        return world;
    }

    /// <summary>Everything that a cmdlet could change, by name.</summary>
    public SortedDictionary<string, string> Facts()
    {
        // What operations that nobody waited for were about to do is done now.
        _clock.Ahead = TimeSpan.FromHours(1);
        _ = State.UnfinishedOperations;
        _clock.Ahead = TimeSpan.Zero;
        SortedDictionary<string, string> facts = new(StringComparer.Ordinal);
        foreach (RepositoryName repository in State.Repositories)
        {
            foreach (string package in State.Packages(repository))
            {
                foreach (string digest in State.Digests(repository, package))
                    facts.Add($"digest {repository}/{package}@{digest}", "there");
                foreach ((string tag, string digest) in State.Tags(repository, package))
                    facts.Add($"tag {repository}/{package}:{MarkTime().Replace(tag, "quarantine-NOW-")}", digest);
            }

            AddMembers(facts, $"{repository}", State.Policy(repository));
        }

        foreach (string project in (string[])["shop", "games"])
        {
            AddMembers(facts, $"projects/{project}", State.ProjectPolicy(project));
            foreach (string account in State.ServiceAccounts(project)) facts.Add($"account {account}", "there");
        }

        return facts;
    }

    // Two runs mark at different times; everything else of a mark is the same.
    [GeneratedRegex(@"^quarantine-\d{8}T\d{4}Z-")]
    private static partial Regex MarkTime();

    /// <summary>As whom the services were asked.</summary>
    public IReadOnlySet<string> Identities(IEnumerable<RecordedRequest> requests) => requests
        .Where(request => !Endpoint.IsSignIn(request))
        .Select(request => request.Authorization?.Split(' ')[^1] ?? "nobody")
        .Select(token => State.SignIn.IdentityOf(token) ?? token).ToHashSet(StringComparer.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await Emulator.DisposeAsync();
        _folder.Dispose();
    }

    private static void AddMembers(SortedDictionary<string, string> facts, string place, JsonObject policy)
    {
        foreach (JsonObject binding in (policy["bindings"]?.AsArray() ?? []).Select(node => node!.AsObject()))
        {
            foreach (JsonNode? member in binding["members"]!.AsArray())
            {
                // Counted, since a member that is there twice is an effect that came twice.
                string key = $"member {place} {binding["role"]} {member}{binding["condition"]?["title"]}";
                int times = facts.TryGetValue(key, out string? known)
                    ? int.Parse(known, CultureInfo.InvariantCulture)
                    : 0;
                facts[key] = (times + 1).ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>Writes an archive with an image that the registry does not have, as another tool would.</summary>
    private void SeedArchive()
    {
        OciLayout undo = new(Path.Combine(Folder, "undo"));
        byte[] image = undo.Add("lost", [OciLayout.Layer(("lost", "and found"u8.ToArray()))]);
        undo.AddManifest($"{Apps}/lost@{Oci.DigestOf(image)}", JsonNode.Parse(image)!.AsObject());
    }

    private void Seed()
    {
        SeedArchive();
        RepositoryName apps = Apps;
        DateTimeOffset old = DateTimeOffset.UtcNow.AddDays(-10);
        State.AddRepository(
            apps,
            new RepositoryOptions
            {
                Settings = new JsonObject
                {
                    ["cleanupPolicies"] = new JsonObject
                    {
                        ["newest"] = new JsonObject
                        {
                            ["action"] = "KEEP",
                            ["mostRecentVersions"] = new JsonObject
                            {
                                ["keepCount"] = 1,
                                ["packageNamePrefixes"] = new JsonArray("mixed"),
                            },
                        },
                    },
                },
            }
        );
        State.AddRepository("europe-docker.pkg.dev/shop/far");
        State.AddRepository((RepositoryName)Prod);
        // More tags than one answer tells.
        RepositoryName other = State.AddRepository((RepositoryName)Other);
        State.AddImage(
            other,
            "many",
            new ImageOptions { Tags = [.. Enumerable.Range(0, 110).Select(i => $"v{i:000}")], UploadTime = old }
        );
        string held = State.AddImage(other, "held", new ImageOptions { UploadTime = old });
        State.MoveTag(other, "held", $"quarantine-20260101T0000Z-14d-{held["sha256:".Length..][..12]}", held);
        State.AddProject("games");
        for (int i = 0; i < Images; i++)
        {
            string image = $"web{i}";
            State.AddImage(apps, image, new ImageOptions { HasContent = true, Tags = ["v1"], UploadTime = old });
            string latest = State.AddImage(
                apps, image, new ImageOptions { Tags = ["v2", "latest"], UploadTime = old });
            // A mark of what ran once.
            State.MoveTag(apps, image, $"in-use-{latest["sha256:".Length..][..12]}", latest);
        }

        ImageOptions built = new() { HasContent = true, UploadTime = old };
        // One image with all that a clean-up has to tell apart: half of it is alive.
        for (int i = 0; i < 3; i++)
        {
            AddedIndex live = State.AddIndex(
                apps, "mixed", ["linux/amd64", "linux/arm64"], built with { Tags = [$"v{i}"] });
            AddedIndex dead = State.AddIndex(apps, "mixed", ["linux/amd64"], built);
            foreach (string subject in (string[])[live.Digest, dead.Digest])
                State.AddImage(apps, "mixed", new ImageOptions
                {
                    HasContent = true,
                    SubjectDigest = subject,
                    ArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json",
                    UploadTime = old,
                });
            State.AddImage(apps, "mixed", new ImageOptions { HasContent = true, UploadTime = old });
        }

        State.AddImage(apps, "mixed", new ImageOptions { HasContent = true, UploadTime = old.AddDays(1) });
        // An image outlives its last digest.
        State.DeleteVersion(apps, "emptied", State.AddImage(apps, "emptied", new ImageOptions { UploadTime = old }));
        SeedAccess(apps);
    }

    private void SeedAccess(RepositoryName apps)
    {
        State
            .Grant(apps, Reader, "user:old@x.example")
            .Grant(apps, "roles/artifactregistry.writer", "user:ci@x.example");
        State.Grant(
            apps,
            Reader,
            "user:limited@x.example",
            new JsonObject { ["title"] = "until", ["expression"] = "true" }
        );
        State.GrantOnProject("shop", "roles/viewer", "user:boss@x.example");
        State.AddCluster("games", "us-central1", "prod", new ClusterOptions
        {
            NodePools =
            [
                new NodePoolOptions("default-pool"),
                new NodePoolOptions("own") { ServiceAccount = "runner@games.iam.gserviceaccount.com" },
            ],
        });
        State.AddServiceAccount("shop", "builder");
        SeedCredentials(State.SignIn);
    }

    /// <summary>Adds what runs, for the scenarios that read it: a cluster listens at an address of its own.</summary>
    public void SeedWorkloads()
    {
        State.AddCluster("games", "us-central1", "prod", new ClusterOptions { Endpoints = new ClusterEndpoints() });
        State
            .Workloads.Cluster("games", "prod")
            .Apply(
                $$"""
                { "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web", "namespace": "shop" },
                  "spec": { "template": { "spec": { "containers": [{ "name": "web",
                    "image": "{{Apps}}/web0:v1" }] } } } }
                """
            );
        State.Workloads.SetAncestors("games", "folders/7", "organizations/123");
        State
            .Workloads.AppEngine("games")
            .Apply("default", $$"""{ "id": "v1", "deployment": { "container": { "image": "{{Apps}}/web3:v1" } } }""");
        State
            .Workloads.CloudRun("games")
            .Apply(
                "us-central1",
                $$"""
                [
                  { "apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": { "name": "site" },
                    "spec": { "template": { "spec": { "containers": [{ "name": "site",
                      "image": "{{Apps}}/web1:v1" }] } } } },
                  { "apiVersion": "run.googleapis.com/v1", "kind": "Job", "metadata": { "name": "report" },
                    "spec": { "template": { "spec": { "template": { "spec": { "containers": [{
                      "image": "{{Apps}}/web2:v1" }] } } } } } }
                ]
                """
            );
    }

    private void SeedCredentials(SignInState signIn)
    {
        const string User = "ada@example.com",
            Between = "between@shop.iam.gserviceaccount.com",
            Proof = "proof-of-identity";
        const string Principal =
            "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/subject/repo";
        signIn.LetAct(User, Between);
        signIn.LetAct(Between, Deployer);
        signIn.Trust(Proof, Principal);
        Write("key", signIn.AddServiceAccountKey("script@shop.iam.gserviceaccount.com"));
        Write("user", signIn.AddUser(User));
        File.WriteAllText(Path.Combine(Folder, "proof.txt"), Proof);
        Write("pool", new JsonObject
        {
            ["type"] = "external_account",
            ["audience"] = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/oidc",
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["token_url"] = "https://sts.googleapis.com/v1/token",
            ["credential_source"] = new JsonObject { ["file"] = Path.Combine(Folder, "proof.txt") },
        });
        JsonObject staff = signIn.AddUser("bob@example.com");
        staff["type"] = "external_account_authorized_user";
        staff["audience"] = "//iam.googleapis.com/locations/global/workforcePools/staff/providers/sso";
        staff["token_url"] = "https://sts.googleapis.com/v1/oauthtoken";
        Write("staff", staff);

        void Write(string name, JsonObject content) =>
            File.WriteAllText(Path.Combine(Folder, name + ".json"), content.ToJsonString());
    }

    /// <summary>The time of this machine, or later.</summary>
    private sealed class Clock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
