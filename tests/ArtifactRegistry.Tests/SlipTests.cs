using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Slips of the finger in a name: what is missing is said, and what was probably meant.</summary>
public sealed class SlipTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gcr.io/shop/web:v1", "us-docker.pkg.dev/shop/gcr.io", "Get-ArRepository shop lists the repositories.")]
    [InlineData("eu.gcr.io/shop", "europe-docker.pkg.dev/shop/eu.gcr.io", "Get-ArRepository shop lists")]
    [InlineData(
        "gcr.io/shop/apps/web:v1", "us-docker.pkg.dev/shop/gcr.io", "Did you mean us-docker.pkg.dev/shop/apps/web:v1?")]
    [InlineData("gcr.io/moved/web:v1", "us-docker.pkg.dev/moved/gcr.io", "Did you mean eu.gcr.io/moved/web:v1?")]
    public async Task A_name_of_Container_Registry_leads_to_the_repository_behind_it(
        string name, string behind, string advice)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.State.AddRepository("eu.gcr.io/moved");

        ScriptResult result = shop.Run($"Get-ArImage {name}");

        Assert.Equal(["NotFound"], result.ErrorIds);
        Assert.Contains($" is {behind}, and there is no repository ", result.ErrorText, StringComparison.Ordinal);
        Assert.StartsWith(
            advice, result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Get-ArImage us-centrl1-docker.pkg.dev/shop/apps",
        "NotFound",
        "Did you mean the location us-central1? This module does not know 'us-centrl1'."
    )]
    [InlineData(
        "Get-ArImage us-docker.pkg.dev/shop/aps/web",
        "NotFound",
        "Did you mean us-docker.pkg.dev/shop/apps? Get-ArRepository shop lists the repositories."
    )]
    [InlineData(
        "Get-ArImage us-docker.pkg.dev/shop/apps/wbe",
        "NotFound",
        "Did you mean us-docker.pkg.dev/shop/apps/web? Get-ArImage us-docker.pkg.dev/shop/apps lists what is there."
    )]
    [InlineData(
        "Get-ArUntaggedImage us-docker.pkg.dev/shop/apps/weeb",
        "NotFound",
        "Did you mean us-docker.pkg.dev/shop/apps/web?"
    )]
    [InlineData(
        "Remove-ArImageTag \"${app}:latst\"",
        "NotFound",
        "Did you mean us-docker.pkg.dev/shop/apps/web:latest? Get-ArImageTag us-docker.pkg.dev/shop/apps/web lists the "
            + "tags."
    )]
    [InlineData(
        "Remove-ArImage \"${app}:v3\" -Force",
        "NotFound",
        "Get-ArImageTag us-docker.pkg.dev/shop/apps/web lists the tags."
    )]
    [InlineData("Get-ArRepository shpo", "NotFound", "Did you mean the project shop?")]
    [InlineData(
        "Get-ArImage us-docker.pkg.dev/shpo/apps",
        "NotFound",
        "Did you mean the project shop? Get-ArRepository shop lists the repositories."
    )]
    [InlineData(
        "Get-ArNodeServiceAccount shpo",
        "AccessDenied",
        "Did you mean the project shop? This needs container.clusters.list"
    )]
    [InlineData("Grant-ArReader -Project shpo user:me@example.com", "AccessDenied", "Did you mean the project shop?")]
    [InlineData(
        "Get-ArImage us-docker.pkg.dev/shop/apps/report",
        "NotFound",
        "Did you mean us-docker.pkg.dev/shop/apps/batch/report? Get-ArImage us-docker.pkg.dev/shop/apps lists what is "
            + "there."
    )]
    [InlineData("Get-ArNodeServiceAccount elsewhere", "AccessDenied", "This needs container.clusters.list")]
    public async Task The_nearest_name_is_suggested_where_there_is_one(string command, string id, string advice)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(command);

        Assert.Equal(id, result.ErrorId);
        Assert.StartsWith(advice, result.Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task The_nearest_project_is_suggested_where_an_account_cannot_be_created()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("New-ArNodeServiceAccount gke-nodes -Project shpo");

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.StartsWith(
            "Did you mean the project shop? This needs iam.serviceAccounts.create",
            result.Error.ErrorDetails.RecommendedAction,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_location_that_holds_nothing_and_looks_like_another_is_warned_of()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(
                "Get-ArRepository shop us-west1; Get-ArRepository shop moon-base1; Get-ArRepository shop europe-wset4"
            )
            .MustSucceed();

        Assert.Equal(
            "There is nothing in the location 'europe-wset4', which this module does not know. Did you mean "
                + "europe-west4?",
            Assert.Single(result.Warnings));
    }

    [Fact]
    public async Task An_error_does_not_wait_for_a_suggestion_that_does_not_come()
    {
        await using Shop shop = await OpenAsync();
        using RequestHold held = shop.Hold("GET", "/packages?");
        using RunningScript script = shop.Start("Get-ArImage us-docker.pkg.dev/shop/apps/wbe");

        await held.WaitForArrivalAsync(1, Stop);
        ScriptResult result = await script.EndAsync(Stop); // while the request is still held

        Assert.Equal("NotFound", result.ErrorId);
        Assert.DoesNotContain("Did you mean", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_thousand_errors_only_the_first_are_looked_into()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("1..100 | ForEach-Object { \"${app}:none$_\" } | Remove-ArImageTag");

        Assert.Equal(100, result.Errors.Count);
        Assert.All(result.ErrorIds, id => Assert.Equal("NotFound", id));
        // One for each tag, three for each look at what was meant, and two listings: before the question, and of what
        // is there.
        Assert.InRange(shop.Emulator.Requests.Snapshot().Count, 100, 100 + (20 * 3) + 2);
    }

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.Add("v1", "latest");
        shop.Add("v2");
        shop.State.AddImage(shop.Repository, "batch/report");
        return shop;
    }
}
