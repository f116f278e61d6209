using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class TagTests : EmulatorTest
{
    [Fact]
    public async Task A_tag_is_created_got_moved_and_deleted()
    {
        string first = State.AddImage(Apps, "a/b");
        string second = State.AddImage(Apps, "a/b");
        string tags = $"{AppsPath}/packages/a%252Fb/tags";

        Reply created = await SendAsync("POST", $"{tags}?tagId=v1", Tag("a/b", first));
        Assert.Equal(HttpStatusCode.OK, created.Status);
        Assert.Equal(
            "projects/shop/locations/us/repositories/apps/packages/a%2Fb/tags/v1", (string?)created.Body["name"]);
        Assert.Equal(VersionName("a/b", first), (string?)(await GetAsync($"{tags}/v1")).Body["version"]);

        Reply moved = await SendAsync("PATCH", $"{tags}/v1?updateMask=version", Tag("a/b", second));
        Assert.Equal(VersionName("a/b", second), (string?)moved.Body["version"]);
        Assert.Equal(second, State.DigestOf(Apps, "a/b", "v1"));
        Assert.Empty(State.TagsOf(Apps, "a/b", first));

        Reply deleted = await SendAsync("DELETE", $"{tags}/v1");
        Assert.Equal(HttpStatusCode.OK, deleted.Status);
        Assert.Equal("{}", deleted.Body.ToJsonString());
        Assert.Null(State.DigestOf(Apps, "a/b", "v1"));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("DELETE", $"{tags}/v1")).Status);
    }

    [Fact]
    public async Task A_tag_that_exists_is_not_created_again()
    {
        string digest = State.AddImage(Apps, "web", "v1");
        Behaviour.TagConflictText = "there is one";

        Reply reply = await SendAsync("POST", $"{AppsPath}/packages/web/tags?tagId=v1", Tag("web", digest));

        Assert.Equal(HttpStatusCode.Conflict, reply.Status);
        Assert.Equal("ALREADY_EXISTS", reply.ErrorStatus);
        Assert.Equal("there is one", reply.Message);
    }

    [Fact]
    public async Task A_tag_points_to_a_version_of_its_own_package_only()
    {
        State.AddImage(Apps, "web", "v1");
        string other = State.AddImage(Apps, "api", "v1");
        string missing = "sha256:" + new string('0', 64);

        (string, string)[] wrong = [("api", other), ("web", other), ("web", missing)];
        foreach ((string package, string digest) in wrong)
        {
            Reply reply = await SendAsync("POST", $"{AppsPath}/packages/web/tags?tagId=v2", Tag(package, digest));
            Assert.Equal(HttpStatusCode.NotFound, reply.Status);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".v1")]
    [InlineData("a%20b")]
    public async Task A_name_that_no_tag_can_have_is_an_invalid_argument(string tag)
    {
        string digest = State.AddImage(Apps, "web");

        Reply reply = await SendAsync("POST", $"{AppsPath}/packages/web/tags?tagId={tag}", Tag("web", digest));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.NotFound)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task A_patch_of_a_missing_tag_creates_it_if_the_switch_says_so(bool creates, HttpStatusCode status)
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.PatchCreatesTag = creates;

        Reply reply = await SendAsync(
            "PATCH", $"{AppsPath}/packages/web/tags/v1?updateMask=version", Tag("web", digest));

        Assert.Equal(status, reply.Status);
        Assert.Equal(creates ? digest : null, State.DigestOf(Apps, "web", "v1"));
    }

    [Fact]
    public async Task A_mask_without_the_version_moves_nothing()
    {
        string first = State.AddImage(Apps, "web", "v1");
        string second = State.AddImage(Apps, "web");

        await SendAsync("PATCH", $"{AppsPath}/packages/web/tags/v1?updateMask=name", Tag("web", second));

        Assert.Equal(first, State.DigestOf(Apps, "web", "v1"));
    }

    [Fact]
    public async Task Tags_are_listed_by_version_and_by_name()
    {
        string first = State.AddImage(Apps, "team/worker", "v1", "my-tag", "latest");
        State.AddImage(Apps, "team/worker", "v2", "my-other");
        string tags = $"{AppsPath}/packages/team%252Fworker/tags";
        string version = Uri.EscapeDataString($"version=\"{VersionName("team/worker", first)}\"");
        string name = Uri.EscapeDataString(
            "name=\"projects/shop/locations/us/repositories/apps/packages/team%2Fworker/tags/my*\"");

        Assert.Equal(["latest", "my-tag", "v1"], (await ListAsync($"{tags}?filter={version}", "tags")).Select(Digest));
        Assert.Equal(["my-other", "my-tag"], (await ListAsync($"{tags}?filter={name}", "tags")).Select(Digest));
        Assert.Equal(["my-tag"], (await ListAsync($"{tags}?filter={version}%20AND%20{name}", "tags")).Select(Digest));
        Assert.Equal(5, (await ListAsync($"{tags}?pageSize=2", "tags")).Count);
    }

    [Fact]
    public async Task Immutable_tags_can_be_created_and_neither_moved_nor_deleted()
    {
        State.SetImmutableTags(Apps, true);
        string first = State.AddImage(Apps, "web", "v1");
        string second = State.AddImage(Apps, "web");
        string tags = $"{AppsPath}/packages/web/tags";

        Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", $"{tags}?tagId=v2", Tag("web", second))).Status);
        Reply[] refused =
        [
            await SendAsync("PATCH", $"{tags}/v1?updateMask=version", Tag("web", second)),
            await SendAsync("DELETE", $"{tags}/v1"),
            await SendAsync("DELETE", $"{AppsPath}/packages/web"),
        ];

        Assert.All(refused, reply =>
        {
            Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
            Assert.Equal("FAILED_PRECONDITION", reply.ErrorStatus);
            Assert.Contains("the repository has enabled tag immutability", reply.Message, StringComparison.Ordinal);
        });
        Assert.Equal(first, State.DigestOf(Apps, "web", "v1"));
    }

    private static JsonObject Tag(string package, string digest) =>
        new() { ["version"] = VersionName(package, digest) };
}
