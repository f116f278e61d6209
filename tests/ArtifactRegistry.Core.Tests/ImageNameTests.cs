using Xunit;

namespace ArtifactRegistry.Core.Tests;

public sealed class ImageNameTests
{
    private const string Sha = "sha256:4be1a3f0c2d5968778695a4b3c2d1e0f00112233445566778899aabbccdd9c0a";
    private const string Image = "us-docker.pkg.dev/p/r/a/b";

    [Theory]
    [InlineData("gcr.io/p/a", "us-docker.pkg.dev/p/gcr.io/a")]
    [InlineData("docker.us.rep.pkg.dev/p/gcr.io/a", "https://gcr.io/p/a")]
    [InlineData("us-east1-docker.pkg.dev/p/r", "docker.us-east1.rep.pkg.dev/p/r")]
    [InlineData("gcr.io/example.com/p/a", "us-docker.pkg.dev/example.com:p/gcr.io/a")]
    [InlineData(Image, "projects/p/locations/us/repositories/r/packages/a%2fb")]
    [InlineData(Image + "@" + Sha, "projects/p/locations/us/repositories/r/dockerImages/a%2Fb@" + Sha)]
    public void Two_spellings_are_one_value(string one, string other)
    {
        (ImageName left, ImageName right) = (ImageName.Parse(one), ImageName.Parse(other));

        Assert.Equal(left, right);
        Assert.True(left == right);
        Assert.False(left != right);
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
        Assert.Equal(left.ToString(), right.ToString());
    }

    [Theory]
    [InlineData("us-docker.pkg.dev/p/r/a/c")]
    [InlineData("us-docker.pkg.dev/p/r2/a/b")]
    [InlineData("us-docker.pkg.dev/p2/r/a/b")]
    [InlineData("eu-docker.pkg.dev/p/r/a/b")]
    [InlineData(Image + ":v1")]
    [InlineData(Image + "@" + Sha)]
    [InlineData("us-docker.pkg.dev/p/r")]
    public void Names_that_differ_in_a_part_are_different_values(string other)
    {
        Assert.NotEqual(ImageName.Parse(Image), ImageName.Parse(other));
        Assert.True(ImageName.Parse(Image) != ImageName.Parse(other));
    }

    [Fact]
    public void Tags_differ_by_case() =>
        Assert.NotEqual(ImageName.Parse(Image + ":v1"), ImageName.Parse(Image + ":V1"));

    [Fact]
    public void A_name_is_not_equal_to_null_or_to_a_text()
    {
        ImageName name = ImageName.Parse(Image);

        Assert.False(name.Equals(null));
        Assert.False(name == null);
        Assert.True((ImageName?)null == null);
        Assert.False(name.Equals((object)Image));
    }

    [Fact]
    public void Resource_names_escape_the_slashes_of_the_image_once()
    {
        ImageName name = ImageName.Parse($"us-docker.pkg.dev/example.com/p/r/a/b/c:v1@{Sha}");
        const string repository = "projects/example.com:p/locations/us/repositories/r";

        Assert.Equal(repository, name.RepositoryResource);
        Assert.Equal($"{repository}/packages/a%2Fb%2Fc", name.PackageResource);
        Assert.Equal($"{repository}/packages/a%2Fb%2Fc/versions/{Sha}", name.VersionResource);
        Assert.Equal($"{repository}/packages/a%2Fb%2Fc/tags/v1", name.TagResource);
        Assert.Equal($"{repository}/dockerImages/a%2Fb%2Fc@{Sha}", name.DockerImageResource);
    }

    [Fact]
    public void A_resource_that_the_name_does_not_have_is_an_error()
    {
        ImageName image = ImageName.Parse(Image), repository = image.ToRepository();

        Assert.Contains("has no image", Assert.Throws<InvalidOperationException>(
            () => repository.PackageResource).Message, StringComparison.Ordinal);
        Assert.Contains("has no digest", Assert.Throws<InvalidOperationException>(
            () => image.WithTag("v1").VersionResource).Message, StringComparison.Ordinal);
        Assert.Contains("has no tag", Assert.Throws<InvalidOperationException>(
            () => image.WithDigest(Sha).TagResource).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => image.DockerImageResource);
        Assert.Throws<InvalidOperationException>(repository.ToImage);
        Assert.Throws<InvalidOperationException>(() => repository.WithTag("v1"));
        Assert.Throws<InvalidOperationException>(() => repository.WithTagAndDigest(null, null));
    }

    [Theory]
    [InlineData("us-docker.pkg.dev/p/r", true, false)]
    [InlineData("gcr.io/p", true, false)]
    [InlineData(Image, false, true)]
    [InlineData(Image + ":v1", false, false)]
    [InlineData(Image + "@" + Sha, false, false)]
    public void Only_a_bare_name_is_the_whole_image(string text, bool isRepository, bool isWholeImage)
    {
        ImageName name = ImageName.Parse(text);

        Assert.Equal((isRepository, isWholeImage), (name.IsRepository, name.IsWholeImage));
    }

    [Fact]
    public void Derived_names_keep_what_they_should()
    {
        ImageName name = ImageName.Parse($"{Image}:v1@{Sha}");

        Assert.Equal("us-docker.pkg.dev/p/r", name.ToRepository().ToString());
        Assert.Equal(Image, name.ToImage().ToString());
        Assert.Equal("us-docker.pkg.dev/p/r/c", name.WithPackage("c").ToString());
        Assert.Equal($"{Image}:v2", name.WithTag("v2").ToString());
        Assert.Equal($"{Image}@{Sha}", name.WithDigest(Sha).ToString());
        Assert.Equal($"{Image}:v2@{Sha}", name.WithTagAndDigest("v2", Sha).ToString());
        Assert.Equal(Image, name.WithTagAndDigest(null, null).ToString());
        Assert.Equal($"{Image}:v1@{Sha}", name.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("v 1")]
    [InlineData("v1@" + Sha)]
    [InlineData("v1/../../x")]
    public void Derived_names_are_validated(string? hostile)
    {
        ImageName name = ImageName.Parse(Image);

        Assert.Throws<ImageNameException>(() => name.WithTag(hostile!));
        Assert.Throws<ImageNameException>(() => name.WithDigest(hostile!));
        Assert.Throws<ImageNameException>(() => name.WithPackage(hostile!));
    }

    [Theory]
    [InlineData(Sha, true, "sha256:4be1…9c0a")]
    [InlineData("sha256:4be1", false, "sha256:4be1")]
    [InlineData("", false, "")]
    [InlineData(null, false, "")]
    [InlineData("sha256:4BE1A3F0C2D5968778695A4B3C2D1E0F00112233445566778899AABBCCDD9C0A", false,
        "sha256:4BE1A3F0C2D5968778695A4B3C2D1E0F00112233445566778899AABBCCDD9C0A")]
    [InlineData(Sha + "\n", false, Sha + "\n")]
    public void A_digest_is_shortened_only_if_it_is_one(string? digest, bool valid, string shortened)
    {
        Assert.Equal(valid, Digest.IsValid(digest));
        Assert.Equal(shortened, Digest.Shorten(digest));
    }
}
