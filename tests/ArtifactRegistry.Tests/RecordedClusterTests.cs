using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Clusters as GKE was recorded to show them.</summary>
public sealed class RecordedClusterTests
{
    [Fact]
    public async Task Accounts_of_auto_provisioning_count_only_where_it_is_on()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddProject("example-project", "123456789");
        foreach (JsonNode? cluster in RecordedAnswer.Read("gke-clusters-list")["clusters"]!.AsArray())
            shop.State.AddCluster("example-project", cluster!.AsObject());

        ScriptResult result = shop.Run(
            "Get-ArNodeServiceAccount example-project | ForEach-Object { \"$($_.Cluster) $($_.NodePool) $($_.Email)\" }"
        );

        Assert.Empty(result.Errors);
        const string Default = "123456789-compute@developer.gserviceaccount.com";
        Assert.Equal(
            [
                $"c0-plain default-pool {Default}",
                $"c1-nap (auto-provisioned) {Default}",
                $"c1-nap default-pool {Default}",
                "c2-nap (auto-provisioned) gsa-1-ab12cd34@example-project.iam.gserviceaccount.com",
                $"c2-nap default-pool {Default}",
                "c3-nap (auto-provisioned) gsa-2-ab12cd34@example-project.iam.gserviceaccount.com",
                $"c3-nap default-pool {Default}", $"c4-plain default-pool {Default}",
                $"c4-plain nodepool-sample-ab12cd34 {Default}",
            ],
            result.Output.Select(row => row.ToString()).Order(StringComparer.Ordinal));
    }
}
