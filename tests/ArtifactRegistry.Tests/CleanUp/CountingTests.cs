using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>Counting the newest means images that can be run, and the same ones each time and by each way.</summary>
public sealed class CountingTests
{
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";

    private const string KeepOne = """{ "id": "ours", "action": "KEEP", "mostRecentVersions": { "keepCount": 1 } }""";

    // getnora-io/nora#931, Azure/acr-cli#210
    [Fact]
    public async Task The_newest_are_images_whatever_lies_between()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] images = [.. Enumerable.Range(1, 4).Select(age => shop.AddAged(TimeSpan.FromDays(10 * age)))];
        foreach (string image in images) shop.AddSignature(image);
        Between(shop, images[0]);

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -KeepNewest 3 -Confirm:$false").MustSucceed();

        Assert.Contains(images[3], Row.Digests(result, "Removed"));
        Assert.All(images[..3], image => Assert.Contains(image, Row.Digests(result, "Kept")));
    }

    [Fact]
    public async Task A_policy_for_the_most_recent_keeps_by_both_counts()
    {
        await using Shop shop = await Shop.OpenAsync();
        RepositoryName repository = shop.State.AddRepository("us-docker.pkg.dev/shop/kept", new RepositoryOptions
        {
            Settings = new JsonObject { ["cleanupPolicies"] = new JsonObject { ["ours"] = JsonNode.Parse(KeepOne) } },
        });
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string image = shop.State.AddImage(repository, "web", new ImageOptions { UploadTime = now.AddDays(-9) });
        string older = shop.State.AddImage(repository, "web", new ImageOptions { UploadTime = now.AddDays(-10) });
        string cache = shop.State.AddImage(
            repository,
            "web",
            new ImageOptions { UploadTime = now.AddDays(-8), MediaType = OciIndex }
        );

        ScriptResult result = shop.Run("Remove-ArUntaggedImage us-docker.pkg.dev/shop/kept -Confirm:$false")
            .MustSucceed();

        Assert.Equal([older], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(image, cache), Row.Digests(result, "Kept"));
    }

    [Theory]
    [InlineData("$plan")]
    [InlineData("$plan | ConvertTo-Csv | ConvertFrom-Csv")]
    [InlineData("$plan | ConvertTo-Json -Depth 4 | ConvertFrom-Json")]
    [InlineData($"$plan | {Journey.Clixml}")]
    public async Task A_plan_that_keeps_so_many_keeps_so_many_when_it_is_carried_out(string way)
    {
        foreach (string again in new[] { "", "-KeepNewest 2" })
        {
            await using Shop shop = await Shop.OpenAsync();
            string[] images = [.. Enumerable.Range(1, 6).Select(age => shop.AddAged(TimeSpan.FromDays(age)))];
            Between(shop, images[0]);

            shop.Run("$plan = @(Get-ArUntaggedImage $app -KeepNewest 2)").MustSucceed();
            string[] planned =
            [
                .. shop.Run("$plan | Where-Object Decision -eq Delete").MustSucceed().Values("Digest")!,
            ];
            ScriptResult result = shop.Run($"{way} | Remove-ArUntaggedImage -Confirm:$false {again}").MustSucceed();

            Assert.Equal(CleanUpWords.Sorted(planned), Row.Digests(result, "Removed"));
            Assert.All(images[..2], image => Assert.Contains(image, shop.Left()));
            Assert.All(images[2..], image => Assert.DoesNotContain(image, shop.Left()));
        }
    }

    [Fact]
    public async Task A_preview_lists_in_the_same_order_each_time_and_a_limit_reaches_what_it_listed()
    {
        await using Shop shop = await Shop.OpenAsync();
        for (int i = 0; i < 12; i++) shop.AddAged(TimeSpan.FromDays(2));

        string[] first = WouldRemove(), second = WouldRemove();
        ScriptResult removed = shop.Run("Remove-ArUntaggedImage $app -MaxCount 7 -Confirm:$false").MustSucceed();

        Assert.Equal(7, first.Length);
        Assert.Equal(first, second);
        Assert.Equal(CleanUpWords.Sorted(first), Row.Digests(removed, "Removed"));

        string[] WouldRemove() =>
            [
                .. shop.Run("Remove-ArUntaggedImage $app -MaxCount 7 -WhatIf | Where-Object Status -eq WouldRemove")
                    .MustSucceed()
                    .Values("Digest")!,
            ];
    }

    /// <summary>
    /// Newer than all images: a build cache, an index of referrers that was replaced, an SBOM, a platform.
    /// </summary>
    private static void Between(Shop shop, string image)
    {
        DateTimeOffset uploaded = DateTimeOffset.UtcNow.AddHours(-3);
        string sbom = shop.Add(
            new ImageOptions
            {
                UploadTime = uploaded,
                SubjectDigest = image,
                ArtifactType = "application/spdx+json",
            }
        );
        shop.Add(new ImageOptions { UploadTime = uploaded, Children = [new ChildManifest(sbom, "", "")] });
        shop.Add(new ImageOptions { UploadTime = uploaded, MediaType = OciIndex });
        shop.Add(new ImageOptions { UploadTime = uploaded, ArtifactType = "application/vnd.in-toto+json" });
    }
}
