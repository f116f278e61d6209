using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>
/// What is about an image that is needed after all: the service would let a signature go though its subject stays, so
/// nothing but the module's own looks protects it.
/// </summary>
public sealed class ReferrerTests
{
    [Fact]
    public async Task A_signature_of_a_platform_stays_if_its_index_gains_a_tag_while_the_question_stands()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        string signature = shop.AddSignature(index.Children[0]);
        host.WhenAsked = _ => shop.State.MoveTag(shop.Repository, "web", "release", index.Digest);

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app").MustSucceed();

        Assert.Equal(CleanUpWords.Sorted([index.Digest, signature, .. index.Children]), shop.Left());
        Assert.Empty(shop.Changes);
        Assert.All(result.Values("Status"), status => Assert.Equal("Kept", status));
    }

    [Fact]
    public async Task A_signature_of_a_platform_stays_with_an_index_that_was_just_kept()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        string signature = shop.AddSignature(index.Children[0]);
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("GET", $"/dockerImages/web@{index.Children[0]}") || request.Is("DELETE", index.Digest))
                shop.State.MoveTag(shop.Repository, "web", "release", index.Digest);
        };

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false -ThrottleLimit 1").MustSucceed();

        Assert.Contains(signature, shop.Left());
        Assert.Contains(index.Children[0], shop.Left());
        Assert.Empty(Row.Digests(result, "Removed").Intersect(shop.Left()));
    }

    [Fact]
    public async Task A_signature_stays_with_another_one_that_gained_a_tag()
    {
        await using Shop shop = await Shop.OpenAsync();
        string subject = shop.Add();
        string[] signatures = [shop.AddSignature(subject), shop.Add(new ImageOptions
        {
            UploadTime = DateTimeOffset.UtcNow.AddDays(-100),
            ArtifactType = "application/spdx+json",
            SubjectDigest = subject,
        })];
        // The first that is to go gains a tag; the other one is looked at after it.
        string? tagged = null;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (tagged is not null || request.Method != "DELETE") return;
            tagged = request.Path.Split('/')[^1];
            shop.State.MoveTag(shop.Repository, "web", "sbom", tagged);
        };

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false -ThrottleLimit 1").MustSucceed();

        Assert.Contains(tagged, signatures);
        Assert.Equal(CleanUpWords.Sorted([subject, .. signatures]), shop.Left());
        Assert.All(result.Values("Status"), status => Assert.Equal("Kept", status));
    }

    [Fact]
    public async Task A_signature_stays_if_its_subject_gains_a_tag_while_another_try_waits()
    {
        await using Shop shop = await Shop.OpenAsync();
        string subject = shop.Add(), signature = shop.AddSignature(subject);
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests)
        {
            When = request => request.Is("DELETE", signature),
            Times = 1,
            RetryAfter = "1",
        });
        bool first = true;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (!request.Is("DELETE", signature) || !first) return;
            first = false;
            shop.State.MoveTag(shop.Repository, "web", "release", subject);
        };

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(subject, signature), shop.Left());
        Assert.Equal([subject, signature], Row.Digests(result, "Kept").OrderBy(digest => digest == signature));
        Assert.Contains(result.Values("Reason"), reason =>
            reason!.EndsWith("which has the tag release by now", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(FaultKind.ResetAfter, "Removed")]
    [InlineData(FaultKind.ResetBefore, "Kept")]
    public async Task After_a_lost_answer_the_row_says_what_became_of_a_signature_that_is_needed_by_now(
        FaultKind fault,
        string status
    )
    {
        await using Shop shop = await Shop.OpenAsync();
        string subject = shop.Add(),
            signature = shop.AddSignature(subject);
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(fault) { When = request => request.Is("DELETE", signature), Times = 1 }
        );
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", signature)) shop.State.MoveTag(shop.Repository, "web", "release", subject);
        };

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Contains(signature, Row.Digests(result, status));
        Assert.Equal(status == "Kept", shop.Left().Contains(signature));
    }

    [Fact]
    public async Task A_signature_stays_if_a_new_tagged_index_lists_its_subject_while_the_question_stands()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string platform = shop.Add(),
            signature = shop.AddSignature(platform),
            garbage = shop.Add();
        host.WhenAsked = _ =>
            shop.Add(new ImageOptions { Tags = ["release"], Children = [new ChildManifest(platform)] });

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app").MustSucceed();

        Assert.Contains(platform, shop.Left());
        Assert.Contains(signature, shop.Left());
        Assert.Equal([garbage], Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task What_was_not_part_of_the_question_is_not_deleted_after_it()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string garbage = shop.Add(), released = shop.Add("release"), next = shop.Add("v2");
        host.WhenAsked = _ => shop.State.MoveTag(shop.Repository, "web", "release", next);

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -OlderThan 0s").MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(released, next), shop.Left());
    }
}
