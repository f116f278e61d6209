using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class DockerTests : EmulatorTest
{
    [Fact]
    public async Task A_manifest_is_got_by_digest_and_by_tag_and_its_digest_is_its_hash()
    {
        AddedIndex index = State.AddIndex(
            Apps, "team/api", ["linux/amd64", "unknown/unknown"], new ImageOptions { Tags = ["v1"] });

        foreach (string reference in (string[])[index.Digest, "v1", index.Children[0]])
        {
            using HttpRequestMessage request = new(
                HttpMethod.Get, new Uri(Emulator.Url, $"v2/us/shop/apps/team/api/manifests/{reference}"));
            request.Headers.TryAddWithoutValidation("Accept", $"{Oci.Manifest}, {Oci.Index}");
            using HttpResponseMessage response = await Client.SendAsync(request, Stop);
            byte[] content = await response.Content.ReadAsByteArrayAsync(Stop);

            string digest = Oci.DigestOf(content);
            Assert.Equal([digest], response.Headers.GetValues("Docker-Content-Digest"));
            Assert.Equal(
                new MediaTypeHeaderValue(
                    $"application/vnd.oci.image.{(digest == index.Digest ? "index" : "manifest")}.v1+json"),
                response.Content.Headers.ContentType);
        }
    }

    [Fact]
    public async Task Referrers_are_listed_and_none_is_null()
    {
        string subject = State.AddImage(Apps, "web", "v1");
        string sbom = State.AddImage(
            Apps, "web", new ImageOptions { SubjectDigest = subject, ArtifactType = "application/spdx+json" });

        Reply some = await GetAsync($"v2/us/shop/apps/web/referrers/{subject}");
        Reply none = await GetAsync($"v2/us/shop/apps/web/referrers/{sbom}");

        Assert.Equal(sbom, (string?)some.Body["manifests"]![0]!["digest"]);
        Assert.Equal("application/spdx+json", (string?)some.Body["manifests"]![0]!["artifactType"]);
        Assert.True(none.Body.ContainsKey("manifests"));
        Assert.Null(none.Body["manifests"]);
    }

    [Theory]
    [InlineData("v2/us/shop/apps/web/manifests/v2", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData("v2/us/shop/other/web/manifests/v1", HttpStatusCode.NotFound, "NAME_UNKNOWN")]
    [InlineData("v2/us/shop/apps/web/blobs/v1", HttpStatusCode.BadRequest, "DIGEST_INVALID")]
    [InlineData("v2/us/shop/apps/Web/manifests/v1", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("v2/us/shop/apps/web/nonsense", HttpStatusCode.NotFound, "UNSUPPORTED")]
    public async Task Refusals_are_in_the_registrys_envelope(string path, HttpStatusCode status, string code)
    {
        State.AddImage(Apps, "web", "v1");

        Reply reply = await GetAsync(path);

        Assert.Equal(status, reply.Status);
        Assert.Equal(code, (string?)reply.Body["errors"]![0]!["code"]);
    }

    [Fact]
    public async Task Who_may_not_pull_is_denied()
    {
        State.AddImage(Apps, "web", "v1");
        Behaviour.Denials = [new Denial("artifactregistry.repositories.downloadArtifacts")];

        Reply reply = await GetAsync("v2/us/shop/apps/web/manifests/v1");

        Assert.Equal(HttpStatusCode.Forbidden, reply.Status);
        Assert.Equal("DENIED", (string?)reply.Body["errors"]![0]!["code"]);
    }
}
