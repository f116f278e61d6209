using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>Which projects are read: those below folders and organizations, and what is said of a wrong one.</summary>
public sealed class ProjectTests
{
    private const string InTree = "$($_.Project)/$($_.Cluster)";

    [Theory]
    [InlineData("-Organization 123", "data/etl games/arena shop/till")]
    [InlineData("-Organization organizations/123", "data/etl games/arena shop/till")]
    [InlineData("organizations/123", "data/etl games/arena shop/till")]
    [InlineData("-Folder 7", "data/etl games/arena")]
    [InlineData("folders/8", "data/etl")]
    [InlineData("folders/8, shop", "data/etl shop/till")]
    [InlineData("data -Folder 8, 7 -Organization 123", "data/etl games/arena shop/till")]
    public async Task All_projects_below_a_folder_or_an_organization_are_read(string where, string clusters)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(
                $"Get-ArImageInUse {where} -Source Kubernetes | ForEach-Object {{ \"{InTree}\" }}")
            .MustSucceed();

        Assert.Equal(clusters.Split(' '), result.Output.Select(row => row.ToString()));
    }

    [Theory]
    [InlineData("-Organization $null")]
    [InlineData("-Organization @()")]
    [InlineData("-Folder ''")]
    [InlineData("-Folder one")]
    [InlineData("-Organization folders/7")]
    public async Task A_number_that_is_missing_or_none_reads_no_other_project(string where)
    {
        await using Shop shop = await OpenAsync();

        // The default project is that of the connection: a variable of the process would be that of all tests.
        shop.Run(
                $"Connect-ArRegistry -AccessToken '{PowerShellSession.Token}' -Endpoint '{shop.Emulator.Url}' "
                    + "-Project shop"
            )
            .MustSucceed();
        ScriptResult result = shop.Run($"Get-ArImageInUse {where}");

        Assert.Single(result.Errors);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_clean_up_keeps_what_runs_anywhere_below_an_organization()
    {
        await using Shop shop = await OpenAsync();
        string[] used = [.. shop.Names()];
        shop.AddUntagged();

        shop.Run("Remove-ArUntaggedImage $app -InUseFrom organizations/123 -Confirm:$false").MustSucceed();

        Assert.Equal(used.Order(StringComparer.Ordinal), shop.Names().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("resourcemanager.projects.list", "folders/8")]
    [InlineData("resourcemanager.folders.list", "folders/7")]
    [InlineData("resourcemanager.folders.list", "organizations/123")]
    [InlineData("container.clusters.list", "projects/data*")]
    public async Task If_one_level_or_one_project_cannot_be_listed_nothing_goes(string permission, string where)
    {
        await using Shop shop = await OpenAsync(
            new Behaviour { OperationTime = TimeSpan.Zero, Denials = [new Denial(permission, where)] });
        shop.AddUntagged();
        string before = shop.Contents();

        ScriptResult result = shop.Run(
            "Remove-ArUntaggedImage $app -InUseFrom organizations/123 -Confirm:$false");

        Assert.Equal(["NotPermitted", "InUseIncomplete"], result.ErrorIds);
        Assert.Contains(permission, result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(before, shop.Contents());
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_an_error_that_names_it()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("Get-ArImageInUse folders/9");

        Assert.Equal(["NotPermitted", "InUseIncomplete"], result.ErrorIds);
        Assert.Contains("folders/9", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-ArImageInUse gmaes")]
    [InlineData("Get-ArImageInUse gmaes -Source Kubernetes, CloudRun, AppEngine, ComputeEngine, CloudDeploy, Asset")]
    [InlineData("Remove-ArUntaggedImage $app -InUseFrom games, gmaes -Confirm:$false")]
    public async Task A_project_that_does_not_exist_is_one_error_and_says_what_was_probably_meant(string command)
    {
        await using Shop shop = await OpenAsync();
        string before = shop.Contents();

        ScriptResult result = shop.Run(command);

        Assert.Equal(["AccessDenied", "InUseIncomplete"], result.ErrorIds);
        Assert.Contains("'projects/gmaes' cannot be read", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "Did you mean the project games?",
            result.Errors[0].ErrorDetails.RecommendedAction,
            StringComparison.Ordinal
        );
        Assert.Equal(before, shop.Contents());
    }

    [Fact]
    public async Task A_project_that_is_there_and_may_not_be_read_says_which_permissions_are_missing()
    {
        await using Shop shop = await OpenAsync(
            new Behaviour { Denials = [new Denial("container.*", "*games*"), new Denial("run.*", "*games*")] });

        ScriptResult result = shop.Run("Get-ArImageInUse games");

        Assert.All(result.Errors.SkipLast(1), error =>
            Assert.Equal("NotPermitted", error.Id()));
        Assert.Contains("container.clusters.list", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clusters_that_are_named_are_all_that_is_read_unless_other_services_are_named_too()
    {
        await using Shop shop = await OpenAsync();
        string used = shop.AddUntagged();
        shop.CloudRun("games").Add("europe-west1", Run.Job("report", used));

        ScriptResult alone = shop.Run("Get-ArImageInUse games -Cluster arena").MustSucceed();
        ScriptResult both = shop.Run("Get-ArImageInUse games -Cluster arena -Source Kubernetes, CloudRun")
            .MustSucceed();

        Assert.Equal(["arena"], alone.Values("Cluster"));
        Assert.Equal(["Kubernetes", "CloudRun"], both.Values("Source").OrderDescending());
    }

    /// <summary>Three projects in an organization: one directly, one in a folder, one in a folder in that.</summary>
    private static async Task<Shop> OpenAsync(Behaviour? behaviour = null)
    {
        Shop shop = await Shop.OpenAsync(behaviour);
        foreach ((string project, string cluster) in new[] { ("shop", "till"), ("games", "arena"), ("data", "etl") })
        {
            string used = shop.AddUntagged();
            shop.AddCluster(cluster, project).Add(Kube.Pod("web", used, used));
        }

        shop.State.Workloads.SetAncestors("shop", "organizations/123");
        shop.State.Workloads.SetAncestors("games", "folders/7", "organizations/123");
        shop.State.Workloads.SetAncestors("data", "folders/8", "folders/7", "organizations/123");
        return shop;
    }
}
