using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Copy;

/// <summary>
/// Copy-ArImage from registries other than Artifact Registry: what is copied, and what names are taken.
/// </summary>
public sealed class ElsewhereCopyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_image_that_needs_no_sign_in_is_copied_without_credentials(bool asksForToken)
    {
        await using Elsewhere elsewhere =
            await Elsewhere.OpenAsync(asksForToken ? Elsewhere.SignIn() with { IsPublic = true } : null);
        string[] digests = elsewhere.AddSigned("3.20");

        ScriptResult result = elsewhere.Run("Copy-ArImage ${base}:3.20 $prod -KeepTag").MustSucceed();

        Assert.Equal(digests.Order(StringComparer.Ordinal), elsewhere.Copied());
        Assert.Equal([$"3.20={digests[0]}"], elsewhere.CopiedTags());
        Assert.Equal(["Copied"], result.Values("Status"));
        Assert.Equal(["1"], result.Values("Referrers"));
        Assert.Equal([$"{elsewhere.Base}@{digests[0]}"], result.Values("Source"));
        Assert.DoesNotContain(
            elsewhere.Registry.Requests.Snapshot(),
            request => request.Authorization?.StartsWith("Basic", StringComparison.Ordinal) == true);
        elsewhere.MustBeApart();
    }

    [Fact]
    public async Task Run_again_it_finds_everything_there_and_reads_no_layer()
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(null);
        elsewhere.AddSigned("3.20");
        elsewhere.Run("Copy-ArImage ${base}:3.20 $prod -KeepTag").MustSucceed();

        ScriptResult again = elsewhere.Run("Copy-ArImage ${base}:3.20 $prod -KeepTag").MustSucceed();

        Assert.Equal(["AlreadyThere"], again.Values("Status"));
        Assert.Empty(elsewhere.Shop.Changes);
        Assert.DoesNotContain(elsewhere.Registry.Requests.Snapshot(), request => request.Is("GET", "/blobs/"));
    }

    [Fact]
    public async Task A_digest_gets_the_tag_that_is_given()
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(null);
        string digest = elsewhere.Add("3.20");

        elsewhere.Run($"Copy-ArImage ${{base}}@{digest} $prod/mirror/alpine -Tag base -NoReferrer").MustSucceed();

        Assert.Equal([digest], elsewhere.Shop.State.Digests(CopyShop.Prod, "mirror/alpine"));
        Assert.Equal(["base"], elsewhere.Shop.State.Tags(CopyShop.Prod, "mirror/alpine").Keys);
    }

    [Fact]
    public async Task A_manifest_is_read_once_and_referrer_tags_are_only_looked_for()
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(null);
        elsewhere.Add("3.20");

        elsewhere.Run("Copy-ArImage ${base}:3.20 $prod").MustSucceed();

        Assert.Single(elsewhere.Registry.Requests.Snapshot(request => request.Is("GET", "/manifests/")));
    }

    [Fact]
    public async Task A_registry_may_redirect_to_another_one_for_manifests_too()
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(null);
        string[] digests = elsewhere.AddSigned("3.20");
        await using RawServer front = RawServer.Start(request => RawReply.Of(
            307, "", headers: $"Location: {new Uri(elsewhere.Registry.Url, request.Target)}"));
        string name = elsewhere.Base.Replace(elsewhere.Host, front.Url.Authority, StringComparison.Ordinal);

        elsewhere.Run($"Copy-ArImage {name}:3.20 $prod").MustSucceed();

        // This front does not pass on the list of referrers, so the signature is not found.
        Assert.Equal(digests[..^1].Order(StringComparer.Ordinal), elsewhere.Copied());
    }

    [Fact]
    public async Task A_preview_names_the_source_and_sends_no_change()
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(null);
        elsewhere.Add("3.20");

        ScriptResult result = elsewhere.Run("Copy-ArImage ${base}:3.20 $prod -KeepTag -WhatIf").MustSucceed();

        Assert.Empty(result.Output);
        Assert.Empty(elsewhere.Shop.Changes);
        Assert.Empty(elsewhere.Copied());
    }

    [Theory]
    [InlineData("Copy-ArImage $base $prod", "nothing stands for 'latest'")]
    [InlineData("Copy-ArImage alpine:3.20 $prod", "it has no host")]
    [InlineData("Copy-ArImage library/alpine:3.20 $prod", "it has no host")]
    [InlineData("Copy-ArImage ${base}:3.* $prod", "wildcards")]
    [InlineData("Copy-ArImage ${base}@sha256:12 $prod", "a shortened digest")]
    [InlineData("Copy-ArImage ${base}:3.20 docker.io/library/alpine", "Artifact Registry host")]
    [InlineData("Copy-ArImage bob:pw@docker.io/library/alpine:3.20 $prod", "user name or password")]
    public async Task A_name_that_is_not_one_tag_or_digest_is_refused(string script, string why)
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(null);
        elsewhere.Add("3.20");

        ScriptResult result = elsewhere.Run(script);

        Assert.Contains(why, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Registry.Requests.Snapshot());
        Assert.Empty(elsewhere.Shop.Changes);
    }

    [Fact]
    public async Task The_tags_of_a_digest_cannot_be_kept()
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(null);
        string digest = elsewhere.Add("3.20");

        ScriptResult result = elsewhere.Run($"Copy-ArImage ${{base}}@{digest} $prod -KeepTag");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Empty(elsewhere.Registry.Requests.Snapshot());
    }

    [Theory]
    [InlineData("Remove-ArImage $name -Confirm:$false")]
    [InlineData("Remove-ArImageTag $name -Confirm:$false")]
    [InlineData("Remove-ArUntaggedImage $name -Confirm:$false")]
    [InlineData("Add-ArImageTag $name -Tag x")]
    [InlineData("Protect-ArImage $name -InUse $name")]
    [InlineData("Get-ArImage $name")]
    public async Task No_other_command_takes_such_a_name(string script)
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(null);
        elsewhere.Add("3.20");
        elsewhere.Shop.Session.Set("name", $"{elsewhere.Base}:3.20");

        ScriptResult result = elsewhere.Run(script);

        Assert.Contains("not an Artifact Registry host", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Registry.Requests.Snapshot());
        Assert.Empty(elsewhere.Shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task A_host_that_cannot_be_reached_is_named()
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(null);
        string host = $"127.0.0.1:{RawServer.UnusedPort()}";

        ScriptResult result = elsewhere.Run($"Copy-ArImage {host}/app:v1 $prod");

        Assert.Equal("Unreachable", result.ErrorId);
        Assert.Contains(
            $"Check the host {host}", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_of_two_registries_are_not_mixed_in_one()
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(null);
        string digest = elsewhere.Add("3.20");
        string other = elsewhere.Base.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

        ScriptResult result = elsewhere.Run($"Copy-ArImage ${{base}}:3.20, {other}:3.20 $prod");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Equal([digest], elsewhere.Copied());
    }

    [Fact]
    public async Task False_content_is_not_copied()
    {
        Behaviour behaviour = new();
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(null, behaviour);
        elsewhere.Add("3.20");
        behaviour.ServedBlob = (_, _, bytes) => [.. bytes.Reverse()];

        ScriptResult blob = elsewhere.Run("Copy-ArImage ${base}:3.20 $prod");
        behaviour.ServedManifest = (_, _, bytes) => [.. bytes, (byte)' '];
        ScriptResult manifest = elsewhere.Run("Copy-ArImage ${base}:3.20 $prod");

        Assert.Equal(("UnexpectedAnswer", "UnexpectedAnswer"), (blob.ErrorId, manifest.ErrorId));
        Assert.Empty(elsewhere.Copied());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Skopeo_reads_the_same_with_the_same_password(bool usesBasic)
    {
        Skopeo.Need();
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(Elsewhere.SignIn(usesBasic));
        string digest = elsewhere.AddSigned("3.20")[0];
        using TemporaryFolder folder = new();
        string[] copy = ["copy", "--all", "--preserve-digests", "--src-tls-verify=false"];
        OciLayout theirs = new(Path.Combine(folder.Path, "theirs"));

        ToolRun refused = await Skopeo.RunAsync(
            [.. copy, "--src-creds", "bob:wrong", $"docker://{elsewhere.Base}:3.20", theirs["no"]], Stop);
        ToolRun run = await Skopeo.RunAsync(
            [
                .. copy, "--src-creds", $"{Elsewhere.User}:{Elsewhere.Password}", $"docker://{elsewhere.Base}:3.20",
                theirs["v"],
            ],
            Stop);
        elsewhere.Run("Copy-ArImage ${base}:3.20 $prod -SourceCredential $cred").MustSucceed();

        Assert.NotEqual(0, refused.ExitCode);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(digest, theirs.DigestOf("v"));
        Assert.Contains(digest, elsewhere.Copied());
    }
}
