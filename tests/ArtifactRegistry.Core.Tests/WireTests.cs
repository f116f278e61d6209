using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using FsCheck.Fluent;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>What the requests look like on the wire: as gcloud's do.</summary>
public sealed class WireTests : CoreTest
{
    private const string Repository = "/v1/projects/shop/locations/us/repositories/apps";

    private static readonly ImageName Nested = ImageName.Parse("us-docker.pkg.dev/shop/apps/a/b/c");

    [Fact]
    public async Task Each_method_has_the_request_line_that_the_API_documents()
    {
        string digest = State.AddImage(Apps, "a/b/c", "v1");
        (ImageName tag, ImageName version) = (Nested.WithTag("v1"), Nested.WithDigest(digest));
        ArtifactRegistryClient client = Client();

        await client.GetPackageAsync(Nested, Stop);
        await client.GetDockerImageAsync(version, Stop);
        await client.GetTagAsync(tag, Stop);
        await client.CreateTagAsync(Nested.WithTag("_v2.0-x"), version, Stop);
        await client.PatchTagAsync(tag, version, _ => Task.CompletedTask, Stop);
        await client.DeleteTagAsync(tag, _ => Task.CompletedTask, Stop);
        await client.DeleteTagAsync(Nested.WithTag("_v2.0-x"), _ => Task.CompletedTask, Stop);
        await client.DeleteVersionAsync(version, null, null, Stop);
        await client.DeletePackageAsync(Nested, Stop);
        await client.GetIamPolicyAsync(Nested.ToRepository(), Stop);
        await client.SetIamPolicyAsync(Nested.ToRepository(), [], Stop);

        Assert.Equal(
            [
                $"GET {Repository}/packages/a%252Fb%252Fc",
                $"GET {Repository}/dockerImages/a%252Fb%252Fc@{digest}",
                $"GET {Repository}/packages/a%252Fb%252Fc/tags/v1",
                $"POST {Repository}/packages/a%252Fb%252Fc/tags?tagId=_v2.0-x",
                $"PATCH {Repository}/packages/a%252Fb%252Fc/tags/v1?updateMask=version",
                $"DELETE {Repository}/packages/a%252Fb%252Fc/tags/v1",
                $"DELETE {Repository}/packages/a%252Fb%252Fc/tags/_v2.0-x",
                $"DELETE {Repository}/packages/a%252Fb%252Fc/versions/{digest}",
                $"DELETE {Repository}/packages/a%252Fb%252Fc",
                $"GET {Repository}:getIamPolicy?options.requestedPolicyVersion=3",
                $"POST {Repository}:setIamPolicy",
            ],
            Sent);
        Assert.DoesNotContain(Sent, line => line.Contains("force", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_body_of_a_tag_has_its_names_with_single_escapes()
    {
        string digest = State.AddImage(Apps, "a/b/c");

        await Client().CreateTagAsync(Nested.WithTag("v1"), Nested.WithDigest(digest), Stop);

        RecordedRequest request = Assert.Single(Emulator.Requests.Snapshot());
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(request.Body),
            new JsonObject
            {
                ["name"] = "projects/shop/locations/us/repositories/apps/packages/a%2Fb%2Fc/tags/v1",
                ["version"] = $"projects/shop/locations/us/repositories/apps/packages/a%2Fb%2Fc/versions/{digest}",
            }));
    }

    [Fact]
    public async Task A_filter_is_escaped_as_gcloud_does_it()
    {
        string digest = State.AddImage(Apps, "a/b/c", "v1");

        TagMessage tag = Assert.Single(await ListAsync(Client().ListTagsOfAsync(Nested.WithDigest(digest), Stop)));

        Assert.EndsWith("/tags/v1", tag.Name, StringComparison.Ordinal);
        Assert.Equal(
            $"GET {Repository}/packages/a%252Fb%252Fc/tags?pageSize=1000&filter=version%3D%22projects%2Fshop%2Flocations%2Fus"
            + "%2Frepositories%2Fapps%2Fpackages%2Fa%252Fb%252Fc%2Fversions%2Fsha256%3A" + digest[7..] + "%22",
            Assert.Single(Sent));
    }

    [Fact]
    public async Task A_domain_scoped_project_has_its_colon_in_the_path()
    {
        RepositoryName repository = new("example.com:shop", "us", "apps");
        State.AddRepository(repository);
        State.AddImage(repository, "web", "v1");

        await Client().GetTagAsync(ImageName.Parse("us-docker.pkg.dev/example.com/shop/apps/web:v1"), Stop);
        await ListAsync(Client().ListRepositoriesAsync("example.com:shop", "us", Stop));

        Assert.Equal(
            [
                "GET /v1/projects/example.com:shop/locations/us/repositories/apps/packages/web/tags/v1",
                "GET /v1/projects/example.com:shop/locations/us/repositories?pageSize=1000",
            ],
            Sent);
    }

    [Fact]
    public async Task A_base_path_stays_in_front()
    {
        await using RawServer server = RawServer.Start(_ => RawReply.Of(200, """{"name":"x"}"""));

        await Client(endpoint: new Uri(server.Url, "registry/api")).GetPackageAsync(Nested, Stop);

        Assert.Equal($"/registry/api{Repository}/packages/a%252Fb%252Fc", Assert.Single(server.Requests).Target);
    }

    [Theory]
    [InlineData("shop/../other", "us")]
    [InlineData("shop?x=1", "us")]
    [InlineData("shop#", "us")]
    [InlineData("", "us")]
    [InlineData("shop", "us/repositories/other")]
    [InlineData("shop", "..")]
    [InlineData("shop", "-")]
    public async Task A_project_or_location_that_is_none_never_gets_into_a_path(string project, string location)
    {
        RegistryException error = await RefusedAsync(
            () => ListAsync(Client().ListRepositoriesAsync(project, location, Stop)));

        Assert.Equal(RegistryErrorKind.InvalidArgument, error.Kind);
        Assert.Empty(Sent);
    }

    [Fact]
    public async Task The_path_of_any_name_means_exactly_what_was_named()
    {
        ArtifactRegistryClient client = Client();
        int found = 0;
        foreach (NamedParts parts in ImageNameGenerators.Parts.Sample(400).Where(parts => parts.Package is not null))
        {
            ImageName image = ImageName.Create(
                parts.Location,
                parts.Project,
                parts.Repository,
                parts.Package,
                null,
                null
            );
            RepositoryName repository = new(parts.Project, parts.Location, parts.Repository);
            string digest = string.Create(CultureInfo.InvariantCulture, $"sha256:{found++:x64}"),
                tag = parts.Tag ?? "v1";
            if (!State.Repositories.Contains(repository))
                State.AddRepository(repository);
            State.AddImage(repository, parts.Package!, new ImageOptions { Digest = digest, Tags = [tag] });

            Assert.Equal(
                image.WithDigest(digest).DockerImageResource,
                (await client.GetDockerImageAsync(image.WithDigest(digest), Stop)).Name);
            Assert.Equal(image.WithTag(tag).TagResource, (await client.GetTagAsync(image.WithTag(tag), Stop)).Name);
            Assert.Equal(image.PackageResource, (await client.GetPackageAsync(image, Stop)).Name);

            string[] decoded =
            [
                .. Emulator.Requests.Snapshot().TakeLast(3).Select(request => ByTheRule(request.Path)),
            ];
            Assert.Equal(
                [image.WithDigest(digest).DockerImageResource, image.WithTag(tag).TagResource, image.PackageResource],
                decoded);
        }

        Assert.InRange(found, 200, 400);
    }

    // API.md 2.1: the path is split first; then a segment is decoded once, and an escaped slash stays escaped.
    private static string ByTheRule(string path) =>
        string.Join('/', path["/v1/".Length..].Split('/').Select(
            segment => string.Join("%2F", segment.Split("%2F").Select(Uri.UnescapeDataString))));
}
