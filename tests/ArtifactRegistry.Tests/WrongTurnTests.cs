using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Workloads;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.InUse;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Something was typed that means something else: the answer says what, and is never an empty one.</summary>
public sealed class WrongTurnTests
{
    [Theory]
    [InlineData("us-docker.pkg.dev/shop/apps")]
    [InlineData("us-docker.pkg.dev/shop/apps/web")]
    [InlineData("us-docker.pkg.dev/shop/apps/web:v42")]
    public async Task What_runs_of_an_image_is_not_asked_of_the_images_own_project(string name)
    {
        await using Shop shop = await Shop.OpenAsync();

        foreach (string script in new[] { "Get-ArImageInUse", "Get-ArUntaggedImage $app -InUseFrom" })
            Assert.Contains(
                $"Get-ArImageInUse PROJECT -Image {name}",
                shop.Run($"{script} {name}").ErrorText,
                StringComparison.Ordinal);

        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData(
        "-Image us-docker.pkg.dev/shop/apps/wbe",
        "None of these images was found in games, which has 1 row of others.")]
    [InlineData("-Cluster arena", "")]
    public async Task A_filter_that_nothing_matches_is_said_and_not_shown_as_an_empty_screen(string filter, string said)
    {
        ScriptedHost host = new();
        await using Shop shop = await Shop.OpenAsync(host: host);
        string digest = shop.Add("v1");
        shop.AddCluster().Add(Kube.Pod("web", Shop.App, $"{Shop.App}@{digest}"));

        shop.Session.Show($"Get-ArImageInUse games {filter}");

        string screen = string.Concat(host.Screen);
        if (said.Length > 0) Assert.Contains(said, screen, StringComparison.Ordinal);
        else Assert.DoesNotContain("None", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_in_which_nothing_runs_is_said_too()
    {
        ScriptedHost host = new();
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.AddCluster();

        shop.Session.Show("Get-ArImageInUse games");

        Assert.Contains(
            "Nothing was found that runs in games.", string.Concat(host.Screen), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node@games.iam.gserviceacount.com", "node@games.iam.gserviceaccount.com")]
    [InlineData("1-compute@developer.gserviceacount.com", "1-compute@developer.gserviceaccount.com")]
    public async Task The_misspelt_domain_of_a_service_account_is_not_taken_for_that_of_a_user(
        string typed,
        string meant)
    {
        await using Shop shop = await Shop.OpenAsync();

        ScriptResult result = shop.Run($"Grant-ArReader {shop.Repository} -Member {typed}");

        Assert.Contains($"Did you mean {meant}?", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_in_the_place_of_a_repository_is_called_one()
    {
        await using Shop shop = await Shop.OpenAsync();

        ScriptResult result = shop.Run("Get-ArReader node@games.iam.gserviceaccount.com");

        Assert.Contains("belongs to a member and not to an image", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_in_the_place_of_an_image_is_called_one()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddCluster();

        ScriptResult result = shop.Run($"Test-ArPull {shop.Repository} games");

        Assert.Contains("names a repository", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains($"Get-ArImageTag {shop.Repository} -Tag *", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_an_error_about_the_image_nothing_is_said_about_what_runs_of_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1");
        shop.AddCluster().Add(Kube.Pod("web", $"{Shop.App}:v1", $"{Shop.App}@{digest}"));

        ScriptResult result = shop.Run($"Protect-ArImage {Shop.App}:v1 -InUseFrom games");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("Get-ArUntaggedImage $app -OlderThan 2m")]
    [InlineData("Remove-ArUntaggedImage $app -OlderThan 2m -Confirm:$false")]
    [InlineData("Remove-ArUntaggedImage $app -Quarantine 2m -Confirm:$false")]
    [InlineData("Remove-ArStaleImage $app -OlderThan 2m -WithoutInUse -Confirm:$false")]
    public async Task Two_m_is_neither_minutes_nor_months(string script)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Add();
        string before = shop.Contents();

        ScriptResult result = shop.Run(script);

        Assert.Contains(
            "'2m' could be minutes or months. Write 2min, or days: 60d.", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(before, shop.Contents());
    }

    [Fact]
    public async Task Rows_of_a_repository_in_which_something_runs_can_be_filtered_down_to_an_image_that_does_not()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.Add("v1"), garbage = Old(shop, "api");
        shop.AddCluster().Add(Kube.Pod("web", $"{Shop.App}:v1", $"{Shop.App}@{running}"));
        const string Plan = "Get-ArUntaggedImage us-docker.pkg.dev/shop/apps -InUseFrom games";

        ScriptResult result = shop.Run(
            $"{Plan} | Where-Object Image -like '*/api' | Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task Rows_of_a_repository_of_which_nothing_runs_there_any_more_are_not_deleted()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.Add("v1");
        Old(shop, "api");
        KubernetesCluster cluster = shop.AddCluster();
        cluster.Add(Kube.Pod("web", $"{Shop.App}:v1", $"{Shop.App}@{running}"));
        shop.Run("$plan = Get-ArUntaggedImage us-docker.pkg.dev/shop/apps -InUseFrom games").MustSucceed();
        // By now it runs in another project.
        Assert.True(cluster.Remove("Pod", "shop", "web"));
        cluster.Add(Kube.Pod("other", "docker.io/library/nginx:1", $"docker.io/library/nginx@{running}"));
        string before = shop.Contents();

        ScriptResult result = shop.Run(
            "$plan | Where-Object Image -like '*/api' | Remove-ArUntaggedImage -Confirm:$false");

        Assert.Equal("InUseMatchesNothing", result.ErrorId);
        Assert.Equal(before, shop.Contents());
    }

    [Fact]
    public async Task What_the_command_itself_says_of_what_runs_must_still_match_the_rows()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.Add("v1");
        Old(shop, "api");
        shop.AddCluster().Add(Kube.Pod("web", $"{Shop.App}:v1", $"{Shop.App}@{running}"));
        string before = shop.Contents();

        ScriptResult result = shop.Run(
            "Get-ArUntaggedImage us-docker.pkg.dev/shop/apps -InUseFrom games | Where-Object Image -like '*/api' | "
                + "Remove-ArUntaggedImage -InUseFrom games -Confirm:$false");

        Assert.Equal("InUseMatchesNothing", result.ErrorId);
        Assert.Equal(before, shop.Contents());
    }

    private static string Old(Shop shop, string package) => shop.State.AddImage(
        shop.Repository, package, new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-10) });
}
