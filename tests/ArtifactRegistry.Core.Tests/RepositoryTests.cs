using System.Text.Json;
using ArtifactRegistry.Clients;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>What the service says of a repository, as an object.</summary>
public sealed class RepositoryTests
{
    [Fact]
    public void All_that_the_service_says_is_read()
    {
        Repository repository = Read("""
            {"name": "projects/example.com:p/locations/europe-west1/repositories/apps", "format": "DOCKER",
             "mode": "STANDARD_REPOSITORY", "sizeBytes": "1234567890123", "dockerConfig": {"immutableTags": true},
             "createTime": "2024-01-02T03:04:05Z", "updateTime": "2024-02-03T04:05:06.7Z", "labels": {"a": "b"}}
            """);

        Assert.Equal("europe-west1-docker.pkg.dev/example.com/p/apps", repository.Uri);
        Assert.Equal(repository.Uri, repository.ToString());
        Assert.Equal(
            ("example.com:p", "europe-west1", "apps"),
            (repository.Project, repository.Location, repository.Name)
        );
        Assert.Equal(
            ("DOCKER", "Standard", 1_234_567_890_123),
            (repository.Format, repository.Mode, repository.SizeBytes)
        );
        Assert.True(repository.ImmutableTags);
        Assert.Equal(DateTimeKind.Local, repository.CreateTime!.Value.Kind);
        Assert.Equal(
            new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            repository.CreateTime.Value.ToUniversalTime()
        );
        Assert.Equal(
            new DateTime(2024, 2, 3, 4, 5, 6, 700, DateTimeKind.Utc),
            repository.UpdateTime!.Value.ToUniversalTime()
        );
    }

    [Theory]
    [InlineData("STANDARD_REPOSITORY", "Standard")]
    [InlineData("VIRTUAL_REPOSITORY", "Virtual")]
    [InlineData("REMOTE_REPOSITORY", "Remote")]
    [InlineData("AOSS_REPOSITORY", "AOSS_REPOSITORY")]
    [InlineData("", "")]
    public void A_mode_is_a_word_and_an_unknown_one_is_shown_as_it_is(string mode, string shown) =>
        Assert.Equal(shown, Read($$"""{"name": "projects/p/locations/us/repositories/r", "mode": "{{mode}}"}""").Mode);

    [Fact]
    public void What_the_service_leaves_out_is_empty()
    {
        Repository repository = Read("""{"name": "projects/p/locations/us/repositories/gcr.io", "dockerConfig": {}}""");

        Assert.Equal("gcr.io/p", repository.Uri);
        Assert.Equal(("", "", 0), (repository.Format, repository.Mode, repository.SizeBytes));
        Assert.False(repository.ImmutableTags);
        Assert.Null(repository.CreateTime);
        Assert.Null(repository.UpdateTime);
    }

    [Theory]
    [InlineData("")]
    [InlineData("projects/p/locations/us")]
    [InlineData("projects/p/locations/us/repositories/r/packages/x")]
    public void A_name_that_is_none_is_an_unexpected_answer(string name) =>
        Assert.Equal(
            RegistryErrorKind.UnexpectedAnswer,
            Assert.Throws<RegistryException>(() => Read($$"""{"name": "{{name}}"}""")).Kind);

    private static Repository Read(string json) =>
        Repository.From(RepositoryMessage.Read(JsonDocument.Parse(json).RootElement));
}
