using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>An emulator with two projects, the same each time, and all that can be told of its state as facts.</summary>
internal sealed class World : IAsyncDisposable
{
    public const string Apps = "us-docker.pkg.dev/shop/apps";
    public const string Reader = "roles/artifactregistry.reader";
    public const int Images = 8;

    private readonly Clock _clock = new();

    private World(EmulatorServer emulator) => Emulator = emulator;

    public EmulatorServer Emulator { get; private set; }

    private RegistryState State => Emulator.State;

    public static async Task<World> MakeAsync(Weather weather, CancellationToken stop)
    {
        var world = new World(null!);
        world.Emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions { Behaviour = weather.Behaviour(), TimeProvider = world._clock }, stop);
        world.Seed();
        return world;
    }

    /// <summary>Everything that a cmdlet could change, by name.</summary>
    public SortedDictionary<string, string> Facts()
    {
        // What operations that nobody waited for were about to do is done now.
        _clock.Ahead = TimeSpan.FromHours(1);
        _ = State.UnfinishedOperations;
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (RepositoryName repository in State.Repositories)
        {
            foreach (string package in State.Packages(repository))
            {
                foreach (string digest in State.Digests(repository, package))
                    facts.Add($"digest {repository}/{package}@{digest}", "there");
                foreach ((string tag, string digest) in State.Tags(repository, package))
                    facts.Add($"tag {repository}/{package}:{tag}", digest);
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

    public ValueTask DisposeAsync() => Emulator.DisposeAsync();

    private static void AddMembers(SortedDictionary<string, string> facts, string place, JsonObject policy)
    {
        foreach (JsonObject binding in (policy["bindings"]?.AsArray() ?? []).Select(node => node!.AsObject()))
        {
            foreach (JsonNode? member in binding["members"]!.AsArray())
            {
                // Counted, since a member that is there twice is an effect that came twice.
                string key = $"member {place} {binding["role"]} {member}{binding["condition"]?["title"]}";
                int times = facts.TryGetValue(key, out string? known) ? int.Parse(known, CultureInfo.InvariantCulture) : 0;
                facts[key] = (times + 1).ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    private void Seed()
    {
        RepositoryName apps = Apps;
        DateTimeOffset old = DateTimeOffset.UtcNow.AddDays(-10);
        foreach (RepositoryName repository in (RepositoryName[])[apps, "us-docker.pkg.dev/shop/other", "europe-docker.pkg.dev/shop/far"])
            State.AddRepository(repository);
        State.AddProject("games");
        for (int i = 0; i < Images; i++)
        {
            string image = $"web{i}";
            State.AddImage(apps, image, new ImageOptions { Tags = ["v1"], UploadTime = old });
            State.AddImage(apps, image, new ImageOptions { Tags = ["v2", "latest"], UploadTime = old });
        }

        // One image with all that a clean-up has to tell apart: half of it is alive.
        for (int i = 0; i < 3; i++)
        {
            AddedIndex live = State.AddIndex(
                apps, "mixed", ["linux/amd64", "linux/arm64"], new ImageOptions { Tags = [$"v{i}"], UploadTime = old });
            AddedIndex dead = State.AddIndex(apps, "mixed", ["linux/amd64"], new ImageOptions { UploadTime = old });
            foreach (string subject in (string[])[live.Digest, dead.Digest])
                State.AddImage(apps, "mixed", new ImageOptions
                {
                    SubjectDigest = subject,
                    ArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json",
                    UploadTime = old,
                });
            State.AddImage(apps, "mixed", new ImageOptions { UploadTime = old });
        }

        State.Grant(apps, Reader, "user:old@x.example").Grant(apps, "roles/artifactregistry.writer", "user:ci@x.example");
        State.Grant(apps, Reader, "user:limited@x.example", new JsonObject { ["title"] = "until", ["expression"] = "true" });
        State.GrantOnProject("shop", "roles/viewer", "user:boss@x.example");
        State.AddCluster("games", "us-central1", "prod", new ClusterOptions
        {
            NodePools =
            [
                new NodePoolOptions("default-pool"),
                new NodePoolOptions("own") { ServiceAccount = "runner@games.iam.gserviceaccount.com" },
            ],
        });
    }

    /// <summary>The time of this machine, or later.</summary>
    private sealed class Clock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
