using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests.Workloads;

/// <summary>What runs, in an emulator that is started from the command line.</summary>
public sealed class WorkloadProcessTests : WorkloadTest
{
    private const string Seed =
        """
        {
          "projects": [
            {
              "id": "games",
              "kubernetes": [
                {
                  "cluster": "arena", "location": "europe-west1", "endpoints": { "public": "absent",
                    "dns": "reachable" },
                  "objects": [ { "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web-1",
                    "namespace": "shop" } } ]
                }
              ]
            }
          ]
        }
        """;

    [Fact]
    public async Task A_cluster_of_the_seed_is_served_after_a_restart_too()
    {
        using TemporaryFolder folder = new();
        string seed = Path.Combine(folder.Path, "seed.json");
        string authority = Path.Combine(folder.Path, "authority.pem");
        await File.WriteAllTextAsync(seed, Seed, Stop);

        for (int run = 0; run < 2; run++)
        {
            await using EmulatorProcess process = await EmulatorProcess.StartAsync(
                Path.Combine(folder.Path, "data"),
                Stop,
                "--seed",
                seed,
                "--public-authority",
                authority,
                "--expired-continues",
                "1"
            );
            Redirect(process.Url);
            JsonObject cluster = await ClusterAsync();
            string endpoint = (string)cluster["controlPlaneEndpointsConfig"]!["dnsEndpointConfig"]!["endpoint"]!;

            Assert.Equal(
                ["web-1"],
                Names(await GetFromAsync(endpoint, await File.ReadAllTextAsync(authority, Stop), "api/v1/pods"))
            );
        }
    }
}
