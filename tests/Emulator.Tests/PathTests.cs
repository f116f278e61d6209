using System.Net;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class PathTests : EmulatorTest
{
    [Theory]
    [InlineData("packages/a%2Fb", "a%2Fb")]
    [InlineData("packages/a%252Fb", "a%2Fb")]
    [InlineData("packages/a%2fb", "a%2Fb")]
    [InlineData("packages/web", "web")]
    [InlineData("packages/we%62", "web")]
    public async Task An_escaped_slash_names_the_same_package_at_one_and_at_two_levels(string path, string package)
    {
        State.AddImage(Apps, "a/b", "v1");
        State.AddImage(Apps, "web", "v1");

        Reply reply = await GetAsync($"{AppsPath}/{path}");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.EndsWith($"/packages/{package}", (string)reply.Body["name"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_third_level_of_escapes_is_not_found()
    {
        State.AddImage(Apps, "a/b", "v1");

        Reply reply = await GetAsync($"{AppsPath}/packages/a%25252Fb/tags/v1");

        Assert.Equal(HttpStatusCode.NotFound, reply.Status);
        Assert.Equal("Requested entity was not found.", reply.Message);
    }

    [Fact]
    public async Task An_unescaped_slash_is_an_invalid_argument()
    {
        State.AddImage(Apps, "a/b", "v1");

        Reply reply = await GetAsync($"{AppsPath}/packages/a/b/tags");

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal("INVALID_ARGUMENT", reply.ErrorStatus);
    }

    [Theory]
    [InlineData("versions/{0}")]
    [InlineData("versions/{1}")]
    public async Task The_colon_of_a_digest_may_be_escaped(string path)
    {
        string digest = State.AddImage(Apps, "a/b", "v1");
        string escaped = digest.Replace(":", "%3A", StringComparison.Ordinal);

        Reply reply = await GetAsync($"{AppsPath}/packages/a%252Fb/{string.Format(null, path, digest, escaped)}");

        Assert.Equal(VersionName("a/b", digest), (string?)reply.Body["name"]);
    }

    [Theory]
    [InlineData("projects/example.com:p1")]
    [InlineData("projects/example.com%3Ap1")]
    public async Task A_domain_scoped_project_has_its_colon_raw_or_escaped(string project)
    {
        RepositoryName repository = State.AddRepository("example.com:p1", "us", "apps");
        State.AddImage(repository, "web", "v1");

        Reply reply = await GetAsync($"v1/{project}/locations/us/repositories/apps/dockerImages");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.StartsWith(
            "us-docker.pkg.dev/example.com/p1/apps/web@sha256:",
            (string)reply.Body["dockerImages"]![0]!["uri"]!,
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"v1/{project}")).Status);
    }

    [Theory]
    [InlineData("GET", "v1/projects/shop/nothing")]
    [InlineData("GET", "v9/projects/shop/locations/us/repositories/apps")]
    [InlineData("PUT", AppsPath)]
    [InlineData("GET", "")]
    public async Task What_no_method_answers_is_not_found_in_Googles_envelope(string method, string path)
    {
        Reply reply = await SendAsync(method, path);

        Assert.Equal(HttpStatusCode.NotFound, reply.Status);
        Assert.Equal(404, (int)reply.Body["error"]!["code"]!);
        Assert.Equal("NOT_FOUND", reply.ErrorStatus);
    }

    [Theory]
    [InlineData("projects/shop/locations/-/repositories")]
    [InlineData("projects/shop/locations/-/repositories/apps/dockerImages")]
    public async Task The_location_wildcard_is_refused(string path)
    {
        Reply reply = await GetAsync($"v1/{path}");

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal("Invalid resource field value in the request.", reply.Message);
        Assert.Equal("RESOURCE_PROJECT_INVALID", (string?)reply.Body["error"]!["details"]![0]!["reason"]);
    }

    [Fact]
    public async Task What_was_sent_is_recorded_as_it_was_sent()
    {
        await SendAsync("GET", $"{AppsPath}/packages/a%252Fb?alt=json&prettyPrint=false", token: "secret");

        RecordedRequest request = Assert.Single(Emulator.Requests.Snapshot());
        Assert.Equal($"/{AppsPath}/packages/a%252Fb?alt=json&prettyPrint=false", request.PathAndQuery);
        Assert.Equal("Bearer secret", request.Authorization);
        Assert.Equal(404, request.Status);
        Assert.Equal(RequestOutcome.Answered, request.Outcome);
    }
}
