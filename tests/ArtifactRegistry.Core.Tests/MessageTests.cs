using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;
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
    [InlineData("""{"name": "n", "uploadTime": "\ud800\ud800\ud800"}""")]
    [InlineData("""{"\ud800abcdef": 1, "name": "n"}""")]
    [InlineData("""{"name": "n", "imageManifests": [null]}""")]
    [InlineData("""{"name": "n", "imageManifests": [[]]}""")]
    [InlineData("""{"name": "n", "imageManifests": [{"digest": []}]}""")]
    public void An_image_that_is_none_is_refused(string json) =>
        Refuses(DockerImageMessage.Read, json);

    [Theory]
    [InlineData("""{"name": "n", "dockerConfig": []}""")]
    [InlineData("""{"name": "n", "dockerConfig": {"immutableTags": "true"}}""")]
    [InlineData("""{"name": "n", "dockerConfig": {"immutableTags": 1}}""")]
    [InlineData("""{"name": "n", "cleanupPolicies": []}""")]
    [InlineData("""{"name": "n", "cleanupPolicies": {"p": null}}""")]
    [InlineData("""{"name": "n", "cleanupPolicies": {"\ud800": {}}}""")]
    [InlineData("""{"name": "n", "cleanupPolicies": {"p": {"condition": "any"}}}""")]
    [InlineData("""{"name": "n", "cleanupPolicies": {"p": {"mostRecentVersions": {"keepCount": "all"}}}}""")]
    public void A_repository_whose_settings_cannot_be_read_is_refused(string json) =>
        Refuses(RepositoryMessage.Read, json);

    [Theory]
    [InlineData("""{"clusters": [null]}""")]
    [InlineData("""{"clusters": [{"name": "c", "nodePools": [{}]}]}""")]
    [InlineData("""{"clusters": [{"name": "c", "autopilot": {"enabled": "yes"}}]}""")]
    [InlineData("""{"missingZones": "us-east1-b"}""")]
    public void Clusters_that_cannot_be_read_are_refused(string json) => Refuses(ListClustersResponse.Read, json);

    [Theory]
    [InlineData("""{"accessToken": ""}""", false)]
    [InlineData("""{"expireTime": "2026-01-01T00:00:00Z"}""", true)]
    [InlineData("""{"accessToken": "t", "expireTime": "soon"}""", true)]
    public void A_token_is_there_and_its_end_is_a_time(string json, bool refused)
    {
        if (refused)
            Refuses(GenerateAccessTokenResponse.Read, json);
        else
            Assert.Equal("", GenerateAccessTokenResponse.Read(Parsed(json)).AccessToken); // its grammar is checked elsewhere
    }

    [Fact]
    public void A_project_says_whether_it_waits_for_its_deletion() =>
        Assert.Equal(
            new ProjectMessage("1", "p", "DELETE_REQUESTED"),
            ProjectMessage.Read(
                Parsed("""{"projectNumber": "1", "projectId": "p", "lifecycleState": "DELETE_REQUESTED"}""")
            )
        );

    [Fact]
    public void Numbers_are_read_as_text_and_as_numbers()
    {
        Assert.Equal(70_368_744_177_664, Size("\"70368744177664\""));
        Assert.Equal(70_368_744_177_664, Size("70368744177664"));
        Assert.Equal(0, Size("\"-0\""));
        Assert.Null(Size("null"));

        static long? Size(string json) =>
            DockerImageMessage.Read(Parsed($$"""{"name": "n", "imageSizeBytes": {{json}}}""")).ImageSizeBytes;
    }

    [Fact]
    public void A_field_that_is_there_twice_has_its_last_value()
    {
        Assert.Equal("b", PackageMessage.Read(Parsed("""{"name": "a", "name": "b"}""")).Name);
        Assert.Equal(
            "KEEP",
            RepositoryMessage
                .Read(
                    Parsed("""{"name": "n", "cleanupPolicies": {"p": {"action": "DELETE"}, "p": {"action": "KEEP"}}}""")
                )
                .CleanupPolicies!["p"]
                .Action
        );
    }

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
        Refuses(EmptyMessage.Read, json);
        Refuses(PolicyMessage.Read, json);
    }

    [Fact]
    public void A_policy_is_kept_whole_and_outlives_the_answer_that_it_came_in()
    {
        const string Json =
            """{"version":3,"etag":"BwY=","bindings":[{"role":"r","members":["user:a@b.c"],"future":{"x":[1.50,"""
                + """null]}}]}""";
        JsonObject policy;
        using (JsonDocument answer = JsonDocument.Parse(Json)) policy = PolicyMessage.Read(answer.RootElement);

        Assert.Equal(Json, policy.ToJsonString());
    }

    // As an answer is read.
    private static void Refuses<T>(Func<JsonElement, T> read, string json)
    {
        using JsonDocument answer = JsonDocument.Parse(json);
        Assert.Throws<JsonException>(() => answer.Read(read));
    }

    private static JsonElement Parsed(string json) => JsonDocument.Parse(json).RootElement.Clone();
}
