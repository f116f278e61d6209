using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.InUse;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>What commands say if there is nothing to change, with -WhatIf and without it.</summary>
public sealed class NothingToChangeTests
{
    private const string Account = "arena-nodes@games.iam.gserviceaccount.com";
    private const string Repository = "us-docker.pkg.dev/shop/apps";

    [Theory]
    [InlineData("Add-ArImageTag \"${app}:v1\" -Tag v1", "the tag was there before")]
    [InlineData("Get-ArImage $app | Add-ArImageTag -Tag v1", "the tag was there before")]
    [InlineData("Protect-ArImage $app -InUseFrom games", "what runs of these images has its mark")]
    [InlineData("Get-ArImageInUse games | Protect-ArImage", "what runs of these images has its mark")]
    [InlineData(
        "Unprotect-ArImage $app -InUseFrom games -Confirm:$false", "no mark is on a digest that nothing runs")]
    [InlineData(
        "New-ArNodeServiceAccount game-nodes -Project games",
        "the account was there before, with roles/container.defaultNodeServiceAccount")]
    [InlineData($"Grant-ArReader {Repository} {Account}", "the role was granted before")]
    [InlineData($"Revoke-ArReader {Repository} user:a@x.example -Confirm:$false", "there was no such grant")]
    public async Task The_last_line_says_that_nothing_changes(string command, string reason)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult whatIf = shop.Run($"{command} -WhatIf -WarningAction Ignore").MustSucceed();
        ScriptResult result = shop.Run($"{command} -WarningAction Ignore").MustSucceed();

        Assert.Equal($"What if: nothing would change, {reason}.", whatIf.Information[^1]);
        Assert.Equal($"Nothing was changed: {reason}.", result.Information[^1]);
        Assert.DoesNotContain(shop.Changes, change => !change.Contains(":getIamPolicy", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Add-ArImageTag \"${app}:v1\" -Tag v1, v2")]
    [InlineData("Protect-ArImage $app -InUseFrom games, shop")]
    [InlineData($"Grant-ArReader {Repository} {Account}, user:a@x.example")]
    [InlineData("New-ArNodeServiceAccount other-nodes -Project games")]
    public async Task Nothing_of_that_is_said_if_something_changes(string command)
    {
        await using Shop shop = await OpenAsync();
        string other = shop.Add("v9");
        shop.AddCluster(project: "shop").Add(Kube.Pod("b", $"{Shop.App}@{other}", $"{Shop.App}@{other}"));

        foreach (string text in shop.Run($"{command} -WhatIf").Information.Concat(shop.Run(command).Information))
            Assert.DoesNotContain("othing", text, StringComparison.Ordinal);
    }

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1"), name = $"{Shop.App}@{digest}";
        shop.State.MoveTag(shop.Repository, "web", "in-use-" + digest["sha256:".Length..][..12], digest);
        shop.AddCluster().Add(Kube.Pod("web", name, name));
        shop.State.AddServiceAccount("games", "arena-nodes");
        shop.State.AddServiceAccount("games", "game-nodes");
        shop.State.GrantOnProject(
            "games",
            "roles/container.defaultNodeServiceAccount",
            "serviceAccount:game-nodes@games.iam.gserviceaccount.com");
        shop.State.Grant(shop.Repository, "roles/artifactregistry.reader", $"serviceAccount:{Account}");
        return shop;
    }
}
