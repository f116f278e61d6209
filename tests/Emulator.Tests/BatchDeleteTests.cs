using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class BatchDeleteTests : EmulatorTest
{
    [Fact]
    public async Task A_batch_deletes_across_packages_and_does_not_mind_tags()
    {
        string tagged = State.AddImage(Apps, "web", "v1");
        string nested = State.AddImage(Apps, "a/b");

        JsonObject operation = await FinishAsync(
            await BatchAsync("-", VersionName("web", tagged), VersionName("a/b", nested)));

        Assert.Null(operation["error"]);
        Assert.EndsWith(
            ".BatchDeleteVersionsMetadata", (string?)operation["metadata"]!["@type"], StringComparison.Ordinal);
        Assert.Equal(0, State.DigestCount(Apps));
        Assert.Empty(State.Tags(Apps, "web"));
    }

    [Fact]
    public async Task One_missing_name_fails_the_batch_and_deletes_nothing()
    {
        string digest = State.AddImage(Apps, "web");
        string missing = VersionName("web", "sha256:" + new string('0', 64));

        JsonObject some = await FinishAsync(await BatchAsync("web", VersionName("web", digest), missing));
        JsonObject all = await FinishAsync(await BatchAsync("web", missing));

        Assert.Equal(5, (int)some["error"]!["code"]!);
        Assert.Null(some["metadata"]!["failedVersions"]);
        Assert.Equal(missing, (string?)all["metadata"]!["failedVersions"]![0]);
        Assert.True(State.HasDigest(Apps, "web", digest));
    }

    [Fact]
    public async Task A_batch_of_another_package_finds_nothing()
    {
        string digest = State.AddImage(Apps, "web");
        State.AddImage(Apps, "api");

        JsonObject operation = await FinishAsync(await BatchAsync("api", VersionName("web", digest)));

        Assert.Equal(5, (int)operation["error"]!["code"]!);
    }

    [Fact]
    public async Task Validation_alone_is_always_content_and_deletes_nothing()
    {
        AddedIndex index = State.AddIndex(Apps, "api", ["linux/amd64"]);
        JsonObject body = new()
        {
            ["names"] = new JsonArray(VersionName("api", index.Children[0])),
            ["validateOnly"] = true,
        };

        JsonObject operation = await FinishAsync(
            await SendAsync("POST", $"{AppsPath}/packages/api/versions:batchDelete", body));

        Assert.Null(operation["error"]);
        Assert.Equal(2, State.DigestCount(Apps));
    }

    [Theory]
    [InlineData(75)]
    [InlineData(50)]
    public async Task Too_many_names_are_refused_with_the_number(int limit)
    {
        State.AddImage(Apps, "web");
        Behaviour.BatchDeleteLimit = limit;

        Reply reply = await BatchAsync("web", [.. Enumerable.Repeat(VersionName("web", "sha256:0"), limit + 1)]);

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal($"A maximum of {limit} versions are allowed per request", reply.Message);
    }

    [Fact]
    public async Task A_repository_is_no_parent_of_a_batch()
    {
        Reply reply = await SendAsync("POST", $"{AppsPath}/versions:batchDelete", new JsonObject());

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal("Invalid package name", reply.Message);
    }

    private Task<Reply> BatchAsync(string package, params string[] names) =>
        SendAsync("POST", $"{AppsPath}/packages/{package}/versions:batchDelete", new JsonObject
        {
            ["names"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]),
        });
}
