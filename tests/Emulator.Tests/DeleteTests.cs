using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class DeleteTests : EmulatorTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_deletion_is_an_operation_that_is_done_after_so_many_polls(int polls)
    {
        string digest = State.AddImage(Apps, "a/b");
        Behaviour.OperationPolls = polls;
        Behaviour.OperationTime = TimeSpan.FromDays(1);

        Reply reply = await SendAsync("DELETE", $"{AppsPath}/packages/a%252Fb/versions/{digest}");
        Assert.Equal(polls == 0, reply.Body["done"] is not null);
        Assert.Equal(polls != 0, State.HasDigest(Apps, "a/b", digest));
        JsonObject operation = await FinishAsync(reply);

        Assert.Equal("type.googleapis.com/google.protobuf.Empty", (string?)operation["response"]!["@type"]);
        Assert.EndsWith(".OperationMetadata", (string?)operation["metadata"]!["@type"], StringComparison.Ordinal);
        Assert.False(State.HasDigest(Apps, "a/b", digest));
        Assert.Equal(polls + 1, Emulator.Requests.Snapshot().Count);
        Assert.Equal(["a/b"], State.Packages(Apps));
    }

    [Fact]
    public async Task A_child_of_an_index_refuses_in_its_operation_even_if_the_index_is_untagged()
    {
        AddedIndex index = State.AddIndex(Apps, "api", ["linux/amd64", "linux/arm64"]);

        JsonObject operation = await DeleteAsync("api", index.Children[0]);

        Assert.Equal(9, (int)operation["error"]!["code"]!);
        Assert.Equal(
            "manifest is referenced by parent manifests: failed precondition manifest has referenced parents: "
            + $"shop/apps/api/manifests/{index.Digest}",
            (string?)operation["error"]!["message"]);
        Assert.Equal(3, State.DigestCount(Apps));
    }

    [Fact]
    public async Task Children_go_after_their_last_index()
    {
        AddedIndex first = State.AddIndex(Apps, "api", ["linux/amd64"]);
        string second = State.AddImage(
            Apps, "api", new ImageOptions { Children = [new ChildManifest(first.Children[0])] });

        Assert.Null((await DeleteAsync("api", first.Digest))["error"]);
        Assert.NotNull((await DeleteAsync("api", first.Children[0]))["error"]);
        Assert.Null((await DeleteAsync("api", second))["error"]);
        Assert.Null((await DeleteAsync("api", first.Children[0]))["error"]);
        Assert.Empty(State.Digests(Apps, "api"));
    }

    [Fact]
    public async Task An_index_takes_its_children_along_if_the_switch_says_so()
    {
        AddedIndex first = State.AddIndex(Apps, "api", ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x"]);
        string tagged = first.Children[1], shared = first.Children[2], signed = first.Children[3];
        State.MoveTag(Apps, "api", "v1", tagged);
        string second = State.AddImage(Apps, "api", new ImageOptions { Children = [new ChildManifest(shared)] });
        string signature = State.AddImage(Apps, "api", new ImageOptions { SubjectDigest = signed });
        Behaviour.ChildrenGoWithIndex = true;

        await DeleteAsync("api", first.Digest);

        Assert.Equal(
            new[] { tagged, shared, second, signed, signature }.Order(StringComparer.Ordinal),
            State.Digests(Apps, "api")
        );
    }

    [Theory]
    [InlineData(OperationFate.NotFound)]
    [InlineData(OperationFate.Unreadable)]
    public async Task A_deletion_that_was_done_may_not_say_so(OperationFate fate)
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.OperationFate = _ => fate;

        Reply started = await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/{digest}");
        Reply poll = await GetAsync("v1/" + (string)started.Body["name"]!);

        Assert.False(State.HasDigest(Apps, "web", digest));
        if (fate == OperationFate.NotFound) Assert.Equal(5, (int)poll.Body["error"]!["code"]!);
        else Assert.Equal((HttpStatusCode.Forbidden, "PERMISSION_DENIED"), (poll.Status, poll.ErrorStatus));
    }

    [Fact]
    public async Task A_grant_on_the_repository_alone_does_not_let_read_operations()
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.Denials = [new Denial("*", "projects/shop/locations/us/operations/*")];

        Reply started = await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/{digest}");
        Reply poll = await GetAsync("v1/" + (string)started.Body["name"]!);

        Assert.Equal(HttpStatusCode.OK, started.Status);
        Assert.Equal((HttpStatusCode.Forbidden, "The caller does not have permission"), (poll.Status, poll.Message));
    }

    [Fact]
    public async Task A_subject_goes_after_its_referrers()
    {
        string subject = State.AddImage(Apps, "web");
        string signature = State.AddImage(Apps, "web", new ImageOptions { SubjectDigest = subject });

        Assert.Equal(9, (int)(await DeleteAsync("web", subject))["error"]!["code"]!);
        Assert.Null((await DeleteAsync("web", signature))["error"]);
        Assert.Null((await DeleteAsync("web", subject))["error"]);
    }

    [Fact]
    public async Task A_parents_deletion_takes_a_while_to_settle_if_the_switch_says_so()
    {
        AddedIndex index = State.AddIndex(Apps, "api", ["linux/amd64"]);
        Behaviour.SettleAttempts = 2;
        await DeleteAsync("api", index.Digest);

        Assert.NotNull((await DeleteAsync("api", index.Children[0]))["error"]);
        Assert.NotNull((await DeleteAsync("api", index.Children[0]))["error"]);
        Assert.Null((await DeleteAsync("api", index.Children[0]))["error"]);
    }

    [Theory]
    [InlineData(TaggedDeleteRefusal.Synchronous)]
    [InlineData(TaggedDeleteRefusal.InOperation)]
    public async Task A_tagged_version_is_deleted_by_force_alone(TaggedDeleteRefusal refusal)
    {
        string digest = State.AddImage(Apps, "web", "v1", "v2");
        Behaviour.TaggedDelete = refusal;
        string path = $"{AppsPath}/packages/web/versions/{digest}";

        Reply reply = await SendAsync("DELETE", path);
        if (refusal == TaggedDeleteRefusal.Synchronous)
        {
            Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
            Assert.Equal("FAILED_PRECONDITION", reply.ErrorStatus);
        }
        else Assert.Equal(9, (int)(await FinishAsync(reply))["error"]!["code"]!);
        Assert.Equal(["v1", "v2"], State.TagsOf(Apps, "web", digest));

        JsonObject operation = await FinishAsync(await SendAsync("DELETE", path + "?force=true"));
        Assert.Null(operation["error"]);
        Assert.Empty(State.Tags(Apps, "web"));
        Assert.Empty(State.Digests(Apps, "web"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Force_stops_at_immutable_tags_unless_the_switch_says_otherwise(bool beats)
    {
        State.SetImmutableTags(Apps, true);
        string tagged = State.AddImage(Apps, "web", "v1");
        string untagged = State.AddImage(Apps, "web");
        Behaviour.ForceBeatsImmutability = beats;

        Reply reply = await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/{tagged}?force=true");
        if (beats) await FinishAsync(reply);
        else Assert.Equal("FAILED_PRECONDITION", reply.ErrorStatus);

        Assert.Equal(!beats, State.HasDigest(Apps, "web", tagged));
        Assert.Null((await DeleteAsync("web", untagged))["error"]);
    }

    [Fact]
    public async Task A_version_that_does_not_exist_is_not_found_at_once()
    {
        State.AddImage(Apps, "web", "v1");

        Reply reply = await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/sha256:{new string('0', 64)}");

        Assert.Equal(HttpStatusCode.NotFound, reply.Status);
    }

    [Theory]
    [InlineData(PackageDelete.Cascades, true)]
    [InlineData(PackageDelete.RefusesIndexes, false)]
    public async Task A_package_with_an_index_is_deleted_or_refuses(PackageDelete behaviour, bool gone)
    {
        State.AddIndex(Apps, "api", ["linux/amd64"], new ImageOptions { Tags = ["v1"] });
        Behaviour.PackageDelete = behaviour;

        JsonObject operation = await FinishAsync(await SendAsync("DELETE", $"{AppsPath}/packages/api"));

        Assert.Equal(gone, operation["error"] is null);
        Assert.Equal(gone, State.Packages(Apps).Count == 0);
    }

    [Theory]
    [InlineData(OperationFate.Fails)]
    [InlineData(OperationFate.Unbilled)]
    [InlineData(OperationFate.NeverFinishes)]
    [InlineData(OperationFate.Vanishes)]
    [InlineData(OperationFate.Lost)]
    public async Task An_operation_may_come_to_a_bad_end(OperationFate fate)
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.OperationFate = _ => fate;

        Reply reply = await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/{digest}");
        Reply poll = await GetAsync("v1/" + (string)reply.Body["name"]!);

        Assert.Equal(
            fate is OperationFate.Vanishes or OperationFate.Lost ? HttpStatusCode.NotFound : HttpStatusCode.OK,
            poll.Status
        );
        if (fate == OperationFate.Fails)
            Assert.Equal(13, (int)poll.Body["error"]!["code"]!);
        if (fate == OperationFate.Unbilled)
            Assert.Equal("BILLING_DISABLED", (string?)poll.Body["error"]!["details"]![0]!["reason"]);
        Assert.Equal(fate != OperationFate.Vanishes, State.HasDigest(Apps, "web", digest));
    }

    [Fact]
    public async Task An_operation_that_nobody_waits_for_is_done_in_time()
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.OperationPolls = 100;
        Behaviour.OperationTime = TimeSpan.Zero;

        await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/{digest}");

        Assert.Equal(0, State.UnfinishedOperations);
        Assert.False(State.HasDigest(Apps, "web", digest));
    }

    private async Task<JsonObject> DeleteAsync(string package, string digest) =>
        await FinishAsync(await SendAsync("DELETE", $"{AppsPath}/packages/{package}/versions/{digest}"));
}
