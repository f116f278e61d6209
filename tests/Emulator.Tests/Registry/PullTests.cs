using System.Globalization;
using System.Net;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class PullTests : RegistryTest
{
    [Theory, Trait(Spec, "#determining-support")]
    [InlineData("v2/")]
    [InlineData("v2")]
    public async Task The_registry_says_that_it_is_one(string path)
    {
        Got got = await AskAsync("GET", path);

        Assert.Equal(HttpStatusCode.OK, got.Status);
        Assert.Equal("registry/2.0", got.Headers["Docker-Distribution-Api-Version"]);
    }

    [Fact, Trait(Spec, "#pulling-manifests")]
    public async Task A_manifest_is_got_byte_for_byte_by_tag_and_by_digest_with_the_type_it_was_pushed_with()
    {
        Pushed image = await PushImageAsync("layer", "v1");

        foreach (string reference in (string[])["v1", image.Digest])
        {
            Got got = await AskAsync("GET", $"{Web}/manifests/{reference}", null, null, ("Accept-Encoding", "gzip"));
            Assert.Equal(HttpStatusCode.OK, got.Status);
            Assert.Equal(image.Manifest, got.Content);
            Assert.Equal(Oci.Manifest, got.Headers["Content-Type"]);
            Assert.Equal(image.Digest, got.Headers["Docker-Content-Digest"]);
        }
    }

    [Theory, Trait(Spec, "#pulling-manifests")]
    [InlineData("manifests/v2", "MANIFEST_UNKNOWN")]
    [InlineData("manifests/" + Missing, "MANIFEST_UNKNOWN")]
    [InlineData("blobs/" + Missing, "BLOB_UNKNOWN")]
    public async Task What_is_not_there_is_404_in_the_registrys_envelope(string path, string code)
    {
        await PushImageAsync("layer", "v1");

        Got got = await AskAsync("GET", $"{Web}/{path}");
        Got head = await AskAsync("HEAD", $"{Web}/{path}");

        Assert.Equal((HttpStatusCode.NotFound, code), (got.Status, got.Code));
        Assert.Equal(HttpStatusCode.NotFound, head.Status);
        Assert.Empty(head.Content);
    }

    [Fact, Trait(Spec, "#pulling-blobs")]
    public async Task A_blob_is_got_with_its_digest()
    {
        Pushed image = await PushImageAsync("layer");

        Got got = await AskAsync("GET", $"{Web}/blobs/{image.Layer}", null, null, ("Accept-Encoding", "gzip"));

        Assert.Equal(HttpStatusCode.OK, got.Status);
        Assert.Equal("layer", System.Text.Encoding.UTF8.GetString(got.Content));
        Assert.Equal(image.Layer, got.Headers["Docker-Content-Digest"]);
    }

    [Theory, Trait(Spec, "#pulling-blobs")]
    [InlineData("bytes=2-4", "234", "bytes 2-4/10")]
    [InlineData("bytes=7-", "789", "bytes 7-9/10")]
    [InlineData("bytes=7-99", "789", "bytes 7-9/10")]
    [InlineData("bytes=-2", "89", "bytes 8-9/10")]
    public async Task A_range_of_a_blob_is_got(string range, string part, string told)
    {
        string digest = await PushBlobAsync("0123456789"u8.ToArray());

        Got got = await AskAsync("GET", $"{Web}/blobs/{digest}", null, null, ("Range", range));

        Assert.Equal(HttpStatusCode.PartialContent, got.Status);
        Assert.Equal(part, System.Text.Encoding.UTF8.GetString(got.Content));
        Assert.Equal(told, got.Headers["Content-Range"]);
    }

    [Theory, Trait(Spec, "#pulling-blobs")]
    [InlineData("bytes=10-")]
    [InlineData("bytes=-0")]
    public async Task A_range_outside_the_blob_is_416(string range)
    {
        string digest = await PushBlobAsync("0123456789"u8.ToArray());

        Got got = await AskAsync("GET", $"{Web}/blobs/{digest}", null, null, ("Range", range));

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, got.Status);
        Assert.Equal("bytes */10", got.Headers["Content-Range"]);
    }

    [Fact, Trait(Spec, "#checking-if-content-exists-in-the-registry")]
    public async Task Head_tells_digest_and_size_and_sends_nothing()
    {
        Pushed image = await PushImageAsync("layer", "v1");

        foreach ((string path, string digest, int size) in ((string, string, int)[])
            [($"blobs/{image.Layer}", image.Layer, 5), ("manifests/v1", image.Digest, image.Manifest.Length)])
        {
            Got got = await AskAsync("HEAD", $"{Web}/{path}");
            Assert.Equal(HttpStatusCode.OK, got.Status);
            Assert.Equal(digest, got.Headers["Docker-Content-Digest"]);
            Assert.Equal(size.ToString(CultureInfo.InvariantCulture), got.Headers["Content-Length"]);
            Assert.Empty(got.Content);
        }
    }

    [Theory]
    [InlineData("us-docker.pkg.dev", "shop/apps/web")]
    [InlineData("us-docker.pkg.dev:443", "shop/apps/web")]
    [InlineData("gcr.io", "shop/web")]
    [InlineData("eu.gcr.io", "example.com/shop/web")]
    public async Task Google_hosts_name_the_location_and_the_old_ones_the_repository_too(string host, string name)
    {
        State.AddRepository("gcr.io/shop");
        State.AddRepository(new RepositoryName("example.com:shop", "europe", "eu.gcr.io"));
        foreach (RepositoryName repository in State.Repositories) State.AddImage(repository, "web", "v1");

        Got got = await AskAsync("GET", $"v2/{name}/manifests/v1", null, null, ("Host", host));

        Assert.Equal(HttpStatusCode.OK, got.Status);
        RepositoryName expected = host.StartsWith("us-", StringComparison.Ordinal) ? Apps
            : RepositoryName.Parse(host == "gcr.io" ? "gcr.io/shop" : "eu.gcr.io/example.com:shop");
        Assert.Equal(State.DigestOf(expected, "web", "v1"), got.Headers["Docker-Content-Digest"]);
    }
}
