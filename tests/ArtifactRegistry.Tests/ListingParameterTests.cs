using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>What people type after a cmdlet that lists, and what is said where it cannot be meant.</summary>
public sealed class ListingParameterTests
{
    private const string Apps = "us-docker.pkg.dev/shop/apps";
    private const string Eu = "europe-docker.pkg.dev/games/eu";

    [Theory]
    [InlineData($"Get-ArRepository {Apps}", Apps)]
    [InlineData($"Get-ArRepository {Apps}/web", Apps)]
    [InlineData("Get-ArRepository -Project shop, games -Name a*s, eu*", $"{Apps} {Eu}")]
    [InlineData("'shop', 'games' | Get-ArRepository -Name a*s, eu*", $"{Apps} {Eu}")]
    [InlineData($"'{Apps}', '{Eu}' | Get-ArRepository", $"{Apps} {Eu}")]
    [InlineData("Get-ArRepository shop -Name apps | Get-ArRepository", Apps)]
    [InlineData("Get-ArRepository -Project games -Name e*", Eu)]
    public async Task Repositories_are_listed_by_project_and_by_name(string command, string expected)
    {
        await using Shop shop = await OpenAsync();

        Assert.Equal(expected, string.Join(' ', shop.Run(command).MustSucceed().Values("Uri")));
    }

    [Theory]
    [InlineData("Get-ArImage -Project shop", "web@v1 web@v2 web@")]
    [InlineData("Get-ArImage -Project shop, games", "web@v1 web@v2 web@ play@v1")]
    [InlineData("Get-ArImage -Project shop, games -Tag v1", "web@v1 play@v1")]
    [InlineData("Get-ArImage -Project shop -Tag none", "")]
    [InlineData("Get-ArImage $app -Tag v1, v2", "web@v1 web@v2")]
    [InlineData("Get-ArImage $app -Tag v*", "web@v1 web@v2")]
    [InlineData("Get-ArImage -Project games -First 1", "play@v1")]
    public async Task Digests_are_listed_by_project_and_by_tag(string command, string expected)
    {
        await using Shop shop = await OpenAsync();

        IEnumerable<string> found = shop.Run($"{command} | ForEach-Object {{ \"$($_.Package)@$($_.Tags)\" }}")
            .MustSucceed()
            .Output.Select(value => value.ToString()!);

        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), found.Order());
    }

    [Fact]
    public async Task First_ends_the_listing_also_of_several_images()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.PageSizeCap = 1;

        Assert.Equal(2, shop.Run($"Get-ArImage {Apps}, {Eu} -First 2").MustSucceed().Output.Count);
        Assert.Equal(
            2,
            shop.Emulator.Requests.Snapshot(request =>
                request.PathAndQuery.Contains("/dockerImages", StringComparison.Ordinal)
            ).Count
        );
    }

    [Fact]
    public async Task A_tag_that_one_image_does_not_have_is_an_error()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("Get-ArImage $app -Tag v1, vl");

        Assert.Single(result.Output);
        Assert.Equal("NotFound", result.ErrorId);
        Assert.Contains($"'{Shop.App}:vl' was not found", result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-ArRepository shop -Name apps")]
    [InlineData(
        "$row = Get-ArRepository shop -Name apps; "
            + "[Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($row))"
    )]
    public async Task A_repository_goes_into_a_plan_and_not_into_a_deletion(string repository)
    {
        await using Shop shop = await OpenAsync();

        Assert.Equal(
            "Delete",
            shop.Run($"{repository} | Get-ArUntaggedImage").MustSucceed().Values("Decision").Single()
        );
        ScriptResult refused = shop.Run($"{repository} | Remove-ArUntaggedImage -Force");
        Assert.Equal("NameNotSpecific", refused.ErrorId);
        Assert.Contains($"'{Apps}' is a repository that was piped", refused.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
        shop.Run("Get-ArRepository shop -Name apps | Get-ArUntaggedImage | Remove-ArUntaggedImage -Force")
            .MustSucceed();
        Assert.Empty(shop.State.UntaggedDigests(shop.Repository, "web"));
    }

    [Theory]
    [InlineData(
        "Get-ArNodeServiceAccount games -Cluster aren",
        "There is no cluster aren in project games.",
        "Did you mean arena? Get-ArNodeServiceAccount games lists the clusters."
    )]
    [InlineData(
        "Test-ArPull ${app}:v1 -Project games -Cluster arenaa",
        "There is no cluster arenaa",
        "Did you mean arena?"
    )]
    [InlineData(
        "Get-ArNodeServiceAccount games -Cluster other",
        "There is no cluster other",
        "Get-ArNodeServiceAccount games lists the clusters."
    )]
    public async Task A_cluster_that_is_nearly_right_is_suggested(string command, string message, string advice)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(command);

        Assert.Equal("NotFound", result.ErrorId);
        Assert.Contains(message, result.ErrorText, StringComparison.Ordinal);
        Assert.StartsWith(advice, result.Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Get-ArImageInUse games -Cluster aren",
        "There is no cluster aren in project games.",
        "Did you mean arena? Get-ArNodeServiceAccount games lists the clusters."
    )]
    [InlineData(
        "Get-ArImageInUse games, shop -Cluster other",
        "There is no cluster other in project games, shop.",
        "Get-ArNodeServiceAccount PROJECT lists the clusters."
    )]
    public async Task A_cluster_whose_images_are_asked_for_is_suggested_too(
        string command, string message, string advice)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(command);

        Assert.Equal(2, result.Errors.Count); // and that the reading is not complete
        Assert.StartsWith("NotFound,", result.Errors[0].FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(message, $"{result.Errors[0]}", StringComparison.Ordinal);
        Assert.Equal(advice, result.Errors[0].ErrorDetails.RecommendedAction);
    }

    [Theory]
    [InlineData("Get-ArImageTag $app:latest", "write \"${app}:latest\" with braces")]
    [InlineData("Get-ArImageTag $ap", "Check the spelling of a variable")]
    [InlineData("Get-ArImageTag \"$app:latest\"", "write \"${app}:latest\"")]
    [InlineData($"Get-ArImageTag {Apps}/", "it ends with '/': leave that out")]
    [InlineData($"Get-ArImageTag \"{Apps}/$name:latest\"", "write \"${app}:latest\"")]
    [InlineData(
        "Grant-ArReader shop user:a@b.example",
        "If you mean every repository of the project shop, use -Project shop."
    )]
    public async Task A_name_that_is_none_gets_the_advice_that_fits(string command, string advice)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(command);

        Assert.Contains(advice, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task A_connection_goes_along_into_other_runspaces()
    {
        await using Shop shop = await OpenAsync();
        shop.Session.Set("manifest", Checkout.Manifest);
        const string body = "$c = Get-ArConnection; $r = Get-ArRepository; \"$($c.Project) $($c.Endpoint) $($r.Uri)\"";

        ScriptResult result = shop.Run(
                $"$null = Connect-ArRegistry -AccessToken {PowerShellSession.Token} -Endpoint '{shop.Emulator.Url}' "
                    + $"-Project games; $here = Get-ArConnection; "
                    + $"1..2 | ForEach-Object -Parallel {{ Import-Module $using:manifest; $null = $using:here | "
                    + $"Connect-ArRegistry; {body} }}"
            )
            .MustSucceed();

        Assert.Equal(2, result.Output.Count);
        Assert.All(result.Output, line => Assert.Equal($"games {shop.Emulator.Url} {Eu}", line.ToString()));
        Assert.All(shop.Emulator.Requests.Snapshot(), request =>
            Assert.Equal($"Bearer {PowerShellSession.Token}", request.Authorization)
        );
    }

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Add("v2");
        shop.Add();
        shop.State.AddRepository(Eu);
        shop.State.AddImage(Eu, "play", "v1");
        shop.State.AddRepository("shop", "us", "archive", new RepositoryOptions { Format = "MAVEN" });
        shop.State.AddCluster("games", "us-central1", "arena");
        return shop;
    }
}
