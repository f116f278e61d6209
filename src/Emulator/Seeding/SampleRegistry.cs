using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Workloads;

namespace ArtifactRegistry.Emulator.Seeding;

/// <summary>The built-in sample: a shop whose builds have left behind a few hundred untagged images.</summary>
/// <remarks>Digests are the same in every run; times are relative to the start.</remarks>
public static class SampleRegistry
{
    private const string Signature = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string Sbom = "application/spdx+json";

    private static readonly string[] Platforms =
        ["linux/amd64", "unknown/unknown", "linux/arm64", "unknown/unknown"];

    /// <summary>The repository that most of the sample is in.</summary>
    public static RepositoryName Apps { get; } = new("shop", "us", "apps");

    /// <summary>Adds the sample to a state.</summary>
    public static RegistryState AddSample(this RegistryState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state
            .AddProject("shop", "123456789012")
            .AddProject("my-project", "210987654321")
            .AddProject("games", "345678901234");
        AddApps(state);
        AddReleases(state);
        AddContainerRegistry(state);
        state.AddRepository("shop", "us", "empty", new RepositoryOptions { Description = "Nothing here yet" });
        AddPolicies(state);
        AddClusters(state);
        SampleWorkloads.Add(state);
        return state;
    }

    /// <summary>Adds the repository <c>shop/preview</c>, whose images are small.</summary>
    public static RegistryState AddPreview(this RegistryState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        RepositoryName preview = state.AddRepository("us-docker.pkg.dev/shop/preview");
        ImageOptions options = new()
        {
            HasContent = true,
            Size = 40_000,
            UploadTime = state.Now - TimeSpan.FromDays(9),
        };
        state.AddIndex(preview, "web", ["linux/amd64", "linux/arm64"], options with { Tags = ["v1"] });
        for (int i = 0; i < 2; i++) state.AddImage(preview, "web", options);
        foreach ((string tag, int days) in new[] { ("pr-7", 40), ("pr-8", 30), ("pr-9", 2) })
        {
            DateTimeOffset uploaded = state.Now - TimeSpan.FromDays(days);
            state.AddImage(preview, "web", options with { Tags = [tag], UploadTime = uploaded });
        }

        return state;
    }

    private static void AddApps(RegistryState state)
    {
        state.AddRepository(Apps, new RepositoryOptions
        {
            Description = "Images of the shop",
            CreateTime = state.Now - TimeSpan.FromDays(400),
        });
        AddWeb(state);
        AddApi(state);
        AddBuilds(state, "team/worker", 45, TimeSpan.FromDays(150), new()
        {
            [1] = ["v1"],
            [30] = ["v2", "stable"],
            [45] = ["v3", "latest"],
        });
        AddBuilds(
            state, "checkout", 60, TimeSpan.FromDays(120), new() { [20] = ["2024.1"], [60] = ["2024.2", "latest"] });
        AddBuilds(state, "search", 70, TimeSpan.FromDays(90), new() { [70] = ["latest"] });
        AddBuilds(state, "batch/report", 55, TimeSpan.FromDays(200), new() { [50] = ["nightly"], [10] = ["v0"] });
    }

    /// <summary>Adds sixty builds, each of which took <c>latest</c> from the one before.</summary>
    private static void AddWeb(RegistryState state)
    {
        List<string> builds = AddBuilds(state, "web", 60, TimeSpan.FromDays(180), new()
        {
            [24] = ["v38"],
            [33] = ["v39"],
            [42] = ["v40"],
            [51] = ["v41"],
            [60] = ["v42", "latest"],
        });
        DateTimeOffset now = state.Now;
        AddReferrer(state, "web", builds[59], Signature, 3_100, now - TimeSpan.FromHours(2.9));
        AddReferrer(state, "web", builds[59], Sbom, 214_000, now - TimeSpan.FromHours(2.9));
        AddReferrer(state, "web", builds[50], Signature, 3_100, now - TimeSpan.FromDays(26));
        // The signature of a build that has lost its tags: both are garbage, and the signature must be deleted first.
        AddReferrer(state, "web", builds[14], Signature, 3_100, now - TimeSpan.FromDays(137));
    }

    /// <summary>
    /// Adds a multi-platform image with its attestations, and the untagged indexes of earlier builds.
    /// </summary>
    private static void AddApi(RegistryState state)
    {
        const int Builds = 14;
        for (int build = 1; build <= Builds; build++)
        {
            TimeSpan age = TimeSpan.FromDays((Builds - build) * 9 + 2);
            AddedIndex index = state.AddIndex(Apps, "api", Platforms, new ImageOptions
            {
                HasContent = true,
                Size = 61_000_000 + build * 210_000,
                UploadTime = state.Now - age,
                Tags = build switch { Builds => ["v3", "latest"], 9 => ["v2"], _ => [] },
            });
            if (build == Builds) AddReferrer(state, "api", index.Digest, Signature, 3_100, state.Now - age);
        }
    }

    /// <summary>Adds a repository with immutable tags, and a policy that keeps releases.</summary>
    private static void AddReleases(RegistryState state)
    {
        RepositoryName releases = state.AddRepository("shop", "us", "releases", new RepositoryOptions
        {
            Description = "What customers run",
            ImmutableTags = true,
            CreateTime = state.Now - TimeSpan.FromDays(380),
            Settings = new JsonObject
            {
                ["cleanupPolicies"] = new JsonObject
                {
                    ["keep-recent"] = new JsonObject
                    {
                        ["id"] = "keep-recent",
                        ["action"] = "KEEP",
                        ["mostRecentVersions"] = new JsonObject { ["keepCount"] = 3 },
                    },
                },
            },
        });
        AddBuilds(state, "web", 9, TimeSpan.FromDays(330), new()
        {
            [2] = ["1.0.0"],
            [5] = ["1.1.0"],
            [9] = ["2.0.0"],
        }, releases);
    }

    private static void AddContainerRegistry(RegistryState state)
    {
        RepositoryName gcr = state.AddRepository("my-project", "us", "gcr.io", new RepositoryOptions
        {
            CreateTime = state.Now - TimeSpan.FromDays(900),
        });
        AddBuilds(state, "app", 20, TimeSpan.FromDays(400), new()
        {
            [8] = ["1.4"],
            [15] = ["1.5"],
            [20] = ["1.6", "latest"],
        }, gcr);
    }

    /// <summary>
    /// Adds the clusters of another project, which cannot pull from the shop yet: pools with the default account, with
    /// an account of their own and with insufficient scopes, a cluster that provisions pools itself, and an Autopilot
    /// cluster.
    /// </summary>
    private static void AddClusters(RegistryState state)
    {
        string runner = state.AddServiceAccount("games", "game-nodes", "Nodes of the game servers");
        state
            .AddCluster("games", "europe-west1", "arena", new ClusterOptions
            {
                NodePools =
                [
                    new("default-pool"),
                    new("servers") { ServiceAccount = runner, Scopes = NodePoolOptions.CloudPlatform },
                    new("metrics") { Scopes = ["https://www.googleapis.com/auth/monitoring"] },
                ],
                AutoProvisioning = new("") { ServiceAccount = runner, Scopes = NodePoolOptions.CloudPlatform },
                Endpoints = new ClusterEndpoints(),
            })
            .AddCluster("games", "us-central1", "lobby", new ClusterOptions
            {
                Autopilot = true,
                NodePools = [new("default-pool")],
                AutoProvisioning = new(""),
                Endpoints = new ClusterEndpoints(),
            });
    }

    private static void AddPolicies(RegistryState state)
    {
        string nodes = state.AddServiceAccount("shop", "shop-nodes", "Nodes of the shop");
        string builder = state.AddServiceAccount("shop", "builder", "Pushes the images of the shop");
        state
            .Grant(Apps, "roles/artifactregistry.reader", "group:developers@example.com")
            .Grant(Apps, "roles/artifactregistry.reader", "serviceAccount:" + nodes)
            .Grant(Apps, "roles/artifactregistry.writer", "serviceAccount:" + builder)
            .Grant(Apps, "roles/artifactregistry.reader", "user:auditor@example.com", new JsonObject
            {
                ["title"] = "until the audit ends",
                ["expression"] = "request.time < timestamp('2030-01-01T00:00:00Z')",
            })
            .GrantOnProject("shop", "roles/owner", "user:admin@example.com")
            .GrantOnProject("my-project", "roles/owner", "user:admin@example.com")
            .GrantOnProject("games", "roles/owner", "user:admin@example.com");
    }

    /// <summary>
    /// Adds builds spread over a time, the last one three hours old. Returns their digests, the oldest first.
    /// </summary>
    private static List<string> AddBuilds(
        RegistryState state,
        string package,
        int count,
        TimeSpan over,
        Dictionary<int, string[]> tags,
        RepositoryName? repository = null)
    {
        DateTimeOffset last = state.Now - TimeSpan.FromHours(3);
        List<string> digests = [];
        for (int build = 1; build <= count; build++)
        {
            DateTimeOffset uploaded = last - over * ((count - build) / (double)count);
            digests.Add(state.AddImage(repository ?? Apps, package, new ImageOptions
            {
                Tags = tags.GetValueOrDefault(build) ?? [],
                HasContent = true,
                Size = 78_000_000 + build * 37 % 60 * 100_000,
                UploadTime = uploaded,
                BuildTime = uploaded - TimeSpan.FromMinutes(2),
                MediaType = "application/vnd.docker.distribution.manifest.v2+json",
            }));
        }
        return digests;
    }

    private static void AddReferrer(
        RegistryState state, string package, string subject, string artifactType, long size, DateTimeOffset uploaded) =>
        state.AddImage(Apps, package, new ImageOptions
        {
            HasContent = true,
            ArtifactType = artifactType,
            SubjectDigest = subject,
            Size = size,
            UploadTime = uploaded,
        });
}
