using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class PushManifestTests : RegistryTest
{
    [Fact, Trait(Spec, "#pushing-manifests")]
    public async Task A_manifest_is_pushed_by_tag_and_by_digest_and_can_be_pulled_from_where_it_says()
    {
        Pushed image = await PushImageAsync("layer");

        foreach (string reference in (string[])[image.Digest, "v1", "v1.0_x-2"])
        {
            Got put = await AskAsync(
                "PUT",
                $"{Web}/manifests/{reference}",
                image.Manifest,
                Oci.Manifest + "; charset=utf-8"
            );
            Assert.Equal(HttpStatusCode.Created, put.Status);
            Assert.Equal(image.Digest, put.Headers["Docker-Content-Digest"]);
            Assert.Equal(image.Manifest, (await AskAsync("GET", put.Headers["Location"])).Content);
        }
        Assert.Equal(["v1", "v1.0_x-2"], State.TagsOf(Apps, "web", image.Digest));
    }

    [Fact, Trait(Spec, "#pushing-manifests")]
    public async Task A_push_under_a_tag_takes_the_tag_from_the_image_that_had_it()
    {
        Pushed first = await PushImageAsync("one", "latest");
        Pushed second = await PushImageAsync("two", "latest");

        Assert.Equal(second.Digest, State.DigestOf(Apps, "web", "latest"));
        Assert.Equal([first.Digest], State.UntaggedDigests(Apps, "web"));
    }

    [Fact, Trait(Spec, "#pushing-manifests")]
    public async Task A_push_by_digest_can_bring_its_tags()
    {
        Pushed image = await PushImageAsync("layer");

        Got put = await AskAsync(
            "PUT",
            $"{Web}/manifests/{image.Digest}?tag=1&tag=1.2&tag=latest",
            image.Manifest,
            Oci.Manifest
        );

        Assert.Equal((HttpStatusCode.Created, "1, 1.2, latest"), (put.Status, put.Headers["OCI-Tag"]));
        Assert.Equal(["1", "1.2", "latest"], State.TagsOf(Apps, "web", image.Digest));
    }

    [Fact, Trait(Spec, "#push")]
    public async Task A_manifest_whose_blobs_or_children_are_not_there_is_refused()
    {
        byte[] config = "{}"u8.ToArray(), layer = Oci.Bytes("never pushed");
        await PushBlobAsync(config);

        Got image = await PutAsync(Oci.ImageOf(config, layer));
        Got index = await PutAsync(Oci.IndexOf((layer, "linux/amd64")));

        Assert.Equal((HttpStatusCode.NotFound, "MANIFEST_BLOB_UNKNOWN"), (image.Status, image.Code));
        Assert.Contains(Oci.DigestOf(layer), image.Message, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.NotFound, "MANIFEST_BLOB_UNKNOWN"), (index.Status, index.Code));
        Assert.Empty(State.Packages(Apps));
    }

    [Fact, Trait(Spec, "#push")]
    public async Task Layers_that_come_from_elsewhere_need_not_be_there()
    {
        await PushImageAsync("layer", "v1", change: manifest =>
        {
            JsonObject foreign = Oci.Descriptor(
                "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                [1, 2, 3]
            );
            foreign["urls"] = new JsonArray("https://example.com/layer");
            manifest["layers"]!.AsArray().Add(foreign);
        });

        Assert.Equal(["v1"], State.Tags(Apps, "web").Keys);
    }

    [Theory, Trait(Spec, "#pushing-manifests")]
    [InlineData("""{"schemaVersion":1}""", Oci.Manifest)]
    [InlineData("""{"schemaVersion":2,"layers":[]}""", Oci.Manifest)]
    [InlineData("""{"schemaVersion":2,"config":{"digest":"sha256:1","size":2},"layers":[]}""", Oci.Manifest)]
    [InlineData("""{"schemaVersion":2,"manifests":{}}""", Oci.Index)]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json"}""", Oci.Manifest)]
    [InlineData("""{"schemaVersion":2}""", "application/vnd.docker.distribution.manifest.v1+prettyjws")]
    [InlineData("""{"schemaVersion":2""", Oci.Manifest)]
    [InlineData("[]", Oci.Manifest)]
    public async Task What_is_no_manifest_is_refused(string content, string contentType)
    {
        Got got = await AskAsync("PUT", $"{Web}/manifests/v1", Oci.Bytes(content), contentType);

        Assert.Equal((HttpStatusCode.BadRequest, "MANIFEST_INVALID"), (got.Status, got.Code));
        Assert.Empty(State.Packages(Apps));
    }

    [Theory, Trait(Spec, "#pushing-manifests")]
    [InlineData(Missing, "DIGEST_INVALID")]
    [InlineData("sha256:1", "DIGEST_INVALID")]
    [InlineData(".hidden", "MANIFEST_INVALID")]
    public async Task A_reference_that_is_not_the_manifests_digest_and_no_tag_is_refused(string reference, string code)
    {
        Pushed image = await PushImageAsync("layer");

        Got got = await AskAsync("PUT", $"{Web}/manifests/{reference}", image.Manifest, Oci.Manifest);

        Assert.Equal((HttpStatusCode.BadRequest, code), (got.Status, got.Code));
    }

    [Theory, Trait(Spec, "#pushing-manifests")]
    [InlineData(4_000_000, HttpStatusCode.Created)]
    [InlineData(4_300_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Manifests_of_4_megabytes_are_taken_and_larger_ones_refused(int size, HttpStatusCode status)
    {
        byte[] config = "{}"u8.ToArray();
        await PushBlobAsync(config);
        JsonObject manifest = Oci.ImageOf(config);
        manifest["annotations"] = new JsonObject { ["filler"] = new string('x', size - 400) };

        Assert.Equal(status, (await PutAsync(manifest, "v1")).Status);
    }

    [Fact, Trait(Spec, "#pushing-manifests-with-subject")]
    public async Task A_subject_is_acknowledged_and_may_come_later()
    {
        byte[] config = "{}"u8.ToArray();
        await PushBlobAsync(config);
        JsonObject manifest = Oci.ImageOf(config);
        manifest["artifactType"] = "application/vnd.example.signature";
        manifest["subject"] = new JsonObject { ["mediaType"] = Oci.Manifest, ["digest"] = Missing, ["size"] = 7 };

        Got put = await PutAsync(manifest);

        Assert.Equal((HttpStatusCode.Created, Missing), (put.Status, put.Headers["OCI-Subject"]));
    }

    [Fact]
    public async Task Immutable_tags_are_not_moved_by_a_push_but_may_be_pushed_again()
    {
        Pushed image = await PushImageAsync("one", "v1");
        Pushed other = await PushImageAsync("two");
        State.SetImmutableTags(Apps, true);

        Got moved = await AskAsync("PUT", $"{Web}/manifests/v1", other.Manifest, Oci.Manifest);
        Got again = await AskAsync("PUT", $"{Web}/manifests/v1", image.Manifest, Oci.Manifest);

        Assert.Equal((HttpStatusCode.BadRequest, "MANIFEST_INVALID"), (moved.Status, moved.Code));
        Assert.Equal("cannot update tag v1. The repository has enabled tag immutability", moved.Message);
        Assert.Equal(HttpStatusCode.Created, again.Status);
        Assert.Equal(image.Digest, State.DigestOf(Apps, "web", "v1"));
    }

    [Fact]
    public async Task The_api_shows_what_was_pushed()
    {
        Pushed amd = await PushImageAsync("amd64"), arm = await PushImageAsync("arm64");
        JsonObject index = Oci.IndexOf((amd.Manifest, "linux/amd64"), (arm.Manifest, "linux/arm64"));
        await PutAsync(index, "v1");
        string digest = Oci.DigestOf(Oci.Bytes(index));
        await PushImageAsync("signature", change: manifest =>
        {
            manifest["artifactType"] = "application/vnd.example.signature";
            manifest["subject"] = new JsonObject { ["mediaType"] = Oci.Index, ["digest"] = digest, ["size"] = 7 };
        });

        Behaviour.SubjectDigest = true;
        List<JsonObject> images = await ListAsync($"{AppsPath}/dockerImages", "dockerImages");

        Assert.Equal(4, images.Count);
        JsonObject multi = images.Single(image => Digest(image) == digest);
        Assert.Equal("v1", (string?)multi["tags"]![0]);
        Assert.Equal(Oci.Index, (string?)multi["mediaType"]);
        Assert.Equal(
            [$"linux/amd64 {amd.Digest}", $"linux/arm64 {arm.Digest}"],
            multi["imageManifests"]!
                .AsArray()
                .Select(child => $"{child!["os"]}/{child["architecture"]} {child["digest"]}")
        );
        JsonObject single = images.Single(image => Digest(image) == amd.Digest);
        Assert.Equal("2026-01-02T03:04:05Z", (string?)single["buildTime"]);
        JsonNode manifest = JsonNode.Parse(amd.Manifest)!;
        Assert.Equal(
            (long)manifest["config"]!["size"]! + (long)manifest["layers"]![0]!["size"]!,
            long.Parse((string)single["imageSizeBytes"]!, System.Globalization.CultureInfo.InvariantCulture));
        JsonObject signature = images.Single(image => image["subjectDigest"] is not null);
        Assert.Equal(digest, (string?)signature["subjectDigest"]);
        Assert.Equal("application/vnd.example.signature", (string?)signature["artifactType"]);
        Assert.All(images, image => Assert.InRange(
            DateTimeOffset.Parse((string)image["uploadTime"]!, System.Globalization.CultureInfo.InvariantCulture),
            DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1)));
    }
}
