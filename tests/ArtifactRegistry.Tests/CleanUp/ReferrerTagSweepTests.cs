using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>
/// Signed repositories: what has only a tag that names a digest (sha256-HEX, and with .sig, .att or .sbom) goes with
/// that digest under -IncludeReferrerTag, tag and all, in the order that the service accepts.
/// </summary>
public sealed class ReferrerTagSweepTests
{
    private const string Sweep = "Remove-ArUntaggedImage $app -Confirm:$false -IncludeReferrerTag";

    [Fact]
    public async Task An_index_of_referrers_goes_with_its_tag_and_then_the_referrers_and_then_their_image()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add(), signature = shop.AddSignature(image), old = shop.AddIndexOver(signature);
        string index = AddTagged(shop, Tag(image), signature);

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Empty(shop.Left());
        Assert.Equal(CleanUpWords.Sorted(image, signature, old, index), Row.Digests(result, "Removed"));
        string[] changes = [.. shop.Changes.Select(change => change.Split('/')[^1])];
        Assert.True(Array.IndexOf(changes, Tag(image)) < Array.IndexOf(changes, index));
        Assert.True(Array.IndexOf(changes, index) < Array.IndexOf(changes, signature));
        Assert.True(Array.IndexOf(changes, signature) < Array.IndexOf(changes, image));
        Assert.DoesNotContain(shop.Emulator.Requests.Snapshot(), request =>
            request.PathAndQuery.Contains("force", StringComparison.Ordinal)
        );
        Assert.Equal(
            Tag(image),
            Assert
                .Single(result.Output, row => (string)row.Properties["Digest"].Value == index)
                .Properties["Tags"]
                .Value.ToString()
        );
    }

    [Fact]
    public async Task A_signature_by_tag_goes_after_its_image_so_that_a_refusal_protects_both()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add(), signature = AddTagged(shop, Tag(image) + ".sig");

        shop.Run(Sweep).MustSucceed();

        Assert.Empty(shop.Left());
        Assert.Equal([image, Tag(image) + ".sig", signature], shop.Changes.Select(change => change.Split('/')[^1]));
    }

    [Fact]
    public async Task A_signature_by_tag_keeps_its_tag_if_its_image_gains_one_at_the_last_moment()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add(), signature = AddTagged(shop, Tag(image) + ".sig");
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", image)) shop.State.MoveTag(shop.Repository, "web", "release", image);
        };

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(image, signature), Row.Digests(result, "Kept"));
        Assert.Equal([Tag(image) + ".sig"], shop.State.TagsOf(shop.Repository, "web", signature));
        Assert.DoesNotContain(shop.Changes, change => change.Contains("/tags/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_tag_is_put_back_if_the_service_refuses_and_everything_below_it_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add(), signature = shop.AddSignature(image), index = AddTagged(shop, Tag(image), signature);
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", index)) shop.State.MoveTag(shop.Repository, "web", "mine", index);
        };

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(image, signature, index), Row.Digests(result, "Kept"));
        Assert.Equal(["mine", Tag(image)], shop.State.TagsOf(shop.Repository, "web", index));
        Assert.Contains(result.Values("Reason"), reason =>
            reason!.Contains($"its tags were put back ({Tag(image)})", StringComparison.Ordinal)
        );
    }

    private static string Tag(string digest) => digest.Replace(':', '-');

    private static string AddTagged(Shop shop, string tag, params string[] children) => shop.Add(new ImageOptions
    {
        UploadTime = DateTimeOffset.UtcNow.AddDays(-100),
        Tags = [tag],
        Children = [.. children.Select(child => new ChildManifest(child))],
    });
}
