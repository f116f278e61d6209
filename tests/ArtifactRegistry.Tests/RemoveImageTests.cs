using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Remove-ArImage: deletes what was named, and nothing that was not.</summary>
public sealed class RemoveImageTests
{
    private const string Package = "/v1/projects/shop/locations/us/repositories/apps/packages/web";

    [Fact]
    public async Task A_digest_without_tags_is_deleted_by_its_digest()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add(), other = shop.Add();

        ScriptResult result = shop.Run($"Remove-ArImage $app@{digest} -Confirm:$false").MustSucceed();

        PSObject row = Assert.Single(result.Output);
        Assert.Equal("Removed", row.Properties["Status"].Value.ToString());
        Assert.Equal($"{Shop.App}@{digest}", row.Properties["Uri"].Value);
        Assert.Equal([$"DELETE {Package}/versions/{digest}"], shop.Changes);
        Assert.Equal([other], shop.State.Digests(shop.Repository, "web"));
    }

    [Fact]
    public async Task A_digest_goes_with_the_only_tag_that_it_is_named_by()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1");

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -Force").MustSucceed();

        Assert.Equal(["v1"], result.Values("Tags"));
        Assert.Equal([$"DELETE {Package}/tags/v1", $"DELETE {Package}/versions/{digest}"], shop.Changes);
        Assert.Empty(shop.State.Digests(shop.Repository, "web"));
    }

    [Theory]
    [InlineData("\"${app}:v1\"", 1)]
    [InlineData("$app -All", 2)]
    public async Task WhatIf_emits_what_would_be_removed_and_a_no_what_stays(string arguments, int rows)
    {
        await using Shop shop = await Shop.OpenAsync(host: new ScriptedHost("No"));
        shop.Add("v1");
        shop.Add("v2");

        ScriptResult result = shop.Run($"Remove-ArImage {arguments} -WhatIf").MustSucceed();

        Assert.Equal(Enumerable.Repeat("WouldRemove", rows), result.Values("Status"));
        Assert.All(result.Values("Reason"), reason =>
            Assert.StartsWith("would be deleted ", reason, StringComparison.Ordinal)
        );
        ScriptResult no = shop.Run($"Remove-ArImage {arguments}").MustSucceed();
        Assert.Equal(Enumerable.Repeat("NotReached", rows), no.Values("Status"));
        Assert.All(no.Values("Reason"), reason => Assert.Equal("the question was answered with No", reason));
        Assert.StartsWith($"Removed 0 digests (0 B), left {rows} (", no.Information[^1], StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData("\"${app}:v1\"", "it also has the tag latest.")]
    [InlineData("\"$app@$digest\"", "it has the tags latest, v1.")]
    [InlineData("(Get-ArImage \"${app}:v1\")", "it has the tags latest, v1.")]
    [InlineData("(Get-ArImageTag $app -Tag v1)", "it also has the tag latest.")]
    public async Task Tags_that_were_not_named_protect_the_image(string name, string text)
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1", "latest");
        shop.Session.Set("digest", digest);

        ScriptResult result = shop.Run($"Remove-ArImage {name} -Force");

        Assert.Equal("ImageTagged", result.ErrorId);
        Assert.Equal(
            $"'{Shop.App}@{digest}' was not deleted: {text} Use -DeleteTags to delete the image together with these "
                + $"tags.",
            result.ErrorText);
        Assert.Empty(result.Output);
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData("\"${app}:v1\"")]
    [InlineData("\"$app@$digest\"")]
    [InlineData("(Get-ArImage \"${app}:v1\")")]
    public async Task DeleteTags_takes_the_tags_first_and_never_forces(string name)
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1", "latest");
        shop.Session.Set("digest", digest);

        ScriptResult result = shop.Run($"Remove-ArImage {name} -DeleteTags -Force").MustSucceed();

        Assert.Equal(["latest, v1"], result.Values("Tags"));
        Assert.Equal(
            [$"DELETE {Package}/tags/latest", $"DELETE {Package}/tags/v1", $"DELETE {Package}/versions/{digest}"],
            shop.Changes
        );
        Assert.Empty(shop.State.Tags(shop.Repository, "web"));
    }

    [Theory]
    [InlineData(TaggedDeleteRefusal.Synchronous)]
    [InlineData(TaggedDeleteRefusal.InOperation)]
    public async Task A_tag_that_comes_at_the_last_moment_saves_the_image_and_the_others_are_put_back(
        TaggedDeleteRefusal refusal
    )
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1", "latest");
        shop.Emulator.Behaviour.TaggedDelete = refusal;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", "/versions/")) shop.State.MoveTag(shop.Repository, "web", "stable", digest);
        };

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteTags -Force");

        Assert.Equal("ImageTagged", result.ErrorId);
        Assert.Contains("its tags were put back (latest, v1)", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["Kept"], result.Values("Status"));
        Assert.Equal(["latest", "stable", "v1"], shop.State.TagsOf(shop.Repository, "web", digest));
    }

    [Fact]
    public async Task A_part_of_an_index_is_refused_and_keeps_its_tags()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.State.AddIndex(
            shop.Repository, "web", ["linux/amd64", "linux/arm64"], new ImageOptions { Tags = ["v1"] });
        shop.State.MoveTag(shop.Repository, "web", "v1-arm", index.Children[1]);

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1-arm\" -Force");

        Assert.Equal("ImageReferenced", result.ErrorId);
        Assert.Equal(ErrorCategory.InvalidOperation, result.Error.CategoryInfo.Category);
        Assert.Contains("referenced by parent manifests", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(index.Digest, result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("its tags were put back (v1-arm)", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["Kept"], result.Values("Status"));
        Assert.Equal(["v1-arm"], shop.State.TagsOf(shop.Repository, "web", index.Children[1]));
    }

    [Fact]
    public async Task A_deletion_that_fails_in_its_operation_gives_the_tags_back()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1");
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.Fails;

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -Force");

        Assert.Equal("ServiceUnavailable", result.ErrorId);
        Assert.Contains("its tags were put back (v1)", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["Failed"], result.Values("Status"));
        Assert.Equal(["v1"], shop.State.TagsOf(shop.Repository, "web", digest));
    }

    [Theory]
    [InlineData(OperationFate.Lost)]
    [InlineData(OperationFate.NeverFinishes)]
    public async Task A_deletion_that_cannot_be_followed_puts_no_tag_back_and_names_the_tags(OperationFate fate)
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.FromHours(1), OperationPolls = 2 }
        );
        string digest = shop.Add("v1", "latest");
        shop.Emulator.Behaviour.OperationFate = _ => fate;
        shop.GiveOperations(seconds: 1);

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteTags -Force");

        // Not "was not found": the digest is there.
        Assert.Equal("OperationLost", result.ErrorId);
        Assert.Contains("it is still there, and may still be deleted", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(
            $"ITS TAGS WERE NOT PUT BACK: latest, v1; if it stays, add them again to {Shop.App}@{digest}",
            result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["Failed"], result.Values("Status"));
        Assert.DoesNotContain(shop.Changes, change => change.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_whole_image_whose_deletion_cannot_be_followed_is_told_as_that()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.FromHours(1), OperationPolls = 2 }
        );
        shop.Add("v1");
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.Lost;
        shop.GiveOperations(seconds: 1);

        ScriptResult result = shop.Run("Remove-ArImage $app -All -Force");

        Assert.Equal("OperationLost", result.ErrorId);
        Assert.Equal(["Failed"], result.Values("Status"));
    }

    [Fact]
    public async Task Tags_that_cannot_be_put_back_are_named_in_the_error_with_the_image_to_put_them_on()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1");
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.Fails;
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.tags.create")];

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -Force");

        Assert.Contains("TAGS COULD NOT BE PUT BACK: v1", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains($"{Shop.App}@{digest}", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["v1"], result.Values("Tags"));
    }

    [Theory]
    [InlineData("artifactregistry.tags.get", "its tags were put back (v1)", true)]
    [InlineData("artifactregistry.tags.*", "ITS TAGS COULD NOT BE PUT BACK: v1", false)]
    public async Task A_tag_that_went_although_its_answer_was_lost_is_put_back_or_named_whatever_the_next_answer_is(
        string refused, string note, bool isBack)
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1");
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.ResetAfter) { Times = 1, When = request => request.Is("DELETE", "/tags/v1") });
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            // From the next request on.
            if (shop.State.DigestOf(shop.Repository, "web", "v1") is null)
                shop.Emulator.Behaviour.Denials = refused.EndsWith('*')
                    ? [new Denial("artifactregistry.tags.get"), new Denial("artifactregistry.tags.create")]
                    : [new Denial(refused)];
        };

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -Force");

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Contains(note, result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(isBack ? ["v1"] : [], shop.State.TagsOf(shop.Repository, "web", digest));
    }

    [Theory]
    [InlineData(FaultKind.Unavailable, 1, "4")] // the service recovers only after some seconds
    [InlineData(FaultKind.Aborted, 2, null)] // another change is under way
    public async Task Tags_are_put_back_also_where_that_takes_further_tries(
        FaultKind kind,
        int times,
        string? retryAfter
    )
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1");
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.Fails;
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(kind) { Times = times, RetryAfter = retryAfter, When = request => request.Is("POST", "/tags") });

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -Force");

        Assert.Contains("its tags were put back (v1)", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["v1"], shop.State.TagsOf(shop.Repository, "web", digest));
    }

    [Fact]
    public async Task A_whole_image_that_somebody_else_deleted_first_was_gone_already()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", Package)) shop.State.DeleteRepository(shop.Repository);
        };

        ScriptResult result = shop.Run("Remove-ArImage $app -All -Force").MustSucceed();

        Assert.Equal(["AlreadyGone"], result.Values("Status"));
        Assert.Equal(["was gone already"], result.Values("Reason"));
    }

    [Fact]
    public async Task A_digest_that_an_earlier_try_deleted_is_removed_and_was_not_gone_already()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.FromHours(1), OperationPolls = 2 }
        );
        string digest = shop.Add();
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.ResetAfter) { Times = 1, When = request => request.Is("DELETE", "/versions/") });
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            // What the first try began ends while the operation of the second is waited for.
            if (request.Is("GET", "/operations/") && shop.State.HasDigest(shop.Repository, "web", digest))
                shop.State.DeleteVersion(shop.Repository, "web", digest);
        };

        Assert.Equal(["Removed"], shop.Run($"Remove-ArImage $app@{digest} -Force").MustSucceed().Values("Status"));
    }

    [Fact]
    public async Task Who_may_not_delete_tags_is_told_so_and_nothing_is_said_to_have_been_put_back()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.tags.delete")];

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -Force");

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Contains("artifactregistry.tags.delete", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("roles/artifactregistry.repoAdmin", result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("put back", result.ErrorText, StringComparison.Ordinal);
        Assert.Single(shop.Changes);
    }

    [Fact]
    public async Task An_immutable_repository_keeps_a_tagged_image_and_says_why()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1", "v2");
        shop.State.SetImmutableTags(shop.Repository, true);

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteTags -Force");

        Assert.Equal("NotAllowedByState", result.ErrorId);
        Assert.Contains("tag immutability", result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("put back", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["v1", "v2"], shop.State.TagsOf(shop.Repository, "web", digest));
        Assert.Single(shop.Changes);
    }

    [Theory]
    [InlineData("DELETE", "/tags/v1")]
    [InlineData("DELETE", "/versions/")]
    public async Task A_deletion_whose_answer_was_lost_is_removed(string method, string text)
    {
        await using Shop shop = await Shop.OpenAsync(new Behaviour { OperationPolls = 0 });
        shop.Add("v1");
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.ResetAfter) { Times = 1, When = request => request.Is(method, text) }
        );

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -Force").MustSucceed();

        Assert.Equal(["Removed"], result.Values("Status"));
        Assert.Empty(shop.State.Digests(shop.Repository, "web"));
    }

    [Fact]
    public async Task A_digest_that_goes_just_before_its_deletion_is_reported_as_gone()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add();
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", "/versions/")) shop.State.DeleteVersion(shop.Repository, "web", digest);
        };

        Assert.Equal(["AlreadyGone"], shop.Run($"Remove-ArImage $app@{digest} -Force").MustSucceed().Values("Status"));
    }

    [Fact]
    public async Task A_piped_tag_that_moved_since_it_was_listed_deletes_nothing()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        string two = shop.Add();
        shop.Session.Run("$rows = Get-ArImageTag $app -Tag v1").MustSucceed();
        shop.State.MoveTag(shop.Repository, "web", "v1", two);

        ScriptResult result = shop.Run("$rows | Remove-ArImage -DeleteTags -Force");

        Assert.Equal("TagMoved", result.ErrorId);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task All_deletes_the_whole_image_with_one_request_and_records_every_digest()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = [shop.Add("v1", "latest"), shop.Add(), shop.Add("v2")];
        shop.State.AddImage(shop.Repository, "web2", "v1");

        ScriptResult result = shop.Run("Remove-ArImage $app -All -Force").MustSucceed();

        Assert.Equal(digests.Order(), result.Values("Digest").Order());
        Assert.All(result.Values("Status"), status => Assert.Equal("Removed", status));
        Assert.Contains("latest, v1", result.Values("Tags"));
        Assert.Equal([$"DELETE {Package}"], shop.Changes);
        Assert.Equal(["web2"], shop.State.Packages(shop.Repository));
    }

    [Fact]
    public async Task What_All_left_behind_is_reported_as_failed()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddIndex(shop.Repository, "web", ["linux/amd64", "linux/arm64"], new ImageOptions { Tags = ["v1"] });
        shop.Emulator.Behaviour.PackageDelete = PackageDelete.RefusesIndexes;

        ScriptResult result = shop.Run("Remove-ArImage $app -All -Force");

        Assert.Equal(3, result.Output.Count);
        Assert.All(result.Values("Status"), status => Assert.Equal("Failed", status));
        Assert.Equal(3, result.Errors.Count);
        Assert.All(result.Errors, error => Assert.Contains(
            "referenced by parent manifests", error.ErrorDetails.Message, StringComparison.Ordinal));
        Assert.Equal(3, shop.State.DigestCount(shop.Repository));
    }

    [Theory]
    [InlineData("Remove-ArImage $app -All -Force", 2)]
    [InlineData("Remove-ArImage \"$app@$kept\" -Force", 1)]
    public async Task With_ErrorAction_Stop_every_row_is_out_before_the_error_that_ends_the_command(
        string command,
        int rows
    )
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Session.Set("kept", shop.Add());
        shop.Add();
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.Fails;

        ScriptResult result = shop.Run($"{command} -ErrorAction Stop");

        Assert.IsType<ActionPreferenceStopException>(result.Thrown);
        Assert.Equal(Enumerable.Repeat("Failed", rows), result.Values("Status"));
    }

    [Fact]
    public async Task All_of_an_image_that_is_not_there_is_not_found()
    {
        await using Shop shop = await Shop.OpenAsync();

        Assert.Equal("NotFound", shop.Run("Remove-ArImage $app -All -Force").ErrorId);
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData("us-docker.pkg.dev/shop/apps -Force")]
    [InlineData("us-docker.pkg.dev/shop/apps -All -Force")]
    [InlineData("us-docker.pkg.dev/shop/apps -All -DeleteTags -Force")]
    [InlineData("gcr.io/shop -All -Force")]
    [InlineData("\"${app}:v1\" -All -Force")]
    [InlineData("\"$app@$digest\" -All -Force")]
    [InlineData("$app -Force")]
    [InlineData("$app -DeleteTags -Force")]
    public async Task Force_never_widens_what_is_deleted(string arguments)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Session.Set("digest", shop.Add("v1"));

        ScriptResult result = shop.Run($"Remove-ArImage {arguments}");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Empty(result.Output);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task A_bare_name_of_an_image_that_is_not_there_is_not_found()
    {
        await using Shop shop = await Shop.OpenAsync();

        Assert.Equal("NotFound", shop.Run("Remove-ArImage $app -Force").ErrorId);
    }

    [Fact]
    public async Task The_same_digest_named_twice_is_deleted_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add();

        ScriptResult result = shop.Run($"Remove-ArImage $app@{digest}, $app@{digest} -Force -ThrottleLimit 1");

        Assert.Contains("Removed", result.Values("Status"));
        Assert.Empty(shop.State.Digests(shop.Repository, "web"));
    }

    [Fact]
    public async Task Many_are_deleted_beside_each_other_within_the_limit_and_each_is_reported_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = [.. Enumerable.Range(0, 30).Select(_ => shop.Add())];
        using RequestHold hold = shop.Hold("DELETE", "/versions/");

        using RunningScript run = shop.Start("Get-ArImage $app | Remove-ArImage -Force -ThrottleLimit 4");
        await hold.WaitForArrivalAsync(4, TestContext.Current.CancellationToken);
        hold.Release();
        ScriptResult result = (await run.EndAsync(TestContext.Current.CancellationToken)).MustSucceed();

        Assert.Equal(digests.Order(), result.Values("Digest").Order());
        Assert.Equal(4, shop.Emulator.Requests.MaxOpen);
    }

    [Fact]
    public async Task A_refused_deletion_of_an_image_without_digests_is_an_error()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.DeleteVersion(shop.Repository, "web", shop.Add());
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.packages.delete")];

        ScriptResult result = shop.Run("Remove-ArImage $app -All -Confirm:$false");

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Equal(["web"], shop.State.Packages(shop.Repository));
    }

    [Fact]
    public async Task What_is_about_an_image_with_a_tag_stays_unless_that_is_said()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("latest", "v3"), signature = Sign(shop, image);

        ScriptResult refused = shop.Run($"Get-ArImage $app | Where-Object {{ -not $_.Tags }} | Remove-ArImage -Force");

        Assert.Equal("ImageReferenced", refused.ErrorId);
        Assert.Contains(
            $"it is the signature of {Digest(image)} (latest, v3), which stays",
            refused.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Empty(shop.Changes);

        ScriptResult done = shop.Run($"Remove-ArImage \"$app@{signature}\" -DeleteReferrer -Force").MustSucceed();

        Assert.Equal(["Removed"], done.Values("Status"));
        Assert.Equal([image], shop.State.Digests(shop.Repository, "web"));
    }

    [Fact]
    public async Task What_may_be_a_signature_but_cannot_be_read_stays_unless_that_is_said()
    {
        await using Shop shop = await Shop.OpenAsync();
        string signature = Sign(shop, shop.Add("latest"));
        shop.Emulator.Behaviour.ServedManifest = (_, _, _) => "{}"u8.ToArray();

        ScriptResult refused = shop.Run($"Remove-ArImage \"$app@{signature}\" -Force");

        Assert.Contains(
            $"{signature}' was not deleted: whether it is the signature of another digest cannot be read",
            refused.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Empty(shop.Changes);

        Assert.Equal(
            ["Removed"],
            shop.Run($"Remove-ArImage \"$app@{signature}\" -DeleteReferrer -Force").MustSucceed().Values("Status")
        );
    }

    [Fact]
    public async Task The_question_says_of_what_something_is_the_signature()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string untagged = shop.Add(), one = Sign(shop, untagged), tagged = shop.Add("v1"), other = Sign(shop, tagged);
        string orphan = Sign(shop, $"sha256:{1:x64}");

        shop.Run(
                $"\"$app@{one}\", \"$app@{other}\", \"$app@{orphan}\" | Remove-ArImage -DeleteReferrer -ThrottleLimit 1"
            )
            .MustSucceed();

        Assert.Equal(3, host.Questions.Count);
        Assert.Contains(
            $"Delete the signature of {Digest(untagged)} (",
            host.Questions[0].Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"Delete the signature of {Digest(tagged)} (v1) (",
            host.Questions[1].Message,
            StringComparison.Ordinal
        );
        Assert.Contains("Delete the image (", host.Questions[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signed_image_says_what_holds_it_and_which_parameter_helps_before_a_tag_is_taken_away()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("v1"), signature = Sign(shop, image);

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -Force");

        Assert.Equal("ImageReferenced", result.ErrorId);
        Assert.Contains($"the signature {Digest(signature)} refers to it", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("Use -DeleteReferrer", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task DeleteReferrer_deletes_an_image_together_with_what_refers_to_it(int settleAttempts)
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { SettleAttempts = settleAttempts, OperationTime = TimeSpan.Zero }, host);
        string image = shop.Add("v1"), other = shop.Add("v2"), signature = Sign(shop, image);

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteReferrer").MustSucceed();

        Assert.Contains(
            $"and what refers to it: the signature {Digest(signature)} (",
            Assert.Single(host.Questions).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(["Removed", "Removed"], result.Values("Status"));
        Assert.Equal([signature, image], result.Values("Digest"));
        Assert.Equal([other], shop.State.Digests(shop.Repository, "web"));
    }

    [Fact]
    public async Task DeleteReferrer_takes_no_signature_if_something_else_holds_the_image()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.State.AddIndex(
            shop.Repository, "web", ["linux/amd64"], new ImageOptions { Tags = ["v1"] });
        string platform = index.Children[0], signature = Sign(shop, platform);
        shop.State.MoveTag(shop.Repository, "web", "v1-amd", platform);

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1-amd\" -DeleteReferrer -Force");

        Assert.Equal("ImageReferenced", result.ErrorId);
        Assert.Contains(index.Digest, result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(signature, shop.State.Digests(shop.Repository, "web"));
        Assert.Equal(["v1-amd"], shop.State.TagsOf(shop.Repository, "web", platform));
        Assert.Equal(["Kept"], result.Values("Status"));
    }

    [Fact]
    public async Task DeleteReferrer_takes_no_signature_if_the_image_gains_a_tag()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("v1"), signature = Sign(shop, image);
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", "/versions/")) shop.State.MoveTag(shop.Repository, "web", "stable", image);
        };

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteReferrer -Force");

        Assert.Equal("ImageTagged", result.ErrorId);
        Assert.Contains(signature, shop.State.Digests(shop.Repository, "web"));
        Assert.Equal(["stable", "v1"], shop.State.TagsOf(shop.Repository, "web", image));
    }

    private static string Digest(string digest) => $"{digest[..11]}…{digest[^4..]}";

    private static string Sign(Shop shop, string subject) => shop.Add(new ImageOptions
    {
        ArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json",
        SubjectDigest = subject,
        Size = 2_000,
    });
}
