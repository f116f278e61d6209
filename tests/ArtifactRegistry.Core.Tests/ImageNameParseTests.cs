using Xunit;

namespace ArtifactRegistry.Core.Tests;

public sealed class ImageNameParseTests
{
    private const string Sha = "sha256:4be1a3f0c2d5968778695a4b3c2d1e0f00112233445566778899aabbccdd9c0a";

    /// <summary>A row for each way to write a name, with the parts that it means.</summary>
    public static TheoryData<string, string, string, string, string?, string?, string?> Spellings => new()
    {
        // LOCATION-docker.pkg.dev/PROJECT/REPO
        { "us-docker.pkg.dev/shop/apps", "us", "shop", "apps", null, null, null },
        { "europe-west1-docker.pkg.dev/p/r-2", "europe-west1", "p", "r-2", null, null, null },
        { "us-docker.pkg.dev/123456789012/apps", "us", "123456789012", "apps", null, null, null },

        // …/a/b[:TAG][@sha256:…]
        { "us-docker.pkg.dev/p/r/web", "us", "p", "r", "web", null, null },
        { "us-docker.pkg.dev/p/r/a/b", "us", "p", "r", "a/b", null, null },
        { "us-docker.pkg.dev/p/r/a/b:V1.0_x-y", "us", "p", "r", "a/b", "V1.0_x-y", null },
        { $"us-docker.pkg.dev/p/r/a/b@{Sha}", "us", "p", "r", "a/b", null, Sha },
        { $"us-docker.pkg.dev/p/r/a/b:v1@{Sha}", "us", "p", "r", "a/b", "v1", Sha },
        { "us-docker.pkg.dev/p/r/a.b_c__d---e/0", "us", "p", "r", "a.b_c__d---e/0", null, null },
        { "us-docker.pkg.dev/p/r/example.com/web", "us", "p", "r", "example.com/web", null, null },
        { $"us-docker.pkg.dev/p/r/web:sha256-{new string('a', 64)}.sig", "us", "p", "r", "web",
            $"sha256-{new string('a', 64)}.sig", null },

        // gcr.io hosts
        { "gcr.io/p", "us", "p", "gcr.io", null, null, null },
        { "gcr.io/p/a/b:v1", "us", "p", "gcr.io", "a/b", "v1", null },
        { "us.gcr.io/p/a", "us", "p", "us.gcr.io", "a", null, null },
        { "eu.gcr.io/p/a", "europe", "p", "eu.gcr.io", "a", null, null },
        { "asia.gcr.io/p/a", "asia", "p", "asia.gcr.io", "a", null, null },
        { "us-docker.pkg.dev/p/gcr.io/a", "us", "p", "gcr.io", "a", null, null },
        { "europe-docker.pkg.dev/p/eu.gcr.io/a", "europe", "p", "eu.gcr.io", "a", null, null },

        // regional endpoint
        { "docker.us-west1.rep.pkg.dev/p/r/a:v1", "us-west1", "p", "r", "a", "v1", null },

        // domain-scoped projects
        { "us-docker.pkg.dev/example.com/my-project/r/a:v1", "us", "example.com:my-project", "r", "a", "v1", null },
        { "us-docker.pkg.dev/example.com:my-project/r/a:v1", "us", "example.com:my-project", "r", "a", "v1", null },
        { "us-docker.pkg.dev/example.com:my-project/r", "us", "example.com:my-project", "r", null, null, null },
        { "gcr.io/example.com/my-project/a", "us", "example.com:my-project", "gcr.io", "a", null, null },
        { "gcr.io/3m.co.uk:my-project", "us", "3m.co.uk:my-project", "gcr.io", null, null, null },
        { "gcr.io/example.com/my-project", "us", "example.com:my-project", "gcr.io", null, null, null },

        // the API's own names
        { "projects/p/locations/us/repositories/r", "us", "p", "r", null, null, null },
        { "projects/p/locations/us/repositories/r/packages/web", "us", "p", "r", "web", null, null },
        { "projects/p/locations/us/repositories/r/packages/a%2Fb%2fc", "us", "p", "r", "a/b/c", null, null },
        { "projects/p/locations/us/repositories/r/packages/a%2Fb/tags/V1", "us", "p", "r", "a/b", "V1", null },
        { $"projects/p/locations/us/repositories/r/packages/a%2Fb/versions/{Sha}", "us", "p", "r", "a/b", null, Sha },
        { $"projects/p/locations/us/repositories/r/dockerImages/a%2Fb@{Sha}", "us", "p", "r", "a/b", null, Sha },
        { "projects/p/locations/us/repositories/gcr.io/packages/a", "us", "p", "gcr.io", "a", null, null },
        { "projects/example.com:p/locations/us/repositories/r", "us", "example.com:p", "r", null, null, null },

        // https:// in front
        { "https://us-docker.pkg.dev/p/r/a:v1", "us", "p", "r", "a", "v1", null },
        { "https://eu.gcr.io/p/a", "europe", "p", "eu.gcr.io", "a", null, null },
    };

    [Theory, MemberData(nameof(Spellings))]
    public void Reads_every_spelling(
        string text, string location, string project, string repository, string? package, string? tag, string? digest)
    {
        ImageName name = ImageName.Parse(text);

        Assert.Equal(
            (location, project, repository, package, tag, digest),
            (name.Location, name.Project, name.Repository, name.Package, name.Tag, name.Digest));
        Assert.Equal(ImageName.Create(location, project, repository, package, tag, digest), name);
        Assert.Equal(name, ImageName.Parse(name.ToString()));
        Assert.True(ImageName.TryParse(text, out ImageName? tried));
        Assert.Equal(name, tried);
        Assert.Equal(name, ImagePattern.Parse(text).Name);
    }

    [Theory]
    [InlineData("us-docker.pkg.dev/p/r/a:v1", "us-docker.pkg.dev/p/r/a:v1")]
    [InlineData("https://docker.us-west1.rep.pkg.dev/p/r/a", "us-west1-docker.pkg.dev/p/r/a")]
    [InlineData("us-docker.pkg.dev/p/gcr.io/a/b:v1", "gcr.io/p/a/b:v1")]
    [InlineData("projects/p/locations/europe/repositories/eu.gcr.io", "eu.gcr.io/p")]
    [InlineData("us-docker.pkg.dev/example.com:p/r/a", "us-docker.pkg.dev/example.com/p/r/a")]
    [InlineData("gcr.io/example.com:p/a", "gcr.io/example.com/p/a")]
    [InlineData("projects/p/locations/us/repositories/r/dockerImages/a%2Fb@" + Sha, "us-docker.pkg.dev/p/r/a/b@" + Sha)]
    [InlineData("us-docker.pkg.dev/p/r/a:v1@" + Sha, "us-docker.pkg.dev/p/r/a:v1@" + Sha)]
    public void Writes_the_name_that_docker_takes(string text, string expected) =>
        Assert.Equal(expected, ImageName.Parse(text).ToString());

    [Fact]
    public void Takes_the_longest_parts_and_no_longer()
    {
        string label = new('a', 63), package = string.Join('/', Enumerable.Repeat("a", 128)), tag = new('T', 128);
        string longest = $"{label}-docker.pkg.dev/{label}/{label}/{package}:{tag}@{Sha}";
        Assert.Equal(255, package.Length);

        ImageName name = ImageName.Parse(longest);

        Assert.Equal(longest, name.ToString());
        Assert.Equal(name.WithDigest(Sha), ImageName.Parse(name.VersionResource));
        Assert.Throws<ImageNameException>(() => name.WithPackage(package + "a"));
        Assert.Throws<ImageNameException>(() => name.WithTag(tag + "a"));
    }
}
