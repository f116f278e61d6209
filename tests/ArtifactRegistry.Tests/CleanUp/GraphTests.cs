using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>
/// What keeps an untagged digest although it has no tag: what it is part of, and what refers to what.
/// </summary>
public sealed class GraphTests
{
    private static readonly DateTimeOffset Long = DateTimeOffset.UtcNow.AddDays(-100);

    [Fact]
    public async Task Platforms_and_attestations_of_a_tagged_index_are_kept_with_the_index_named()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = AddIndex(shop, "v3");
        string garbage = shop.Add();

        ScriptResult result = shop.Run("Get-ArUntaggedImage $app").MustSucceed();

        Dictionary<string, Row> rows = Row.ByDigest(result);
        Assert.Equal(("Delete", "Image"), (rows[garbage].Decision, rows[garbage].Kind));
        Assert.Equal(("Keep", "Image"), (rows[index.Children[0]].Decision, rows[index.Children[0]].Kind));
        Assert.Equal(("Keep", "Attestation"), (rows[index.Children[2]].Decision, rows[index.Children[2]].Kind));
        Assert.StartsWith("linux/arm64 of sha256:", rows[index.Children[1]].Reason, StringComparison.Ordinal);
        Assert.EndsWith("(v3)", rows[index.Children[1]].Reason, StringComparison.Ordinal);
        Assert.All(index.Children, child => Assert.Equal(index.Digest, rows[child].RelatedTo));
        Assert.Equal(4, rows.Count);
    }

    [Theory]
    [InlineData(ImageManifestsField.Present)]
    [InlineData(ImageManifestsField.WithoutAttestations)]
    [InlineData(ImageManifestsField.OnlyOnGet)]
    [InlineData(ImageManifestsField.Absent)]
    public async Task What_an_index_holds_is_known_whatever_the_API_tells_of_it(ImageManifestsField field)
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { ImageManifests = field, OperationTime = TimeSpan.Zero }
        );
        AddedIndex index = AddIndex(shop, "v3");
        string garbage = shop.Add();

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal(index.Children.Order(), Row.Digests(result, "Kept"));
        Assert.Equal([$"DELETE {Version(garbage)}"], shop.Changes);
    }

    [Fact]
    public async Task An_index_in_an_index_keeps_what_it_holds()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex inner = AddIndex(shop);
        string outer = shop.Add(new ImageOptions
        {
            Tags = ["v3"],
            UploadTime = Long,
            Children = [new ChildManifest(inner.Digest)],
        });

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.All(result.Values("Status"), status => Assert.Equal("Kept", status));
        Assert.True(shop.State.HasDigest(shop.Repository, "web", outer));
        Assert.Equal(5, shop.State.DigestCount(shop.Repository));
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_signature_lives_as_long_as_what_it_signs(bool subjectInListing)
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { SubjectDigest = subjectInListing, OperationTime = TimeSpan.Zero });
        string live = shop.Add("v1"), dead = shop.Add();
        string ofLive = Refer(shop, live), ofDead = Refer(shop, dead), ofReferrer = Refer(shop, ofLive);

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal(new[] { dead, ofDead }.Order(), Row.Digests(result, "Removed"));
        Assert.Equal(new[] { ofLive, ofReferrer }.Order(), Row.Digests(result, "Kept"));
        // The service refuses the other order.
        Assert.Equal([$"DELETE {Version(ofDead)}", $"DELETE {Version(dead)}"], shop.Changes);
    }

    [Fact]
    public async Task A_tagged_signature_keeps_what_it_signs()
    {
        await using Shop shop = await Shop.OpenAsync();
        string subject = shop.Add();
        shop.Add(new ImageOptions
        {
            Tags = ["signed"],
            UploadTime = Long,
            ArtifactType = "application/vnd.example.signature",
            SubjectDigest = subject,
        });

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([subject], Row.Digests(result, "Kept"));
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task A_garbage_index_goes_before_its_children_and_refusals_until_it_has_settled_are_waited_out()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { SettleAttempts = 2, OperationTime = TimeSpan.Zero }
        );
        AddedIndex index = AddIndex(shop);

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal(index.Children.Append(index.Digest).Order(), Row.Digests(result, "Removed"));
        Assert.Equal($"DELETE {Version(index.Digest)}", shop.Changes[0]);
        Assert.Equal(0, shop.State.DigestCount(shop.Repository));
    }

    [Fact]
    public async Task The_time_that_the_service_takes_to_forget_a_parent_is_waited_out()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { SettleTime = TimeSpan.FromSeconds(1), OperationTime = TimeSpan.Zero });
        AddedIndex index = AddIndex(shop);

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal(index.Children.Append(index.Digest).Order(), Row.Digests(result, "Removed"));
        // The index once; a child more than once, since its first deletion was refused.
        Assert.True(shop.Changes.Count > 4);
    }

    [Fact]
    public async Task A_child_of_two_indexes_is_kept_while_one_of_them_is()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex old = AddIndex(shop);
        string current = shop.Add(new ImageOptions
        {
            Tags = ["v3"],
            UploadTime = Long,
            Children = [new ChildManifest(old.Children[0])],
        });

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([old.Children[0]], Row.Digests(result, "Kept"));
        Assert.Equal(
            new[] { current, old.Children[0] }.Order(), shop.State.Digests(shop.Repository, "web").Order());
    }

    [Fact]
    public async Task If_an_index_cannot_be_read_nothing_that_it_may_hold_is_deleted_and_one_error_says_which()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = AddIndex(shop);
        string garbage = shop.Add();
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.MalformedJson)
        {
            When = request => request.Path.EndsWith($"/manifests/{index.Digest}", StringComparison.Ordinal),
        });

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false");

        Assert.Contains(index.Digest, result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(
            "nothing of this image is deleted that may belong to it",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Equal(5, Row.Digests(result, "Kept").Count);
        Assert.Contains(garbage, Row.Digests(result, "Kept"));
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData("application/vnd.oci.image.manifest.v1+json", false)]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json", true)]
    public async Task What_cannot_be_read_keeps_the_others_unless_its_type_can_hold_nothing(string type, bool othersGo)
    {
        await using Shop shop = await Shop.OpenAsync();
        string unreadable = shop.Add(new ImageOptions { MediaType = type, UploadTime = Long }), garbage = shop.Add();
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.MalformedJson)
        {
            When = request => request.Path.EndsWith($"/manifests/{unreadable}", StringComparison.Ordinal),
        });

        // With -InUse, even what can hold nothing is read: its configuration may be what runs.
        ScriptResult result = shop.Run(
            $"Remove-ArUntaggedImage $app -Confirm:$false -InUse {CleanUpWords.Nothing()} -AllowUnmatchedInUse");

        Assert.Contains(unreadable, result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(othersGo ? [garbage] : [], Row.Digests(result, "Removed"));
        Assert.Equal(othersGo ? [unreadable] : CleanUpWords.Sorted(unreadable, garbage), Row.Digests(result, "Kept"));
    }

    [Fact]
    public async Task A_single_digest_is_kept_while_an_index_that_was_not_asked_about_lists_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = AddIndex(shop);

        ScriptResult result = shop.Run($"Remove-ArUntaggedImage \"$app@{index.Children[0]}\" -Confirm:$false")
            .MustSucceed();

        Assert.Equal([index.Children[0]], Row.Digests(result, "Kept"));
        Assert.Contains("was not asked about", result.Values("Reason")[0], StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task Cosigns_tags_are_tags_like_any_other()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add();
        string signature = shop.Add($"sha256-{image["sha256:".Length..]}.sig");

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([image], Row.Digests(result, "Removed"));
        Assert.Equal([signature], shop.State.Digests(shop.Repository, "web"));
    }

    private static AddedIndex AddIndex(Shop shop, params string[] tags) => shop.State.AddIndex(
        shop.Repository, "web", ["linux/amd64", "linux/arm64", "unknown/unknown"],
        new ImageOptions { Tags = tags, UploadTime = Long, Size = 40_000_000 });

    private static string Refer(Shop shop, string subject) => shop.Add(new ImageOptions
    {
        UploadTime = Long,
        Size = 2_000,
        ArtifactType = "application/vnd.cncf.notary.signature",
        SubjectDigest = subject,
    });

    private static string Version(string digest) =>
        $"/v1/projects/shop/locations/us/repositories/apps/packages/web/versions/{digest}";
}
