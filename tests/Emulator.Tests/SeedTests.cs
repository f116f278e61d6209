using System.Text;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Seeding;
using ArtifactRegistry.Emulator.Workloads;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class SeedTests
{
    private static readonly RepositoryName Apps = SampleRegistry.Apps;

    [Fact]
    public void A_seed_describes_projects_repositories_and_images()
    {
        RegistryState state = new(TimeProvider.System);

        Seed.Parse(
            """
            {
              // Comments are fine.
              "projects": [
                {
                  "id": "shop", "number": "42", "serviceAccounts": [ { "accountId": "gke-nodes" } ],
                  "clusters": [ { "name": "c1", "location": "us-central1" } ]
                }
              ],
              "repositories": [
                {
                  "name": "us-docker.pkg.dev/shop/apps",
                  "policy": { "bindings": [ { "role": "roles/artifactregistry.reader", "members": [ "allUsers" ] } ] },
                  "images": [
                    { "package": "web", "tags": [ "v1", "latest" ], "count": 3, "age": "3h", "every": "2d" },
                    {
                      "package": "a/b", "tags": [ "v3" ], "platforms": [ "linux/amd64", "unknown/unknown" ],
                      "referrers": [ { "artifactType": "application/spdx+json" } ]
                    },
                  ],
                },
                { "name": "gcr.io/my-project", "immutableTags": true }
              ]
            }
            """).AddTo(state);

        Assert.Equal("42", state.ProjectNumber("shop"));
        Assert.Equal(["gke-nodes@shop.iam.gserviceaccount.com"], state.ServiceAccounts("shop"));
        Assert.Equal(3, state.Digests(Apps, "web").Count);
        Assert.Equal(2, state.UntaggedDigests(Apps, "web").Count);
        Assert.Equal(2, state.Tags(Apps, "web").Count);
        Assert.Equal(4, state.Digests(Apps, "a/b").Count);
        Assert.Equal(["allUsers"], state.Members(Apps, "roles/artifactregistry.reader"));
        Assert.Equal("gcr.io", state.Repositories[0].Id);
    }

    [Fact]
    public void A_seed_describes_what_runs()
    {
        RegistryState state = new(TimeProvider.System);

        Seed seed = Seed.Parse(
            """
            {
              "projects": [
                {
                  "id": "games", "ancestors": [ "organizations/123" ], "unreachable": [ "asia-east1" ],
                    "missingZones": [ "us-east1-b" ],
                  "clusters": [ { "name": "arena", "location": "europe-west1" } ],
                  "kubernetes": [
                    {
                      "cluster": "arena", "location": "europe-west1", "endpoints": { "dns": "refused",
                        "membership": "arena" },
                      "objects": [ { "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web",
                        "namespace": "shop" } } ]
                    },
                    { "cluster": "lobby", "location": "us-central1" }
                  ],
                  "cloudRun": [ { "scope": "us-central1", "objects": [ { "kind": "Service", "metadata": {
                    "name": "web" } } ] } ],
                  "appEngine": [ { "scope": "default", "objects": [ { "id": "v1" } ] } ],
                  "instances": [ { "scope": "zones/us-central1-a", "objects": [ { "name": "vm-1" } ] } ],
                  "instanceTemplates": [ { "scope": "global", "objects": [ { "name": "web" } ] } ],
                  "cloudDeploy": [ { "scope": "us-central1/main", "objects": [ { "name": "r1" } ] } ]
                }
              ]
            }
            """);
        seed.AddTo(state);
        seed.AddWorkloadsTo(state);

        KubernetesCluster arena = state.Workloads.Cluster("games", "arena");
        Assert.Equal(
            new ClusterEndpoints
            {
                Public = Reach.Reachable,
                Private = Reach.Refused,
                Dns = Reach.Refused,
                Membership = "arena",
            },
            arena.Endpoints
        );
        Assert.True(arena.Remove("Pod", "shop", "web"));
        Assert.Equal(new ClusterEndpoints(), state.Workloads.Cluster("games", "lobby").Endpoints);
        Assert.Equal(["asia-east1"], state.Workloads.CloudRun("games").Unreachable);
        Assert.True(state.Workloads.CloudRun("games").Remove("Service", "us-central1", "web"));
        Assert.True(state.Workloads.AppEngine("games").Remove("default", "v1"));
        Assert.True(state.Workloads.ComputeEngine("games").Instances.Remove("zones/us-central1-a", "vm-1"));
        Assert.True(state.Workloads.ComputeEngine("games").InstanceTemplates.Remove("global", "web"));
        Assert.True(state.Workloads.CloudDeploy("games").Remove("us-central1/main", "r1"));
    }

    [Fact]
    public void An_object_without_a_kind_is_an_error_of_the_seed()
    {
        RegistryState state = new(TimeProvider.System);
        Seed seed = Seed.Parse(
            """{ "projects": [ { "id": "games", "cloudRun": [ { "scope": "us-central1", "objects": [ {} ] } ] } ] }"""
        );
        seed.AddTo(state);

        FormatException error = Assert.Throws<FormatException>(() => seed.AddWorkloadsTo(state));

        Assert.Contains("is not a kind of Cloud Run", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fallback_tag_lists_the_referrers_and_leaves_its_earlier_indexes_untagged()
    {
        RegistryState state = new(TimeProvider.System);

        Seed.Parse(
            """
            {
              "repositories": [ {
                "name": "us-docker.pkg.dev/shop/apps",
                "images": [ {
                  "package": "web", "fallbackTag": true, "age": "30d",
                  "referrers": [ { "artifactType": "a/signature" }, { "artifactType": "a/sbom" } ]
                } ]
              } ]
            }
            """).AddTo(state);

        string tag = Assert.Single(state.Tags(Apps, "web").Keys);
        string subject = tag.Replace("sha256-", "sha256:", StringComparison.Ordinal);
        Assert.Contains(subject, state.UntaggedDigests(Apps, "web"));
        JsonArray entries = JsonNode.Parse(state.Manifest(Apps, "web", state.DigestOf(Apps, "web", tag)!))![
            "manifests"
        ]!.AsArray();
        Assert.Equal(["a/sbom", "a/signature"], entries.Select(entry => (string?)entry!["artifactType"]).Order());
        Assert.All(entries, entry => Assert.Null(entry!["platform"]));
        // The image, two referrers, the index of both and that of the first alone.
        Assert.Equal(5, state.Digests(Apps, "web").Count);
    }

    [Theory]
    [InlineData("{", "line 1")]
    [InlineData("null", "null")]
    [InlineData("""{ "repositries": [] }""", "repositries")]
    [InlineData("""{ "repositories": [ { "images": [] } ] }""", "name")]
    [InlineData("""{ "projects": [ { "id": "p", "clusters": [ { "name": "c" } ] } ] }""", "a location")]
    [InlineData(
        """{ "projects": [ { "id": "p", "serviceAccounts": [ { "accountId": "x" } ] } ] }""",
        "'x' is not an account id"
    )]
    [InlineData("""{ "repositories": [ { "name": "apps" } ] }""", "'apps' is not a repository")]
    [InlineData("""{ "repositories": [ { "name": "gcr.io/p" }, { "name": "gcr.io/p" } ] }""", "already")]
    [InlineData("""{ "repositories": [ { "name": "gcr.io/p", "images": [ { } ] } ] }""", "package")]
    [InlineData(
        """{ "repositories": [ { "name": "gcr.io/p", "images": [ { "package": "a", "age": "old" } ] } ] }""",
        "'old' is not a duration")]
    [InlineData(
        """{ "repositories": [ { "name": "gcr.io/p", "images": [ { "package": "a", "tags": null } ] } ] }""", "tags")]
    [InlineData(
        """{ "repositories": [ { "name": "gcr.io/p", "images": [ { "package": "a", "count": 0 } ] } ] }""", "count")]
    public void A_slip_in_a_seed_is_told(string json, string told)
    {
        FormatException error = Assert.Throws<FormatException>(
            () => Seed.Parse(json).AddTo(new RegistryState(TimeProvider.System)));

        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sample_is_the_same_in_every_run()
    {
        RegistryState first = new RegistryState(TimeProvider.System).AddSample();
        RegistryState second = new RegistryState(TimeProvider.System).AddSample();

        foreach (RepositoryName repository in first.Repositories)
            foreach (string package in first.Packages(repository))
                Assert.Equal(first.Digests(repository, package), second.Digests(repository, package));
    }

    [Fact]
    public void The_sample_has_hundreds_of_untagged_digests()
    {
        RegistryState state = new RegistryState(TimeProvider.System).AddSample();

        Assert.True(state.Packages(Apps).Sum(package => state.UntaggedDigests(Apps, package).Count) >= 300);
        Assert.Equal(state.DigestOf(Apps, "web", "v42"), state.DigestOf(Apps, "web", "latest"));
        Assert.Equal(4, state.Repositories.Count);
    }

    [Fact]
    public void Every_blob_that_the_sample_refers_to_is_there()
    {
        RegistryState state = new RegistryState(TimeProvider.System).AddSample();
        HashSet<string> blobs = [.. state.BlobDigests];

        foreach (RepositoryName repository in state.Repositories)
            foreach (string package in state.Packages(repository))
                foreach (string digest in state.Digests(repository, package))
                {
                    JsonNode manifest = JsonNode.Parse(state.Manifest(repository, package, digest))!;
                    foreach (JsonNode? blob in (manifest["layers"] as JsonArray ?? []).Append(manifest["config"]))
                        if (blob is not null)
                            Assert.Contains((string)blob["digest"]!, blobs);
                }
    }

    [Fact]
    public void Digests_are_those_of_the_manifests()
    {
        RegistryState state = new RegistryState(TimeProvider.System).AddSample();
        string digest = state.DigestOf(Apps, "api", "v3")!;

        string manifest = state.Manifest(Apps, "api", digest);

        Assert.Equal(digest, Oci.DigestOf(Oci.Bytes(manifest)));
        JsonArray children = JsonNode.Parse(manifest)!["manifests"]!.AsArray();
        Assert.Equal(4, children.Count);
        Assert.All(children, child => Assert.Equal(
            (int)child!["size"]!, Encoding.UTF8.GetByteCount(state.Manifest(Apps, "api", (string)child["digest"]!))));
    }

    [Theory]
    [InlineData("us-docker.pkg.dev/shop/apps", "projects/shop/locations/us/repositories/apps")]
    [InlineData("projects/shop/locations/us/repositories/apps", "projects/shop/locations/us/repositories/apps")]
    [InlineData("gcr.io/p", "projects/p/locations/us/repositories/gcr.io")]
    [InlineData("us.gcr.io/p", "projects/p/locations/us/repositories/us.gcr.io")]
    [InlineData("eu.gcr.io/p", "projects/p/locations/europe/repositories/eu.gcr.io")]
    [InlineData("asia.gcr.io/p", "projects/p/locations/asia/repositories/asia.gcr.io")]
    public void Repositories_have_several_names(string text, string resource) =>
        Assert.Equal(resource, RepositoryName.Parse(text).Resource);
}
