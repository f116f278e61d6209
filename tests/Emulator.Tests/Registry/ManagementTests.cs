using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class ManagementTests : RegistryTest
{
    private readonly MovingClock _clock = new();

    protected override TimeProvider Clock => _clock;

    [Fact, Trait(Spec, "#deleting-tags")]
    public async Task A_tag_is_deleted_and_its_manifest_stays()
    {
        Pushed image = await PushImageAsync("layer", "v1");

        Got deleted = await AskAsync("DELETE", $"{Web}/manifests/v1");

        Assert.Equal(HttpStatusCode.Accepted, deleted.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("GET", $"{Web}/manifests/v1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("GET", $"{Web}/manifests/{image.Digest}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("DELETE", $"{Web}/manifests/v1")).Status);
    }

    [Fact, Trait(Spec, "#deleting-manifests")]
    public async Task A_manifest_is_deleted_and_its_blobs_go_with_it()
    {
        Pushed image = await PushImageAsync("layer");

        Got deleted = await AskAsync("DELETE", $"{Web}/manifests/{image.Digest}");

        Assert.Equal(HttpStatusCode.Accepted, deleted.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("GET", $"{Web}/manifests/{image.Digest}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("GET", $"{Web}/blobs/{image.Layer}")).Status);
        Assert.Empty(State.BlobDigests);
    }

    [Theory, Trait(Spec, "#deleting-manifests")]
    [InlineData("v2/us/shop/apps/web", "MANIFEST_UNKNOWN")]
    [InlineData("v2/us/shop/nowhere/web", "NAME_UNKNOWN")]
    public async Task What_is_not_there_cannot_be_deleted(string image, string code)
    {
        Got got = await AskAsync("DELETE", $"{image}/manifests/{Missing}");

        Assert.Equal((HttpStatusCode.NotFound, code), (got.Status, got.Code));
    }

    [Fact, Trait(Spec, "#deleting-blobs")]
    public async Task Blobs_are_not_deleted_by_themselves()
    {
        Pushed image = await PushImageAsync("layer");

        Got refused = await AskAsync("DELETE", $"{Web}/blobs/{image.Layer}");
        Got missing = await AskAsync("DELETE", $"{Web}/blobs/{Missing}");

        Assert.Equal((HttpStatusCode.MethodNotAllowed, "UNSUPPORTED"), (refused.Status, refused.Code));
        Assert.Equal((HttpStatusCode.NotFound, "BLOB_UNKNOWN"), (missing.Status, missing.Code));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("GET", $"{Web}/blobs/{image.Layer}")).Status);
    }

    [Fact]
    public async Task Google_refuses_to_delete_what_a_tag_an_index_or_a_referrer_needs()
    {
        Pushed tagged = await PushImageAsync("tagged", "v1");
        Pushed child = await PushImageAsync("child");
        JsonObject index = Oci.IndexOf((child.Manifest, "linux/amd64"));
        await PutAsync(index);
        Pushed subject = await PushImageAsync("subject");
        Pushed signature = await PushImageAsync(
            "signature", change: manifest => manifest["subject"] = Oci.Descriptor(Oci.Manifest, subject.Manifest));

        await RefusedAsync(tagged.Digest, "GOOGLE_MANIFEST_DANGLING_TAG", "Manifest is still referenced by tag: v1");
        await RefusedAsync(
            child.Digest, "GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE",
            $"Manifest {child.Digest} is referenced by image {Oci.DigestOf(Oci.Bytes(index))}");
        await RefusedAsync(
            subject.Digest, "GOOGLE_MANIFEST_REFERRING_MANIFEST",
            $"Manifest {subject.Digest} is referred to by manifest {signature.Digest}");
        Assert.Equal(5, State.DigestCount(Apps));
    }

    [Fact]
    public async Task Immutable_tags_are_not_deleted()
    {
        await PushImageAsync("layer", "v1");
        State.SetImmutableTags(Apps, true);

        Got got = await AskAsync("DELETE", $"{Web}/manifests/v1");

        Assert.Equal((HttpStatusCode.BadRequest, "MANIFEST_INVALID"), (got.Status, got.Code));
        Assert.NotNull(State.DigestOf(Apps, "web", "v1"));
    }

    [Fact]
    public async Task A_blob_stays_as_long_as_a_manifest_of_any_image_refers_to_it()
    {
        State.AddRepository("shop", "us", "other");
        Pushed web = await PushImageAsync("shared"), api = await PushImageAsync("shared", image: "v2/us/shop/apps/api");
        Pushed other = await PushImageAsync("shared", image: "v2/us/shop/other/app");

        await DeleteAsync("us/repositories/apps/packages/web", web);
        Assert.Contains(web.Layer, State.BlobDigests);
        await DeleteAsync("us/repositories/apps/packages/api", api);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("GET", $"{Web}/blobs/{web.Layer}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("GET", $"v2/us/shop/other/app/blobs/{web.Layer}")).Status);
        await DeleteAsync("us/repositories/other/packages/app", other);

        Assert.Empty(State.BlobDigests);
    }

    [Theory]
    [InlineData("packages/web")]
    [InlineData("")]
    public async Task Deleting_an_image_or_a_repository_through_the_api_frees_its_blobs(string what)
    {
        await PushImageAsync("one", "v1");
        await PushBlobAsync(Oci.Bytes("expected"), what.Length > 0 ? "v2/us/shop/apps/api" : Web);

        await FinishAsync(await SendAsync("DELETE", $"{AppsPath}/{what}".TrimEnd('/')));

        // What waits for its manifest belongs to no image yet.
        Assert.Equal(what.Length > 0 ? [Oci.DigestOf("expected"u8)] : [], State.BlobDigests);
    }

    [Fact]
    public async Task A_blob_waits_an_hour_for_its_manifest()
    {
        string digest = await PushBlobAsync(Oci.Bytes("layer"));
        string upload = await StartUploadAsync();

        _clock.Now += TimeSpan.FromMinutes(59);
        await StartUploadAsync();
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("GET", $"{Web}/blobs/{digest}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await AskAsync("GET", upload)).Status);

        _clock.Now += TimeSpan.FromMinutes(2);
        await StartUploadAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("GET", $"{Web}/blobs/{digest}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("GET", upload)).Status);
        Assert.Empty(State.BlobDigests);
    }

    [Fact]
    public async Task A_client_that_was_told_that_a_blob_is_there_can_rely_on_it()
    {
        Pushed old = await PushImageAsync("shared");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("HEAD", $"{Web}/blobs/{old.Layer}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("HEAD", $"{Web}/blobs/{old.Config}")).Status);
        await DeleteAsync("us/repositories/apps/packages/web", old);

        Got put = await AskAsync("PUT", $"{Web}/manifests/v1", old.Manifest, Oci.Manifest);
        Assert.Equal(HttpStatusCode.Created, put.Status);

        await AskAsync("DELETE", $"{Web}/manifests/v1");
        await DeleteAsync("us/repositories/apps/packages/web", old);
        Assert.Empty(State.BlobDigests);
    }

    private async Task RefusedAsync(string digest, string code, string message)
    {
        Got got = await AskAsync("DELETE", $"{Web}/manifests/{digest}");
        Assert.Equal((HttpStatusCode.BadRequest, code, message), (got.Status, got.Code, got.Message));
    }

    private async Task DeleteAsync(string package, Pushed image) =>
        Assert.Null((await FinishAsync(await SendAsync(
            "DELETE", $"v1/projects/shop/locations/{package}/versions/{image.Digest}")))["error"]);

    private sealed class MovingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
