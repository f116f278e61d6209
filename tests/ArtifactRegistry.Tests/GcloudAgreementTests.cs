using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>gcloud as a second opinion: after each of our cmdlets it sees what our objects said.</summary>
public sealed class GcloudAgreementTests
{
    private const string Worker = "us-docker.pkg.dev/shop/apps/team/worker";

    [Fact]
    public async Task Tags_are_where_our_objects_say_after_adding_moving_and_removing()
    {
        await using Shop shop = await OpenAsync();
        string first = Add(shop, "v1"), second = Add(shop, "v2", "old");
        shop.Session.Set("worker", Worker);

        ScriptResult added = shop.Run("""Add-ArImageTag "${worker}:v1" -Tag new""").MustSucceed();
        Assert.Equal([$"new {first}"], Pairs(added));
        Assert.Equal([$"new {first}", $"old {second}", $"v1 {first}", $"v2 {second}"], await TagsAsync(shop));

        ScriptResult moved = shop.Run("""Add-ArImageTag "${worker}:v2" -Tag new -Force""").MustSucceed();
        Assert.Equal([$"new {second}"], Pairs(moved));
        shop.Run("""Remove-ArImageTag "${worker}:old" """).MustSucceed();

        ScriptResult ours = shop.Run("Get-ArImageTag $worker -Tag *").MustSucceed();
        string[] theirs = await TagsAsync(shop);
        Assert.Equal([$"new {second}", $"v1 {first}", $"v2 {second}"], theirs);
        Assert.Equal(theirs, Pairs(ours));
    }

    [Fact]
    public async Task Images_are_gone_and_kept_as_our_objects_say()
    {
        await using Shop shop = await OpenAsync();
        string tagged = Add(shop, "v1");
        string named = Add(shop), free = Add(shop);
        AddedIndex index = shop.State.AddIndex(
            shop.Repository, "team/worker", ["linux/amd64", "linux/arm64"],
            new ImageOptions { Tags = ["multi"], UploadTime = DateTimeOffset.UtcNow.AddDays(-10) });
        shop.Session.Set("worker", Worker);

        shop.Run($"Remove-ArImage \"$worker@{named}\" -Confirm:$false").MustSucceed();
        ScriptResult cleaned = shop.Run("Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -Confirm:$false")
            .MustSucceed();
        Assert.Equal(
            [free],
            cleaned
                .Output.Where(row => $"{row.Properties["Status"].Value}" == "Removed")
                .Select(row => $"{row.Properties["Digest"].Value}")
        );

        ScriptResult ours = shop.Run("Get-ArImage $worker").MustSucceed();
        string[] theirs = await LinesAsync(
            shop, "artifacts docker images list", Worker, "--include-tags", "--format=value(version)");
        Assert.Equal(
            index.Children.Append(index.Digest).Append(tagged).Order(StringComparer.Ordinal),
            theirs.Order(StringComparer.Ordinal)
        );
        Assert.Equal(theirs.Order(StringComparer.Ordinal), ours.Values("Digest").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Readers_are_in_the_policy_that_gcloud_shows()
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddServiceAccount("other", "gke-nodes");
        shop.State.Grant(shop.Repository, "roles/artifactregistry.writer", "user:a@example.com");

        ScriptResult granted = shop.Run(
                "Grant-ArReader us-docker.pkg.dev/shop/apps -Member gke-nodes@other.iam.gserviceaccount.com, "
                    + "group:team@example.com"
            )
            .MustSucceed();

        string[] theirs = await LinesAsync(
            shop, "artifacts repositories get-iam-policy", "apps", "--location=us", "--flatten=bindings[].members",
            "--filter=bindings.role=roles/artifactregistry.reader", "--format=value(bindings.members)");
        Assert.Equal(granted.Values("Member").Order(StringComparer.Ordinal), theirs.Order(StringComparer.Ordinal));

        await LinesAsync(
            shop, "artifacts repositories remove-iam-policy-binding", "apps", "--location=us",
            "--member=group:team@example.com", "--role=roles/artifactregistry.reader", "--format=none");
        ScriptResult ours = shop.Run("Get-ArReader us-docker.pkg.dev/shop/apps").MustSucceed();
        Assert.Equal(
            ["serviceAccount:gke-nodes@other.iam.gserviceaccount.com", "user:a@example.com"],
            ours.Values("Member").Order(StringComparer.Ordinal));
    }

    private static async Task<Shop> OpenAsync()
    {
        Needs.That(Gcloud.IsInstalled, "gcloud is not on the PATH.");
        return await Shop.OpenAsync();
    }

    private static string Add(Shop shop, params string[] tags) =>
        shop.State.AddImage(
            shop.Repository,
            "team/worker",
            new ImageOptions { Tags = tags, UploadTime = DateTimeOffset.UtcNow.AddDays(-10) }
        );

    private static IEnumerable<string> Pairs(ScriptResult result) =>
        result
            .Output.Select(row => $"{row.Properties["Tag"].Value} {row.Properties["Digest"].Value}")
            .Order(StringComparer.Ordinal);

    private static async Task<string[]> TagsAsync(Shop shop)
    {
        string[] lines = await LinesAsync(
            shop, "artifacts docker tags list", Worker, "--format=csv[no-heading](tag.basename(),version.basename())");
        return [.. lines.Select(line => line.Replace(',', ' ')).Order(StringComparer.Ordinal)];
    }

    private static Task<string[]> LinesAsync(Shop shop, string command, params string[] arguments) =>
        new Gcloud(shop.Emulator.Url).LinesAsync(command, arguments, TestContext.Current.CancellationToken);
}
