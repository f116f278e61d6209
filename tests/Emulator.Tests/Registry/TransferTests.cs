using System.Net;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>What makes a transfer between registries harder, and is not documented by Google.</summary>
public sealed class TransferTests : RegistryTest
{
    [Fact]
    public async Task A_registry_may_mount_nothing()
    {
        Behaviour.RefusesMounts = true;
        string digest = await PushBlobAsync("layer"u8.ToArray());
        State.AddRepository("us-docker.pkg.dev/shop/other");

        Got answer = await AskAsync(
            "POST", $"v2/us/shop/other/app/blobs/uploads/?mount={digest}&from=us/shop/apps/web", []);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Contains("/artifacts-uploads/", answer.Headers["Location"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_may_be_redirected_to_a_host_that_refuses_a_token()
    {
        Behaviour.RedirectsBlobs = true;
        byte[] content = "a layer of some bytes"u8.ToArray();
        string digest = await PushBlobAsync(content);
        using HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false });

        using HttpResponseMessage redirect = await client.GetAsync(new Uri(Url, $"{Web}/blobs/{digest}"), Stop);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, redirect.StatusCode);
        Uri storage = redirect.Headers.Location!;
        Assert.Equal(("localhost", Url.Port), (storage.Host, storage.Port));
        Assert.Equal(content, await client.GetByteArrayAsync(storage, Stop));
        using HttpRequestMessage signedIn = new(HttpMethod.Get, storage);
        signedIn.Headers.Authorization = new("Bearer", "token");
        using HttpResponseMessage refused = await client.SendAsync(signedIn, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task An_upload_may_expire()
    {
        Behaviour.ExpiredUploads = 1;
        byte[] content = "layer"u8.ToArray();
        string first = await StartUploadAsync(), second = await StartUploadAsync();
        string query = $"?digest={Oci.DigestOf(content)}";

        Assert.Equal("BLOB_UPLOAD_UNKNOWN", (await AskAsync("PUT", first + query, content)).Code);
        Assert.Equal("BLOB_UPLOAD_UNKNOWN", (await AskAsync("PUT", first + query, content)).Code);
        Assert.Equal(HttpStatusCode.Created, (await AskAsync("PUT", second + query, content)).Status);
    }

    [Fact]
    public async Task The_blobs_of_an_image_that_nobody_pushed_are_mounted_and_cannot_be_pulled()
    {
        string digest = State.AddImage("us-docker.pkg.dev/shop/apps", "web", "v1");
        State.AddRepository("us-docker.pkg.dev/shop/other");
        Got manifest = await AskAsync("GET", $"{Web}/manifests/{digest}");
        string layer = (string)manifest.Json["layers"]![0]!["digest"]!;
        string config = (string)manifest.Json["config"]!["digest"]!;

        foreach (string blob in new[] { layer, config })
            Assert.Equal(
                HttpStatusCode.Created,
                (await AskAsync("POST", $"v2/us/shop/other/app/blobs/uploads/?mount={blob}&from=us/shop/apps/web", []))
                    .Status);

        Assert.Equal(
            HttpStatusCode.Created,
            (await AskAsync(
                "PUT", $"v2/us/shop/other/app/manifests/{digest}", manifest.Content, manifest.Headers["Content-Type"]))
                .Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("GET", $"v2/us/shop/other/app/blobs/{layer}")).Status);
    }
}
