using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>What the service must not answer is an error and never read as something else.</summary>
public sealed class MessageTests
{
    [Theory]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData(""" "name" """)]
    [InlineData("""{}""")]
    [InlineData("""{"name": null}""")]
    [InlineData("""{"name": 7}""")]
    [InlineData("""{"Name": "n"}""")]
    [InlineData("""{"name": "\ud800"}""")]
    [InlineData("""{"name": "n", "tags": "latest"}""")]
    [InlineData("""{"name": "n", "tags": {}}""")]
    [InlineData("""{"name": "n", "tags": [null]}""")]
    [InlineData("""{"name": "n", "tags": [7]}""")]
    [InlineData("""{"name": "n", "imageSizeBytes": "many"}""")]
    [InlineData("""{"name": "n", "imageSizeBytes": ""}""")]
    [InlineData("""{"name": "n", "imageSizeBytes": "1.5"}""")]
    [InlineData("""{"name": "n", "imageSizeBytes": "1,000"}""")]
    [InlineData("""{"name": "n", "imageSizeBytes": " 1"}""")]
    [InlineData("""{"name": "n", "imageSizeBytes": 1.5}""")]
    [InlineData("""{"name": "n", "imageSizeBytes": 1e30}""")]
    [InlineData("""{"name": "n", "imageSizeBytes": "9223372036854775808"}""")]
    [InlineData("""{"name": "n", "imageSizeBytes": true}""")]
    [InlineData("""{"name": "n", "uploadTime": "yesterday"}""")]
    [InlineData("""{"name": "n", "uploadTime": "01/02/2026"}""")]
    [InlineData("""{"name": "n", "uploadTime": ""}""")]
    [InlineData("""{"name": "n", "uploadTime": 1767225600}""")]
    [InlineData("""{"name": "n", "imageManifests": [null]}""")]
    [InlineData("""{"name": "n", "imageManifests": [[]]}""")]
    [InlineData("""{"name": "n", "imageManifests": [{"digest": []}]}""")]
    public void An_image_that_is_none_is_refused(string json) =>
        Assert.Throws<JsonException>(() => DockerImageMessage.Read(Parsed(json)));

    [Theory]
    [InlineData("""{"name": "n", "dockerConfig": []}""")]
    [InlineData("""{"name": "n", "dockerConfig": {"immutableTags": "true"}}""")]
    [InlineData("""{"name": "n", "dockerConfig": {"immutableTags": 1}}""")]
    [InlineData("""{"name": "n", "cleanupPolicies": []}""")]
    [InlineData("""{"name": "n", "cleanupPolicies": {"p": null}}""")]
    [InlineData("""{"name": "n", "cleanupPolicies": {"p": {"condition": "any"}}}""")]
    [InlineData("""{"name": "n", "cleanupPolicies": {"p": {"mostRecentVersions": {"keepCount": "all"}}}}""")]
    public void A_repository_whose_settings_cannot_be_read_is_refused(string json) =>
        Assert.Throws<JsonException>(() => RepositoryMessage.Read(Parsed(json)));

    [Fact]
    public void Numbers_are_read_as_text_and_as_numbers()
    {
        Assert.Equal(long.MaxValue, Size("\"9223372036854775807\""));
        Assert.Equal(long.MaxValue, Size("9223372036854775807"));
        Assert.Equal(-1, Size("-1"));
        Assert.Equal(-1, Size("\"-1\""));
        Assert.Null(Size("null"));

        static long? Size(string json) =>
            DockerImageMessage.Read(Parsed($$"""{"name": "n", "imageSizeBytes": {{json}}}""")).ImageSizeBytes;
    }

    [Fact]
    public void A_field_that_is_there_twice_has_its_last_value() =>
        Assert.Equal("b", PackageMessage.Read(Parsed("""{"name": "a", "name": "b"}""")).Name);

    [Fact]
    public void Null_is_as_good_as_missing()
    {
        RepositoryMessage message = RepositoryMessage.Read(Parsed(
            """{"name": "n", "sizeBytes": null, "dockerConfig": null, "createTime": null, "cleanupPolicies": null}"""));

        Assert.Equal(new RepositoryMessage("n", null, null, null, null, null, null, null), message);
        Assert.False(OperationMessage.Read(Parsed("""{"name": "n", "done": null, "error": null}""")).Done);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    public void An_answer_of_nothing_and_a_policy_are_objects(string json)
    {
        Assert.Throws<JsonException>(() => EmptyMessage.Read(Parsed(json)));
        Assert.Throws<JsonException>(() => PolicyMessage.Read(Parsed(json)));
    }

    [Fact]
    public void A_policy_is_kept_whole_and_outlives_the_answer_that_it_came_in()
    {
        const string Json = """{"version":3,"etag":"BwY=","bindings":[{"role":"r","members":["user:a@b.c"],"future":{"x":[1.50,null]}}]}""";
        JsonObject policy;
        using (JsonDocument answer = JsonDocument.Parse(Json)) policy = PolicyMessage.Read(answer.RootElement);

        Assert.Equal(Json, policy.ToJsonString());
    }

    private static JsonElement Parsed(string json) => JsonDocument.Parse(json).RootElement.Clone();
}
