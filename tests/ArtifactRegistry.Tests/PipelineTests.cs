using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>The pipelines that the documentation promises, as users write them.</summary>
public sealed class PipelineTests
{
    [Fact]
    public async Task Untagged_digests_are_filtered_and_deleted_in_one_pipeline()
    {
        await using Shop shop = await Shop.OpenAsync();
        string tagged = shop.Add("latest", "v2"), first = shop.Add(), second = shop.Add();

        ScriptResult result = shop.Run(
                "Get-ArImageTag $app | Where-Object { -not $_.Tags } | Remove-ArUntaggedImage -Confirm:$false"
            )
            .MustSucceed();

        Assert.Equal(new[] { first, second }.Order(), result.Values("Digest").Order());
        Assert.All(result.Values("Status"), status => Assert.Equal("Removed", status));
        Assert.Equal([tagged], shop.State.Digests(shop.Repository, "web"));
        Assert.DoesNotContain(shop.Changes, request => request.Contains("force", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Old_untagged_digests_are_filtered_by_upload_time()
    {
        await using Shop shop = await Shop.OpenAsync();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string old = shop.Add(new ImageOptions { UploadTime = now.AddDays(-31) });
        string young = shop.Add(new ImageOptions { UploadTime = now.AddDays(-29) });
        string oldButTagged = shop.Add(new ImageOptions { UploadTime = now.AddDays(-90), Tags = ["v1"] });

        ScriptResult result = shop.Run(
            """
            Get-ArImage $app | Where-Object { -not $_.Tags -and $_.UploadTime -lt [datetime]::Now.AddDays(-30) } |
                Remove-ArUntaggedImage -Confirm:$false
            """).MustSucceed();

        Assert.Equal([old], result.Values("Digest"));
        Assert.Equal(new[] { young, oldButTagged }.Order(), shop.State.Digests(shop.Repository, "web").Order());
    }

    [Fact]
    public async Task A_second_tag_keeps_an_image_reachable_when_latest_moves()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("latest");

        ScriptResult result = shop.Run("""Add-ArImageTag "${app}:latest" -Tag v42""").MustSucceed();

        PSObject row = Assert.Single(result.Output);
        Assert.Equal("v42", row.Properties["Tag"].Value);
        Assert.Equal(digest, row.Properties["Digest"].Value);
        Assert.Null(row.Properties["PreviousDigest"].Value);
        Assert.Equal(["latest", "v42"], ((IEnumerable<string>)row.Properties["Tags"].Value).Order());
        Assert.Equal(digest, shop.State.DigestOf(shop.Repository, "web", "v42"));
        Assert.StartsWith("POST ", Assert.Single(shop.Changes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_are_filtered_and_removed_and_their_images_stay()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("pr-1", "v1"), two = shop.Add("pr-2");

        ScriptResult result = shop.Run("Get-ArImageTag $app | Where-Object Tag -like 'pr-*' | Remove-ArImageTag")
            .MustSucceed();

        Assert.Equal(["pr-1", "pr-2"], result.Values("Tag").Order());
        Assert.Equal(["v1"], shop.State.Tags(shop.Repository, "web").Keys);
        Assert.Equal(new[] { one, two }.Order(), shop.State.Digests(shop.Repository, "web").Order());
    }

    [Fact]
    public async Task What_Remove_emits_puts_the_tags_back_through_Add()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("pr-1"), two = shop.Add("pr-2");

        shop.Run("Get-ArImageTag $app | Remove-ArImageTag -Confirm:$false | Add-ArImageTag").MustSucceed();

        Assert.Equal(one, shop.State.DigestOf(shop.Repository, "web", "pr-1"));
        Assert.Equal(two, shop.State.DigestOf(shop.Repository, "web", "pr-2"));
    }

    [Fact]
    public async Task A_tag_moves_with_one_PATCH_and_the_digest_before_is_told()
    {
        await using Shop shop = await Shop.OpenAsync();
        string before = shop.Add("stable"), after = shop.Add();

        ScriptResult result = shop.Run(
                $$"""$moved = Add-ArImageTag "$app@{{after}}" -Tag stable -Force; "$($moved.PreviousDigest) -> $($moved.Digest)" """
            )
            .MustSucceed();

        Assert.Equal($"{before} -> {after}", Assert.Single(result.Output).ToString());
        Assert.Equal(
            "PATCH /v1/projects/shop/locations/us/repositories/apps/packages/web/tags/stable?updateMask=version",
            Assert.Single(shop.Changes));
        Assert.Equal(after, shop.State.DigestOf(shop.Repository, "web", "stable"));
    }

    [Fact]
    public async Task A_bare_name_is_refused_with_the_two_ways_to_say_what_is_meant()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("latest");
        shop.Add();

        ScriptResult result = shop.Run("Remove-ArImage $app -Confirm:$false -Force");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Contains("@sha256:", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("-All to delete the image with all 2 digests", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
        Assert.Equal(2, shop.State.DigestCount(shop.Repository));
    }

    [Fact]
    public async Task Names_of_the_old_registry_reach_its_repository()
    {
        await using Shop shop = await Shop.OpenAsync();
        RepositoryName old = shop.State.AddRepository("gcr.io/my-project");
        string digest = shop.State.AddImage(old, "app", "v1");

        ScriptResult result = shop.Run("Get-ArImage gcr.io/my-project/app").MustSucceed();

        Assert.Equal([$"gcr.io/my-project/app@{digest}"], result.Values("Uri"));
    }

    [Fact]
    public async Task A_service_account_of_another_project_is_granted_the_reader_role()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddRepository("us-docker.pkg.dev/p/r");
        shop.State.AddServiceAccount("other-project", "node-pool");

        ScriptResult result = shop.Run(
                "Grant-ArReader us-docker.pkg.dev/p/r -Member node-pool@other-project.iam.gserviceaccount.com"
            )
            .MustSucceed();

        Assert.Equal(["serviceAccount:node-pool@other-project.iam.gserviceaccount.com"], result.Values("Member"));
        Assert.Equal(["True"], result.Values("Changed"));
        Assert.Equal(
            ["serviceAccount:node-pool@other-project.iam.gserviceaccount.com"],
            shop.State.Members("us-docker.pkg.dev/p/r", "roles/artifactregistry.reader"));
    }
}
