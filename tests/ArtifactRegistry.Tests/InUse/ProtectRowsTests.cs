using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>Rows of Get-ArImageInUse that are piped to Protect-ArImage.</summary>
public sealed class ProtectRowsTests
{
    private const string Rows = "Get-ArImageInUse games -WarningAction Ignore";

    [Theory]
    [InlineData($"{Rows} | Protect-ArImage")]
    [InlineData($"Protect-ArImage ({Rows})")]
    [InlineData($"{Rows} | ConvertTo-Csv | ConvertFrom-Csv | Protect-ArImage")]
    [InlineData($"$app = @($app) + ({Rows}); Protect-ArImage $app -InUseFrom games")]
    public async Task Each_image_of_the_rows_is_marked(string command)
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.AddUntagged(), tagged = $"{Shop.App}@{shop.Add("v1")}";
        shop.AddUntagged();
        shop.AddCluster().Add(Kube.Pod("web", running, running), Kube.Deployment("api", $"{Shop.App}:v1"));

        ScriptResult whatIf = shop.Run($"{command} -WhatIf").MustSucceed();
        IReadOnlyList<string> changes = shop.Changes;
        ScriptResult result = shop.Run(command).MustSucceed();

        Assert.Empty(whatIf.Output);
        Assert.Empty(changes);
        Assert.Equal(Marks(running, tagged), result.Values("Tag").Order(StringComparer.Ordinal));
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public async Task An_image_elsewhere_and_one_that_the_registry_no_longer_has_are_passed_over_with_a_warning()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.AddUntagged();
        shop.AddCluster().Add(
            Kube.Pod("web", running, running), Kube.Deployment("cache", "docker.io/library/redis:7"),
            Kube.Deployment("old", $"{Shop.App}:gone"));

        foreach (string toText in new[] { "", " | ConvertTo-Csv | ConvertFrom-Csv" })
        {
            ScriptResult result = shop.Run($"{Rows}{toText} | Protect-ArImage -WhatIf").MustSucceed();

            Assert.Equal(2, result.Warnings.Count);
            Assert.Contains("docker.io/library/redis:7", result.Warnings[0], StringComparison.Ordinal);
            Assert.Contains($"{Shop.App}:gone", result.Warnings[1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_repository_that_cannot_be_read_is_an_error_and_the_other_images_are_marked()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.AddUntagged();
        shop.AddCluster().Add(
            Kube.Pod("web", running, running), Kube.Deployment("api", "us-docker.pkg.dev/shop/none/api:v1"));

        ScriptResult result = shop.Run($"{Rows} | Protect-ArImage");

        Assert.Equal(["NotFound"], result.ErrorIds);
        Assert.Equal(Marks(running), result.Values("Tag"));
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public async Task A_sidecar_whose_digest_no_service_tells_marks_every_digest_that_may_run()
    {
        await using Shop shop = await Shop.OpenAsync();
        string first = $"{Shop.App}@{shop.Add("v1")}", second = shop.AddUntagged();
        shop.CloudRun().Add(
            "europe-west1", Run.Revision("site-1", "site", "docker.io/a/b:v1", sidecar: $"{Shop.App}:v1"));

        ScriptResult rows = shop.Run($"{Rows} | Protect-ArImage").MustSucceed();

        Assert.Equal(Marks(first, second), rows.Values("Tag").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Rows_of_an_incomplete_reading_are_marked_with_a_warning()
    {
        await using Shop shop = await Shop.OpenAsync(
            new ArtifactRegistry.Emulator.Behaviour
            {
                Denials = [new ArtifactRegistry.Emulator.Denial("run.jobs.list")],
            });
        string running = shop.AddUntagged();
        shop.AddCluster().Add(Kube.Pod("web", running, running));

        ScriptResult result = shop.Run($"{Rows} -AllowIncomplete | Protect-ArImage").MustSucceed();

        Assert.Equal(Marks(running), result.Values("Tag"));
        Assert.Contains("incomplete", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"{Rows} | Unprotect-ArImage -InUseFrom games -Confirm:$false", "NameNotSpecific", "-InUse")]
    [InlineData("Get-ArImage $app | Protect-ArImage", "InUseMissing", "-InUseFrom")]
    [InlineData("Protect-ArImage $app", "InUseMissing", "-InUseFrom")]
    public async Task Only_rows_say_what_runs_and_only_to_protect_it(string command, string id, string advice)
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.AddUntagged();
        shop.AddCluster().Add(Kube.Pod("web", running, running));

        ScriptResult result = shop.Run(command);

        Assert.Equal([id], result.ErrorIds);
        Assert.Contains(advice, result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    private static string[] Marks(params string[] names) =>
        [.. names.Select(name => "in-use-" + name.Split("sha256:")[1][..12]).Order(StringComparer.Ordinal)];
}
