using System.Text.Json;
using ArtifactRegistry.Clients;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>What the service says of a digest, as an object.</summary>
public sealed class DockerImageTests
{
    private const string Sha = "sha256:4be1a3f0c2d5968778695a4b3c2d1e0f00112233445566778899aabbccdd9c0a";
    private const string Name = "projects/example.com:p/locations/us/repositories/r/dockerImages/a%2Fb@" + Sha;
    private const string OciImage = "application/vnd.oci.image.manifest.v1+json";
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    private const string Hex = "4be1a3f0c2d5968778695a4b3c2d1e0f00112233445566778899aabbccdd9c0a";

    [Theory]
    [InlineData(OciImage, null, false, "", ImageKind.Image)]
    [InlineData(OciImage, null, false, "v1,latest", ImageKind.Image)]
    [InlineData(OciImage, "", false, "", ImageKind.Image)]
    [InlineData(DockerManifest, null, false, "", ImageKind.Image)]
    [InlineData(null, null, false, "", ImageKind.Image)]
    [InlineData(OciImage, "application/vnd.oci.image.config.v1+json", false, "", ImageKind.Image)]
    [InlineData(DockerManifest, "application/vnd.docker.container.image.v1+json", false, "", ImageKind.Image)]
    [InlineData(OciImage, OciImage, false, "", ImageKind.Image)]
    [InlineData(DockerManifest, DockerManifest, false, "", ImageKind.Image)]
    [InlineData(OciIndex, null, false, "", ImageKind.Index)]
    [InlineData(DockerList, null, false, "v1", ImageKind.Index)]
    [InlineData(OciIndex, "application/vnd.example+type", true, "sha256-" + Hex, ImageKind.Index)]
    [InlineData(OciImage, "application/vnd.dev.cosign.artifact.sig.v1+json", true, "", ImageKind.Signature)]
    [InlineData(OciImage, "application/vnd.dev.cosign.simplesigning.v1+json", true, "", ImageKind.Signature)]
    [InlineData(OciImage, "application/vnd.cncf.notary.signature", true, "", ImageKind.Signature)]
    [InlineData(OciImage, "application/vnd.dev.sigstore.bundle.v0.3+json", true, "", ImageKind.Attestation)]
    [InlineData(OciImage, "application/vnd.in-toto+json", true, "", ImageKind.Attestation)]
    [InlineData(OciImage, "application/vnd.dsse.envelope.v1+json", true, "", ImageKind.Attestation)]
    [InlineData(OciImage, "application/spdx+json", true, "", ImageKind.Sbom)]
    [InlineData(OciImage, "text/spdx", true, "", ImageKind.Sbom)]
    [InlineData(OciImage, "application/vnd.cyclonedx+json", true, "", ImageKind.Sbom)]
    [InlineData(OciImage, "application/vnd.syft+json", true, "", ImageKind.Sbom)]
    [InlineData(OciImage, "application/vnd.cncf.helm.config.v1+json", false, "1.2.3", ImageKind.Artifact)]
    [InlineData(OciImage, null, true, "", ImageKind.Artifact)]
    [InlineData(OciImage, OciImage, true, "", ImageKind.Artifact)] // what the API says of a subject without a type
    [InlineData(OciImage, null, false, "sha256-" + Hex + ".sig", ImageKind.Signature)]
    [InlineData(OciImage, null, false, "sha256-" + Hex + ".att", ImageKind.Attestation)]
    [InlineData(OciImage, null, false, "sha256-" + Hex + ".sbom", ImageKind.Sbom)]
    [InlineData(OciImage, null, false, "sha256-" + Hex, ImageKind.Image)]
    [InlineData(OciImage, null, false, "sha256-" + Hex + ".txt", ImageKind.Image)]
    [InlineData(OciImage, null, false, "sha256-checked.sig", ImageKind.Image)]
    [InlineData(OciImage, null, false, "v1.sig", ImageKind.Image)]
    public void The_kind_is_told_from_media_type_artifact_type_subject_and_the_tags_of_cosign(
        string? mediaType, string? artifactType, bool subject, string tags, ImageKind kind)
    {
        DockerImage image = DockerImage.From(Message() with
        {
            MediaType = mediaType,
            ArtifactType = artifactType,
            SubjectDigest = subject ? Sha : null,
            Tags = tags.Length == 0 ? null : tags.Split(','),
        }, ImageName.Parse(Name));

        Assert.Equal(kind, image.ImageKind);
    }

    [Fact]
    public void All_that_the_service_says_is_read()
    {
        DockerImage image = Read($$"""
            {
              "name": "{{Name}}", "uri": "us-docker.pkg.dev/example.com:p/r/a/b@{{Sha}}", "tags": ["v2", "latest"],
              "imageSizeBytes": "9876543210", "uploadTime": "2024-03-01T12:00:00.123456789Z",
                "mediaType": "{{OciIndex}}",
              "buildTime": "1980-01-01T00:00:00Z", "updateTime": "2024-07-01T12:00:00+02:00", "artifactType": "x/y",
              "subjectDigest": "{{Sha}}", "future": [1, 2],
              "imageManifests": [
                {"architecture": "amd64", "os": "linux", "digest": "{{Sha}}", "mediaType": "{{OciImage}}",
                  "osFeatures": []},
                {"architecture": "arm", "os": "linux", "digest": "{{Sha}}", "variant": "v7"},
                {"architecture": "unknown", "os": "unknown", "digest": "{{Sha}}", "variant": ""},
                {"digest": "{{Sha}}"}
              ]
            }
            """);

        Assert.Equal($"us-docker.pkg.dev/example.com/p/r/a/b@{Sha}", image.Uri);
        Assert.Equal(image.Uri, image.ToString());
        Assert.Equal("us-docker.pkg.dev/example.com/p/r/a/b", image.Image);
        Assert.Equal(
            ("example.com:p", "us", "r", "a/b", Sha),
            (image.Project, image.Location, image.Repository, image.Package, image.Digest)
        );
        Assert.Equal(["v2", "latest"], image.Tags);
        Assert.Equal(9_876_543_210, image.SizeBytes);
        Assert.Equal(
            (OciIndex, "x/y", Sha, ImageKind.Index),
            (image.MediaType, image.ArtifactType, image.SubjectDigest, image.ImageKind)
        );
        Assert.Equal(["linux/amd64", "linux/arm/v7"], image.Platforms);
        Assert.Equal(4, image.Children.Count);
    }

    [Fact]
    public void Times_are_local()
    {
        DockerImage image = Read($$"""
            {"name": "{{Name}}", "uploadTime": "2024-03-01T12:00:00.5Z", "updateTime": "2024-07-01T12:00:00+02:00"}
            """);

        Assert.Equal(DateTimeKind.Local, image.UploadTime!.Value.Kind);
        Assert.Equal(
            new DateTime(2024, 3, 1, 12, 0, 0, 500, DateTimeKind.Utc),
            image.UploadTime.Value.ToUniversalTime()
        );
        Assert.Equal(new DateTime(2024, 7, 1, 10, 0, 0, DateTimeKind.Utc), image.UpdateTime!.Value.ToUniversalTime());
    }

    [Fact]
    public void The_year_1_is_no_time()
    {
        // What a program in Go writes that has no time. As a time it would be older than any age.
        DockerImage image = Read(
            $$"""{"name": "{{Name}}", "uploadTime": "0001-01-01T00:00:00Z", "buildTime": "0001-01-01T00:00:00Z"}"""
        );

        Assert.Null(image.UploadTime);
        Assert.Null(image.BuildTime);
    }

    [Fact]
    public void What_the_service_leaves_out_is_empty_and_not_null_where_it_is_a_list()
    {
        DockerImage image = Read($$"""{"name": "{{Name}}", "artifactType": "", "subjectDigest": ""}""");

        Assert.Same(TagList.Empty, image.Tags);
        Assert.Empty(image.Platforms);
        Assert.Equal(0, image.SizeBytes);
        Assert.Null(image.UploadTime);
        Assert.Null(image.UpdateTime);
        Assert.Null(image.BuildTime);
        Assert.Null(image.MediaType);
        Assert.Null(image.ArtifactType);
        Assert.Null(image.SubjectDigest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("web")]
    [InlineData("projects/p/locations/us/repositories/r")]
    [InlineData("projects/p/locations/us/repositories/r/packages/web")]
    [InlineData("projects/p/locations/us/repositories/r/dockerImages/web")]
    [InlineData("projects/p/locations/us/repositories/r/dockerImages/web@sha256:1")]
    [InlineData("projects/other/locations/us/repositories/r/dockerImages/web@" + Sha)]
    [InlineData("projects/p/locations/europe/repositories/r/dockerImages/web@" + Sha)]
    [InlineData("projects/p/locations/us/repositories/s/dockerImages/web@" + Sha)]
    public void A_name_that_is_no_digest_of_the_repository_is_not_read(string name) =>
        Assert.Null(new ListedNames(ImageName.Parse("us-docker.pkg.dev/p/r")).Read(name));

    [Fact]
    public void A_projects_number_in_place_of_its_id_is_read_under_the_name_that_was_asked_for()
    {
        ListedNames names = new(ImageName.Parse("us-docker.pkg.dev/p/r"));

        Assert.Equal(
            "us-docker.pkg.dev/p/r/web@" + Sha,
            $"{names.Read("projects/123/locations/us/repositories/r/dockerImages/web@" + Sha)}"
        );
    }

    [Fact]
    public void All_tags_stand_in_for_those_of_the_message()
    {
        DockerImage image = DockerImage.From(Message() with { Tags = ["a"] }, ImageName.Parse(Name), ["a", "b"]);

        Assert.Equal("a, b", image.Tags.ToString());
    }

    [Fact]
    public void A_list_of_tags_reads_as_text_and_is_a_list_to_PowerShell()
    {
        Assert.Equal("", TagList.Empty.ToString());
        Assert.Equal("one", new TagList(["one"]).ToString());
        Assert.Equal("one, two", new TagList(["one", "two"]).ToString());
        // PowerShell takes an IList without elements for false, and an object that is not a list for true.
        Assert.Empty(Assert.IsType<System.Collections.IList>(TagList.Empty, exactMatch: false));
        Assert.Throws<NotSupportedException>(() => ((IList<string>)TagList.Empty).Add("x"));
    }

    private static DockerImageMessage Message() => new(Name, null, null, null, null, null, null, null, null, null);

    private static DockerImage Read(string json)
    {
        DockerImageMessage message = DockerImageMessage.Read(JsonDocument.Parse(json).RootElement);
        return DockerImage.From(message, ImageName.Parse(message.Name));
    }
}
