using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Add-ArImageTag: new tags, moves, and everything that must not move.</summary>
public sealed class AddTagTests
{
    private const string Tags = "/v1/projects/shop/locations/us/repositories/apps/packages/web/tags";

    [Fact]
    public async Task A_tag_that_is_there_already_needs_no_changing_request()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1", "latest");

        PSObject row = Assert.Single(shop.Run("Add-ArImageTag \"${app}:v1\" -Tag latest").MustSucceed().Output);

        Assert.Equal(digest, row.Properties["PreviousDigest"].Value);
        Assert.Equal(digest, row.Properties["Digest"].Value);
        Assert.Equal(["latest", "v1"], ((IEnumerable<string>)row.Properties["Tags"].Value).Order());
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task A_tag_on_another_digest_does_not_move_by_itself()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("v1");
        shop.Add("v2");

        ScriptResult result = shop.Run("Add-ArImageTag \"${app}:v2\" -Tag v1");

        Assert.Equal("TagExists", result.ErrorId);
        Assert.Equal(ErrorCategory.ResourceExists, result.Error.CategoryInfo.Category);
        Assert.Equal($"{Shop.App}:v1", result.Error.TargetObject.ToString());
        Assert.Equal(
            $"The tag '{Shop.App}:v1' exists already, on {one}. Use -Force to move it, or -ExpectedDigest to move it "
                + $"only from there.",
            result.ErrorText);
        Assert.Empty(result.Output);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task An_expected_digest_moves_a_tag_from_there()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("v1"), two = shop.Add("v2");

        ScriptResult result = shop.Run($"Add-ArImageTag \"${{app}}:v2\" -Tag v1 -ExpectedDigest {one}").MustSucceed();

        Assert.Equal([one], result.Values("PreviousDigest"));
        Assert.Equal([$"PATCH {Tags}/v1?updateMask=version"], shop.Changes);
        Assert.Equal(two, shop.State.DigestOf(shop.Repository, "web", "v1"));
    }

    [Theory]
    [InlineData("v1", "")]
    [InlineData("v1", "-Force")]
    [InlineData("none", "")]
    [InlineData("none", "-Force")]
    public async Task An_expected_digest_holds_a_tag_that_is_elsewhere_also_against_Force(string tag, string force)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        string two = shop.Add("v2"), three = shop.Add();

        ScriptResult result = shop.Run($"Add-ArImageTag $app@{three} -Tag {tag} -ExpectedDigest {two} {force}");

        Assert.Equal("TagMoved", result.ErrorId);
        Assert.Contains(
            tag is "none" ? "does not exist" : "but it is on sha256:",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData("sha256:abc")]
    [InlineData("v1")]
    public async Task An_expected_digest_that_is_none_ends_the_cmdlet(string expected)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");

        ScriptResult result = shop.Run($"Add-ArImageTag \"${{app}}:v1\" -Tag new -ExpectedDigest {expected}");

        Assert.Contains("Give sha256: and 64 hexadecimal digits", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task Several_tags_come_with_one_request_each_and_one_that_is_taken_does_not_stop_the_others()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("v1");
        shop.Add("taken");

        ScriptResult result = shop.Run("Add-ArImageTag \"${app}:v1\" -Tag a, taken, b, a");

        Assert.Equal("TagExists", result.ErrorId);
        Assert.Equal(["a", "b"], result.Values("Tag"));
        Assert.Equal([$"POST {Tags}?tagId=a", $"POST {Tags}?tagId=b"], shop.Changes);
        Assert.Equal(["a", "b", "v1"], shop.State.TagsOf(shop.Repository, "web", one));
    }

    [Fact]
    public async Task A_tag_may_be_given_by_its_full_name()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1");

        ScriptResult result = shop.Run("Add-ArImageTag \"${app}:v1\" -Tag \"${app}:new\", \"https://${app}:newer\"")
            .MustSucceed();

        Assert.Equal([$"{Shop.App}:new", $"{Shop.App}:newer"], result.Values("Uri"));
        Assert.Equal(["new", "newer", "v1"], shop.State.TagsOf(shop.Repository, "web", digest));
    }

    [Theory]
    [InlineData("us-docker.pkg.dev/shop/apps/api:new", "is not a tag of")]
    [InlineData("us-docker.pkg.dev/other/apps/web:new", "is not a tag of")]
    [InlineData("eu-docker.pkg.dev/shop/apps/web:new", "is not a tag of")]
    [InlineData("us-docker.pkg.dev/shop/apps/web", "is not a tag of")]
    [InlineData("us-docker.pkg.dev/shop/apps", "is not a tag of")]
    [InlineData("a/b", "is not accepted as an image name")]
    [InlineData("-x", "is not accepted as an image name")]
    [InlineData("a:b", "is not accepted as an image name")]
    [InlineData(" ", "is not accepted as an image name")]
    public async Task What_is_no_tag_of_this_image_is_refused(string tag, string text)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");

        ScriptResult result = shop.Run($"Add-ArImageTag \"${{app}}:v1\" -Tag '{tag}'");

        Assert.NotEqual("UnexpectedError", result.ErrorId);
        Assert.Contains(text, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData("$app", "us-docker.pkg.dev/shop/apps/web:TAG")]
    [InlineData("us-docker.pkg.dev/shop/apps", "IMAGE:TAG")]
    public async Task A_source_that_names_no_digest_is_refused(string source, string text)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");

        ScriptResult result = shop.Run($"Add-ArImageTag {source} -Tag new");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Contains(text, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData("$app@sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("\"${app}:none\"")]
    [InlineData("us-docker.pkg.dev/shop/apps/none:v1")]
    [InlineData("us-docker.pkg.dev/shop/none/web:v1")]
    public async Task A_source_that_is_not_there_is_not_found(string source)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");

        ScriptResult result = shop.Run($"Add-ArImageTag {source} -Tag new");

        Assert.Equal("NotFound", result.ErrorId);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task A_source_with_tag_and_digest_is_taken_by_its_digest()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        string two = shop.Add("v2");

        shop.Run($"Add-ArImageTag \"${{app}}:v1@{two}\" -Tag new").MustSucceed();

        Assert.Equal(two, shop.State.DigestOf(shop.Repository, "web", "new"));
    }

    [Fact]
    public async Task A_piped_row_whose_tag_moved_since_is_not_moved_back()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        string two = shop.Add("v2");
        shop.Session.Run("$rows = Get-ArImageTag $app -Tag v1").MustSucceed();
        shop.State.MoveTag(shop.Repository, "web", "v1", two);

        ScriptResult result = shop.Run("$rows | Add-ArImageTag");

        Assert.Equal("TagExists", result.ErrorId);
        Assert.Equal(two, shop.State.DigestOf(shop.Repository, "web", "v1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Force")]
    public async Task A_tag_that_somebody_creates_between_look_and_request_moves_with_Force_alone(string force)
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("v1"), two = shop.Add();
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("POST", "tagId=new")) shop.State.MoveTag(shop.Repository, "web", "new", one);
        };

        ScriptResult result = shop.Run($"Add-ArImageTag $app@{two} -Tag new {force}");

        if (force.Length == 0)
        {
            Assert.Equal("TagExists", result.ErrorId);
            Assert.Contains($"created by somebody else just now, on {one}", result.ErrorText, StringComparison.Ordinal);
            Assert.Equal(one, shop.State.DigestOf(shop.Repository, "web", "new"));
        }
        else
        {
            Assert.Equal([one], result.MustSucceed().Values("PreviousDigest"));
            Assert.Equal(two, shop.State.DigestOf(shop.Repository, "web", "new"));
        }
    }

    [Theory]
    [InlineData(FaultKind.ResetAfter)]
    [InlineData(FaultKind.CutBody)]
    [InlineData(FaultKind.MalformedJson)]
    public async Task A_tag_whose_creation_was_answered_badly_is_reported_as_created(FaultKind fault)
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1");
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(fault) { Times = 1, When = request => request.Is("POST", "tagId=new") }
        );

        ScriptResult result = shop.Run("Add-ArImageTag \"${app}:v1\" -Tag new").MustSucceed();

        Assert.Equal(["new"], result.Values("Tag"));
        Assert.Equal([null], result.Values("PreviousDigest"));
        Assert.Equal(digest, shop.State.DigestOf(shop.Repository, "web", "new"));
    }

    [Fact]
    public async Task A_tag_is_never_missing_while_it_moves()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("v1");
        shop.Add("v2");
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.ResetAfter) { Times = 1, When = request => request.Is("PATCH", "/tags/v1") }
        );

        ScriptResult result = shop.Run("Add-ArImageTag \"${app}:v2\" -Tag v1 -Force").MustSucceed();

        Assert.Equal([one], result.Values("PreviousDigest"));
        Assert.All(shop.Changes, change => Assert.StartsWith("PATCH ", change, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(FaultKind.Aborted)]
    [InlineData(FaultKind.Unavailable)]
    [InlineData(FaultKind.ResetBefore)]
    [InlineData(FaultKind.ResetAfter)]
    [InlineData(FaultKind.TooManyRequests)]
    public async Task A_tag_that_somebody_else_moves_before_the_next_try_stays_where_they_put_it(FaultKind kind)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Add("v2");
        string theirs = shop.Add();
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(kind) { Times = 1, When = request => request.Is("PATCH", "/tags/v1") }
        );
        int tries = 0;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            // The first request after the first try.
            if (request.Is("PATCH", "/tags/v1")) tries++;
            else if (tries == 1) shop.State.MoveTag(shop.Repository, "web", "v1", theirs);
        };

        ScriptResult result = shop.Run("Add-ArImageTag \"${app}:v2\" -Tag v1 -Force");

        Assert.Equal("TagMoved", result.ErrorId);
        Assert.Contains($"is now on {theirs}", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.Equal(theirs, shop.State.DigestOf(shop.Repository, "web", "v1"));
        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task An_immutable_repository_says_why_a_tag_does_not_move()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("v1");
        shop.Add("v2");
        shop.State.SetImmutableTags(shop.Repository, true);

        ScriptResult result = shop.Run("Add-ArImageTag \"${app}:v2\" -Tag v1 -Force");

        Assert.Equal("NotAllowedByState", result.ErrorId);
        Assert.Equal(ErrorCategory.InvalidOperation, result.Error.CategoryInfo.Category);
        Assert.Contains($"'{Shop.App}:v1': ", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("tag immutability", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(one, shop.State.DigestOf(shop.Repository, "web", "v1"));
    }

    [Theory]
    [InlineData("us-docker.pkg.dev/shop/apps", "team/sub/web", "packages/team%252Fsub%252Fweb/tags?tagId=new")]
    [InlineData("gcr.io/shop", "web", "/locations/us/repositories/gcr.io/packages/web/tags?tagId=new")]
    [InlineData(
        "eu.gcr.io/shop",
        "team/web",
        "/locations/europe/repositories/eu.gcr.io/packages/team%252Fweb/tags?tagId=new"
    )]
    public async Task Nested_names_and_the_old_registry_get_tags_like_any_other(
        string repository,
        string package,
        string request
    )
    {
        await using Shop shop = await Shop.OpenAsync();
        RepositoryName name = repository;
        if (repository.Contains("gcr.io", StringComparison.Ordinal)) shop.State.AddRepository(name);
        string digest = shop.State.AddImage(name, package, "v1");

        ScriptResult result = shop.Run(
            $"Add-ArImageTag '{repository}/{package}:v1' -Tag new; Remove-ArImageTag '{repository}/{package}:v1'; "
            + $"Get-ArImageTag '{repository}/{package}'").MustSucceed();

        Assert.Equal(["new", "v1", "new"], result.Values("Tag"));
        Assert.All(result.Values("Image"), image => Assert.Equal($"{repository}/{package}", image));
        Assert.EndsWith(request, shop.Changes[0], StringComparison.Ordinal);
        Assert.Equal(["new"], shop.State.TagsOf(name, package, digest));
    }

    [Theory]
    [InlineData("-Force")]
    [InlineData("")]
    [InlineData("-Force -WhatIf")]
    public async Task Of_several_digests_the_first_in_the_input_gets_the_tag_and_the_others_are_told(string switches)
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = [shop.Add("v1"), shop.Add("v2"), shop.Add("v3"), shop.Add("v4")];
        shop.Session.Set("rows", digests.Reverse().Select(digest => $"{Shop.App}@{digest}").ToArray());
        // The first is the last that can be read.
        int others = 0;
        using RequestHold slow = shop.Hold("GET", $"/dockerImages/web@{digests[3]}");
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (
                digests[..3].Any(digest => request.Is("GET", $"/dockerImages/web@{digest}"))
                && Interlocked.Increment(ref others) == 3
            )
                slow.Release();
        };

        ScriptResult result = shop.Run($"$rows | Add-ArImageTag -Tag stable {switches}");

        bool whatIf = switches.Contains("WhatIf", StringComparison.Ordinal);
        Assert.Equal(whatIf ? [] : [digests[3]], result.Values("Digest"));
        Assert.Equal(3, result.Errors.Count);
        Assert.All(result.ErrorIds, id => Assert.Equal("TagExists", id));
        Assert.All(result.Errors, error =>
            Assert.Contains(
                $"this command puts it on {digests[3]}",
                error.ErrorDetails.Message,
                StringComparison.Ordinal
            )
        );
        Assert.Equal(whatIf ? null : digests[3], shop.State.Tags(shop.Repository, "web").GetValueOrDefault("stable"));
    }

    [Fact]
    public async Task Two_names_of_one_digest_get_the_tag_together()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1", "latest");

        ScriptResult result = shop.Run("\"${app}:v1\", \"${app}:latest\" | Add-ArImageTag -Tag stable").MustSucceed();

        Assert.Equal([digest, digest], result.Values("Digest"));
    }

    [Fact]
    public async Task A_digest_that_is_not_there_leaves_the_tag_to_the_next()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1");

        ScriptResult result = shop.Run("\"${app}:none\", \"${app}:v1\" | Add-ArImageTag -Tag stable");

        Assert.Equal("NotFound", result.ErrorId);
        Assert.Equal([digest], result.Values("Digest"));
    }
}
