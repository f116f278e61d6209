using Xunit;

namespace ArtifactRegistry.Core.Tests;

public sealed class ImagePatternTests
{
    private const string Repo = "us-docker.pkg.dev/p/r";
    private const string Sha = "sha256:4be1a3f0c2d5968778695a4b3c2d1e0f00112233445566778899aabbccdd9c0a";

    [Theory]
    [InlineData(Repo, Repo, null, null)]
    [InlineData(Repo + "/web", Repo + "/web", null, null)]
    [InlineData(Repo + "/web:v1", Repo + "/web:v1", null, null)]
    [InlineData(Repo + "/web:v1@" + Sha, Repo + "/web:v1@" + Sha, null, null)]
    [InlineData(Repo + "/web*", Repo, "web*", null)]
    [InlineData(Repo + "/team/*", Repo, "team/*", null)]
    [InlineData(Repo + "/*/web?", Repo, "*/web?", null)]
    [InlineData(Repo + "/web*:v*", Repo, "web*", "v*")]
    [InlineData(Repo + "/web:v*", Repo + "/web", null, "v*")]
    [InlineData(Repo + "/web:?", Repo + "/web", null, "?")]
    [InlineData(Repo + "/web*:v1", Repo, "web*", "v1")]
    [InlineData("gcr.io/p/*", "gcr.io/p", "*", null)]
    [InlineData("https://gcr.io/example.com/p/web:*", "gcr.io/example.com/p/web", null, "*")]
    [InlineData("projects/p/locations/us/repositories/r/packages/a%2F*/tags/v*", Repo, "a/*", "v*")]
    public void Wildcards_may_stand_in_image_and_tag(string text, string name, string? package, string? tag)
    {
        ImagePattern pattern = ImagePattern.Parse(text);

        Assert.Equal(name, pattern.Name.ToString());
        Assert.Equal((package, tag), (pattern.PackagePattern, pattern.TagPattern));
        Assert.Equal((package ?? tag) is not null, pattern.HasWildcards);
        Assert.Equal(pattern.ToString(), ImagePattern.Parse(pattern.ToString()).ToString());
    }

    [Theory]
    [InlineData("*", "the host '*' takes no wildcards")]
    [InlineData("*/p/r/web", "the host '*' takes no wildcards")]
    [InlineData("*-docker.pkg.dev/p/r/web", "the location '*' takes no wildcards")]
    [InlineData("us-docker.pkg.dev/p*/r/web", "the project 'p*' takes no wildcards")]
    [InlineData("us-docker.pkg.dev/p/*", "the repository '*' takes no wildcards")]
    [InlineData("us-docker.pkg.dev/p/r?/web", "the repository 'r?' takes no wildcards")]
    [InlineData("gcr.io/*", "the project '*' takes no wildcards")]
    [InlineData(Repo + "/web@*", "the digest '*' takes no wildcards")]
    [InlineData(Repo + "/web@sha256:4be1*", "the digest 'sha256:4be1*' takes no wildcards")]
    [InlineData(Repo + "/web*@" + Sha, "no wildcards beside it")]
    [InlineData(Repo + "/web:v*@" + Sha, "no wildcards beside it")]
    [InlineData(Repo + "/Web*", "the image 'Web*' has upper-case letters")]
    [InlineData(Repo + "/a..*", "the image 'a..*' is malformed")]
    [InlineData(Repo + "/-*", "the image '-*' is malformed")]
    [InlineData(Repo + "/web*:", "the tag is missing")]
    [InlineData(Repo + "/web:.*", "the tag '.*' is malformed")]
    [InlineData(Repo + "/web?x=1", "it contains '='")]
    [InlineData(Repo + "/[ab]", "it contains '['")]
    [InlineData(Repo + "/*/", "it ends with '/'")]
    [InlineData("", "it is empty")]
    public void Says_what_is_wrong(string text, string expected)
    {
        ImageNameException refusal = Assert.Throws<ImageNameException>(() => ImagePattern.Parse(text));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.False(ImagePattern.TryParse(text, out ImagePattern? none));
        Assert.Null(none);
    }

    [Theory]
    [InlineData(Repo, "any/thing", true)]
    [InlineData(Repo + "/web", "web", true)]
    [InlineData(Repo + "/web", "web2", false)]
    [InlineData(Repo + "/web*", "web", true)]
    [InlineData(Repo + "/web*", "web/a/b", true)]
    [InlineData(Repo + "/web*", "my-web", false)]
    [InlineData(Repo + "/team/*", "team/a/b", true)]
    [InlineData(Repo + "/team/*", "team", false)]
    [InlineData(Repo + "/a?c", "a/c", true)]
    [InlineData(Repo + "/a?c", "ac", false)]
    [InlineData(Repo + "/a.*", "abc", false)]
    public void Matches_images(string pattern, string package, bool expected) =>
        Assert.Equal(expected, ImagePattern.Parse(pattern).MatchesPackage(package));

    [Theory]
    [InlineData(Repo, "v1", true)]
    [InlineData(Repo + "/web", "v1", true)]
    [InlineData(Repo + "/web*", "v1", true)]
    [InlineData(Repo + "/web:v1", "v1", true)]
    [InlineData(Repo + "/web:v1", "v10", false)]
    [InlineData(Repo + "/web:v*", "v10", true)]
    [InlineData(Repo + "/web:v*", "V10", false)]
    [InlineData(Repo + "/web*:v1", "v1", true)]
    [InlineData(Repo + "/web*:v1", "v2", false)]
    public void Matches_tags(string pattern, string tag, bool expected) =>
        Assert.Equal(expected, ImagePattern.Parse(pattern).MatchesTag(tag));

    [Fact]
    public void Exactly_means_one_name()
    {
        ImagePattern pattern = ImagePattern.Exactly(ImageName.Parse(Repo + "/web:v1"));

        Assert.False(pattern.HasWildcards);
        Assert.True(pattern.MatchesPackage("web") && pattern.MatchesTag("v1"));
        Assert.False(pattern.MatchesPackage("web2") || pattern.MatchesTag("v2"));
        Assert.Equal(Repo + "/web:v1", pattern.ToString());
    }
}
