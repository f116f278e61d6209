using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class PushBlobTests : RegistryTest
{
    private static readonly byte[] Content = Oci.Bytes("the bytes of a layer");
    private static readonly string ContentDigest = Oci.DigestOf(Content);

    [Fact, Trait(Spec, "#post-then-put")]
    public async Task A_blob_is_pushed_with_post_and_put()
    {
        Got started = await AskAsync("POST", Uploads, []);
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        // The form of the service's own addresses, which name the repository and no image.
        Assert.Matches(
            "^/artifacts-uploads/namespaces/shop/repositories/apps/uploads/[0-9a-f]{8}-[0-9a-f-]{27}$",
            started.Headers["Location"]
        );

        Got put = await AskAsync("PUT", $"{started.Headers["Location"]}?digest={ContentDigest}", Content);

        Assert.Equal(HttpStatusCode.Created, put.Status);
        Assert.Equal(ContentDigest, put.Headers["Docker-Content-Digest"]);
        Assert.Equal(Content, (await AskAsync("GET", put.Headers["Location"])).Content);
    }

    [Fact]
    public async Task A_blob_waits_for_the_manifest_of_each_image_whatever_becomes_of_the_others()
    {
        const string Other = "v2/us/shop/apps/other";
        byte[] layer = Oci.Bytes("shared"), config = Oci.Bytes("{}");
        foreach (string image in new[] { Web, Other })
        {
            await PushBlobAsync(layer, image);
            await PushBlobAsync(config, image);
        }

        JsonObject manifest = Oci.ImageOf(config, layer);
        string digest = Oci.DigestOf(Oci.Bytes(manifest));
        Assert.Equal(HttpStatusCode.Created, (await PutAsync(manifest, image: Other)).Status);

        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync("DELETE", $"{Other}/manifests/{digest}")).Status);

        Assert.Equal(HttpStatusCode.Created, (await PutAsync(manifest)).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync("DELETE", $"{Web}/manifests/{digest}")).Status);
        Assert.Equal(
            HttpStatusCode.NotFound, (await AskAsync("HEAD", $"{Web}/blobs/{Oci.DigestOf(layer)}")).Status);
    }

    [Fact, Trait(Spec, "#single-post")]
    public async Task A_blob_is_pushed_with_one_post()
    {
        Got put = await AskAsync("POST", $"{Uploads}?digest={ContentDigest}", Content);

        Assert.Equal(HttpStatusCode.Created, put.Status);
        Assert.Equal(Content, (await AskAsync("GET", put.Headers["Location"])).Content);
    }

    [Fact, Trait(Spec, "#pushing-a-blob-in-chunks")]
    public async Task A_blob_is_pushed_in_chunks_the_last_with_the_closing_put()
    {
        string location = await StartUploadAsync();

        Got first = await ChunkAsync("PATCH", location, 0, 8);
        Assert.Equal((HttpStatusCode.Accepted, "0-7"), (first.Status, first.Headers["Range"]));
        Got second = await ChunkAsync("PATCH", first.Headers["Location"], 8, 15);
        Assert.Equal((HttpStatusCode.Accepted, "0-14"), (second.Status, second.Headers["Range"]));
        Got put = await ChunkAsync("PUT", $"{second.Headers["Location"]}?digest={ContentDigest}", 15, Content.Length);

        Assert.Equal(HttpStatusCode.Created, put.Status);
        Assert.Equal(Content, (await AskAsync("GET", put.Headers["Location"])).Content);
    }

    [Fact, Trait(Spec, "#pushing-a-blob-in-chunks")]
    public async Task A_stream_without_ranges_is_taken_and_closed_by_an_empty_put()
    {
        string location = await StartUploadAsync();

        Got patched = await AskAsync("PATCH", location, Content);
        Got put = await AskAsync("PUT", $"{patched.Headers["Location"]}?digest={ContentDigest}", []);

        Assert.Equal(HttpStatusCode.Created, put.Status);
        Assert.Equal(Content, (await AskAsync("GET", put.Headers["Location"])).Content);
    }

    [Theory, Trait(Spec, "#pushing-a-blob-in-chunks")]
    [InlineData("PATCH", 0)]
    [InlineData("PATCH", 9)]
    [InlineData("PUT", 9)]
    public async Task A_chunk_out_of_order_is_416_and_the_upload_goes_on_from_where_it_says(string method, int from)
    {
        string location = await StartUploadAsync();
        await ChunkAsync("PATCH", location, 0, 8);

        Got wrong = await ChunkAsync(
            method,
            method == "PUT" ? $"{location}?digest={ContentDigest}" : location,
            from,
            Content.Length
        );
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, wrong.Status);
        Assert.Equal(("0-7", location), (wrong.Headers["Range"], wrong.Headers["Location"]));

        Got status = await AskAsync("GET", location);
        Assert.Equal(HttpStatusCode.NoContent, status.Status);
        Assert.Equal(("0-7", location), (status.Headers["Range"], status.Headers["Location"]));

        Got put = await ChunkAsync("PUT", $"{location}?digest={ContentDigest}", 8, Content.Length);
        Assert.Equal(HttpStatusCode.Created, put.Status);
    }

    [Theory, Trait(Spec, "#pushing-a-blob-in-chunks")]
    [InlineData("8-9")]
    [InlineData("eight")]
    public async Task A_chunk_whose_range_is_not_its_length_is_refused(string range)
    {
        string location = await StartUploadAsync();

        Got got = await AskAsync("PATCH", location, Content, null, ("Content-Range", range));

        Assert.Equal((HttpStatusCode.BadRequest, "SIZE_INVALID"), (got.Status, got.Code));
    }

    [Fact, Trait(Spec, "#cancel-a-blob-upload")]
    public async Task An_upload_is_cancelled()
    {
        string location = await StartUploadAsync();
        await AskAsync("PATCH", location, Content);

        Got cancelled = await AskAsync("DELETE", location);
        Got after = await AskAsync("GET", location);

        Assert.Equal(HttpStatusCode.NoContent, cancelled.Status);
        Assert.Equal((HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN"), (after.Status, after.Code));
        Assert.Empty(State.BlobDigests);
    }

    [Theory, Trait(Spec, "#pushing-blobs")]
    [InlineData(Missing)]
    [InlineData("sha512:00")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task A_wrong_digest_is_refused_and_nothing_is_kept(string digest)
    {
        string location = await StartUploadAsync();

        Got got = await AskAsync("PUT", $"{location}?digest={digest}", Content);

        Assert.Equal((HttpStatusCode.BadRequest, "DIGEST_INVALID"), (got.Status, got.Code));
        Assert.Empty(State.BlobDigests);
    }

    [Fact, Trait(Spec, "#mounting-a-blob-from-another-repository")]
    public async Task A_blob_is_mounted_from_another_repository()
    {
        State.AddRepository("shop", "us", "other");
        await PushBlobAsync(Content);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await AskAsync("GET", $"v2/us/shop/other/app/blobs/{ContentDigest}")).Status
        );

        Got mounted = await AskAsync(
            "POST",
            $"v2/us/shop/other/app/blobs/uploads/?mount={ContentDigest}&from=us/shop/apps/web",
            []
        );

        Assert.Equal(HttpStatusCode.Created, mounted.Status);
        Assert.Equal($"/v2/us/shop/other/app/blobs/{ContentDigest}", mounted.Headers["Location"]);
        Assert.Equal(Content, (await AskAsync("GET", mounted.Headers["Location"])).Content);
        Assert.Equal([ContentDigest], State.BlobDigests);
    }

    [Theory, Trait(Spec, "#mounting-a-blob-from-another-repository")]
    [InlineData("us/shop/apps/web", Missing)]
    [InlineData("us/shop/nowhere/web", null)]
    [InlineData("us/shop/secret/web", null)]
    public async Task What_cannot_be_mounted_starts_an_upload(string from, string? digest)
    {
        State.AddRepository("shop", "us", "other");
        State.AddRepository("shop", "us", "secret");
        await PushBlobAsync(Content, "v2/us/shop/secret/web");
        Behaviour.Denials = [new Denial("*", "projects/shop/locations/us/repositories/secret")];

        Got started = await AskAsync(
            "POST",
            $"v2/us/shop/other/app/blobs/uploads/?mount={digest ?? ContentDigest}&from={from}",
            []
        );

        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        Assert.Contains("/uploads/", started.Headers["Location"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v2/us/shop/missing/web", HttpStatusCode.NotFound, "NAME_UNKNOWN")]
    [InlineData("v2/us/shop/remote/web", HttpStatusCode.MethodNotAllowed, "UNSUPPORTED")]
    [InlineData("v2/us/shop/maven/web", HttpStatusCode.BadRequest, "UNSUPPORTED")]
    [InlineData("v2/us/shop/apps/WEB", HttpStatusCode.BadRequest, "NAME_INVALID")]
    public async Task Nothing_is_pushed_where_nothing_can_be(string image, HttpStatusCode status, string code)
    {
        State.AddRepository("shop", "us", "remote", new RepositoryOptions { Mode = "REMOTE_REPOSITORY" });
        State.AddRepository("shop", "us", "maven", new RepositoryOptions { Format = "MAVEN" });

        Got got = await AskAsync("POST", $"{image}/blobs/uploads/", []);

        Assert.Equal((status, code), (got.Status, got.Code));
    }

    [Fact]
    public async Task Who_may_only_pull_cannot_push()
    {
        Behaviour.Denials = [new Denial("artifactregistry.repositories.uploadArtifacts")];

        Got got = await AskAsync("POST", Uploads, []);

        Assert.Equal((HttpStatusCode.Forbidden, "DENIED"), (got.Status, got.Code));
        Assert.Contains(
            "Permission \"artifactregistry.repositories.uploadArtifacts\" denied on resource \"projects/",
            got.Message,
            StringComparison.Ordinal
        );
    }

    private Task<Got> ChunkAsync(string method, string path, int first, int end) =>
        AskAsync(method, path, Content[first..end], null, ("Content-Range", Range(first, end - 1)));
}
