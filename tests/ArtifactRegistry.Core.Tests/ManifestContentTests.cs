using System.Text;
using ArtifactRegistry.Clients;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>
/// Whoever pushes writes the bytes of a manifest, so anything may stand there, and none of it may lose a digest.
/// </summary>
public sealed class ManifestContentTests
{
    private const string A = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    private const string Sha512 =
        "sha512:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

    [Theory]
    [InlineData("""{"manifests": null}""")]
    [InlineData("""{"manifests": []}""")]
    [InlineData("""{"manifests": [null, 7, {}, {"digest": null}, {"digest": "sha256:0"}]}""")]
    public void An_index_that_lists_nothing_is_an_index_without_entries(string json)
    {
        ManifestContent content = Read(json);

        Assert.True(content.IsIndex);
        Assert.Empty(content.Entries);
        Assert.False(content.ListsByOtherDigest);
    }

    [Theory]
    [InlineData($$"""{"manifests": [{"digest": "{{A}}"}], "manifests": [{"digest": "{{B}}"}]}""")]
    [InlineData($$"""{"manifests": [{"digest": "{{A}}", "digest": "{{B}}"}]}""")]
    [InlineData($$"""{"Manifests": [{"digest": "{{A}}"}], "manifests": [{"Digest": "{{B}}"}]}""")]
    [InlineData($$"""{"manifests": {"0": {"digest": "{{A}}"}, "1": "{{B}}"} }""")]
    [InlineData($$"""{"manifests": ["{{A}}", ["{{B}}"]]}""")]
    public void Names_that_stand_there_twice_and_other_shapes_count_all(string json) =>
        Assert.Equal([A, B], Read(json).Entries.Select(entry => entry.Digest));

    [Theory]
    [InlineData($$"""{"subject": {"digest": "{{A}}"}, "subject": {"digest": "{{B}}"} }""")]
    [InlineData($$"""{"subject": {"digest": "{{A}}", "digest": "{{B}}"} }""")]
    [InlineData($$"""{"SUBJECT": {"digest": "{{A}}"}, "subject": "{{B}}"}""")]
    public void Every_subject_counts(string json) => Assert.Equal([A, B], Read(json).Subjects);

    [Theory]
    [InlineData("application/vnd.oci.image.index.v1+json")]
    [InlineData("application/vnd.example.unknown+json")]
    [InlineData("application/vnd.oci.image.manifest.v1+json")]
    public void A_subject_counts_whatever_the_type_says(string type) =>
        Assert.Equal([A], Read($$"""{"mediaType": "{{type}}", "subject": {"digest": "{{A}}"} }""").Subjects);

    [Fact]
    public void Digests_in_capitals_are_the_same_digests() =>
        Assert.Equal(
            [A],
            Read($$"""{"manifests": [{"digest": "{{A.ToUpperInvariant()}}"}]}""").Entries.Select(entry => entry.Digest)
        );

    [Theory]
    [InlineData("not json sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("[\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]")]
    [InlineData(
        "{\"manifests\": [{\"digest\": \"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
    )]
    [InlineData(
        "{\"\\ud800\": 1, \"manifests\": [{\"digest\": "
            + "\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}]}"
    )]
    public void What_is_no_JSON_object_holds_every_digest_that_stands_in_it(string text)
    {
        ManifestContent content = Read(text);

        Assert.Equal([A], content.Entries.Select(entry => entry.Digest).Distinct());
    }

    [Fact]
    public void Digests_that_are_not_SHA_256_are_noted_except_where_they_are_blobs()
    {
        Assert.True(Read($$"""{"manifests": [{"digest": "{{Sha512}}"}]}""").ListsByOtherDigest);
        Assert.True(Read($$"""{"subject": {"digest": "{{Sha512}}"} }""").HasSubjectByOtherDigest);
        Assert.False(Read($$"""
            {"manifests": [{"digest": "{{Sha512}}", "mediaType": "application/vnd.oci.image.layer.v1.tar+zstd"}],
             "config": {"digest": "{{Sha512}}"}, "layers": [{"digest": "{{Sha512}}"}]}
            """).ListsByOtherDigest);
    }

    [Theory]
    [InlineData("""{"os": "linux", "architecture": "arm", "variant": "v7"}""", "", "linux/arm/v7", false)]
    [InlineData(
        """{"os": "unknown", "architecture": "unknown"}""",
        """{"vnd.docker.reference.type": "attestation-manifest"}""",
        "unknown/unknown",
        true
    )]
    [InlineData("""{"os": "unknown", "architecture": "unknown"}""", """{"other": "x"}""", "unknown/unknown", false)]
    [InlineData(
        """{"os": "linux", "architecture": "amd64"}""",
        """{"vnd.docker.reference.type": "attestation-manifest"}""",
        "linux/amd64",
        false
    )]
    [InlineData("null", "null", null, false)]
    [InlineData("{}", "{}", null, false)]
    [InlineData("\"linux\"", "[]", null, false)]
    public void Only_what_BuildKit_marks_is_an_attestation(
        string platform,
        string annotations,
        string? expected,
        bool isAttestation
    )
    {
        string notes = annotations.Length == 0 ? "" : $", \"annotations\": {annotations}";

        ManifestEntry entry = Assert.Single(
            Read($$"""{"manifests": [{"digest": "{{A}}", "platform": {{platform}}{{notes}}}]}""").Entries
        );

        Assert.Equal((expected, isAttestation), (entry.Platform, entry.IsAttestation));
    }

    [Theory]
    [InlineData("application/vnd.oci.image.config.v1+json", null)]
    [InlineData("application/vnd.docker.container.image.v1+json", null)]
    [InlineData("application/vnd.wasm.config.v0+json", "application/vnd.wasm.config.v0+json")]
    public void The_configuration_tells_the_artifact_type_where_it_is_no_images(string type, string? artifactType)
    {
        ManifestContent content = Read($$"""{"config": {"mediaType": "{{type}}", "digest": "{{A}}"} }""");

        Assert.Equal((A, artifactType), (content.ConfigDigest, content.ArtifactType));
    }

    [Fact]
    public void Schema_1_refers_to_nothing()
    {
        ManifestContent content = Read(
            $$"""{"schemaVersion": 1, "fsLayers": [{"blobSum": "{{A}}"}], "signatures": [{}]}"""
        );

        Assert.Equal(
            (false, true, 0, 0),
            (content.IsIndex, content.IsReadable, content.Entries.Count, content.Subjects.Count)
        );
    }

    private static ManifestContent Read(string text) => ManifestContent.Parse(Encoding.UTF8.GetBytes(text));
}
