using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>What becomes of the blobs of a manifest that was deleted, which Google does not document.</summary>
public sealed class CollectionTests : RegistryTest
{
    [Fact]
    public async Task Blobs_go_with_the_last_manifest_that_refers_to_them()
    {
        Pushed pushed = await PushImageAsync("layer");

        await DeleteAsync(pushed);

        Assert.Empty(State.BlobDigests);
        Assert.Equal(HttpStatusCode.NotFound, (await BlobAsync("HEAD", pushed.Layer)).Status);
    }

    [Fact]
    public async Task Blobs_stay_until_they_are_collected_and_a_manifest_saves_them()
    {
        Behaviour.CollectBlobsAfter = TimeSpan.FromHours(1);
        Pushed gone = await PushImageAsync("gone");
        Pushed back = await PushImageAsync("back");
        await DeleteAsync(gone);
        await DeleteAsync(back);
        Assert.Equal("gone"u8.ToArray(), (await BlobAsync("GET", gone.Layer)).Content);
        Assert.Equal(HttpStatusCode.OK, (await BlobAsync("HEAD", gone.Layer)).Status);

        Assert.Equal(HttpStatusCode.Created, (await PutAsync(JsonNode.Parse(back.Manifest)!.AsObject())).Status);
        State.CollectBlobs();

        Assert.Equal(
            new[] { back.Config, back.Layer }.Order(StringComparer.Ordinal), State.BlobDigests);
        Assert.Equal(HttpStatusCode.NotFound, (await BlobAsync("HEAD", gone.Layer)).Status);
    }

    [Fact]
    public async Task Blobs_are_collected_when_their_time_has_come()
    {
        Behaviour.CollectBlobsAfter = TimeSpan.FromTicks(1);
        Pushed pushed = await PushImageAsync("layer");

        await DeleteAsync(pushed);

        Assert.Equal(HttpStatusCode.NotFound, (await BlobAsync("GET", pushed.Layer)).Status);
    }

    [Fact]
    public async Task A_registry_that_remembers_sees_what_it_cannot_serve()
    {
        Behaviour.RemembersCollectedBlobs = true;
        Pushed pushed = await PushImageAsync("layer");
        await DeleteAsync(pushed);

        Got head = await BlobAsync("HEAD", pushed.Layer);
        Assert.Equal((HttpStatusCode.OK, "5"), (head.Status, head.Headers["Content-Length"]));
        Assert.Equal(HttpStatusCode.NotFound, (await BlobAsync("GET", pushed.Layer)).Status);
        Assert.Equal(HttpStatusCode.Created, (await PutAsync(JsonNode.Parse(pushed.Manifest)!.AsObject())).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await BlobAsync("GET", pushed.Layer)).Status);

        await PushBlobAsync("layer"u8.ToArray());
        Assert.Equal(HttpStatusCode.OK, (await BlobAsync("GET", pushed.Layer)).Status);
    }

    [Fact]
    public async Task A_seeded_image_with_content_can_be_read()
    {
        string digest = State.AddImage(
            Apps, "web", new ImageOptions { Tags = ["v1"], HasContent = true, Size = 5000 });

        JsonNode manifest = JsonNode.Parse(State.Manifest(Apps, "web", digest))!;
        JsonNode?[] blobs = [.. manifest["layers"]!.AsArray(), manifest["config"]];
        Assert.Equal(5000, blobs.Sum(blob => (int)blob!["size"]!));
        foreach (JsonNode? blob in blobs)
        {
            byte[] content = (await BlobAsync("GET", (string)blob!["digest"]!)).Content;
            Assert.Equal((string)blob["digest"]!, Oci.DigestOf(content));
            Assert.Equal((int)blob["size"]!, content.Length);
        }
    }

    private Task<Got> BlobAsync(string method, string digest) => AskAsync(method, $"{Web}/blobs/{digest}");

    private async Task DeleteAsync(Pushed pushed) =>
        Assert.Equal(
            HttpStatusCode.Accepted, (await AskAsync("DELETE", $"{Web}/manifests/{pushed.Digest}")).Status);
}
