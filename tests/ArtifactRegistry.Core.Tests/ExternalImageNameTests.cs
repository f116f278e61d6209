using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>Names of images in registries other than Artifact Registry.</summary>
public sealed class ExternalImageNameTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData(
        "docker.io/library/alpine:3.20",
        "docker.io/library/alpine:3.20",
        "https://registry-1.docker.io/v2/library/alpine/")]
    [InlineData(
        "docker.io/alpine:3.20",
        "docker.io/library/alpine:3.20",
        "https://registry-1.docker.io/v2/library/alpine/")]
    [InlineData("index.docker.io/owner/app:1", "docker.io/owner/app:1", "https://registry-1.docker.io/v2/owner/app/")]
    [InlineData("https://GHCR.io/owner/app:v1", "ghcr.io/owner/app:v1", "https://ghcr.io/v2/owner/app/")]
    [InlineData("quay.io/a/b/c:x", "quay.io/a/b/c:x", "https://quay.io/v2/a/b/c/")]
    [InlineData(
        "mcr.microsoft.com/dotnet/runtime:10.0",
        "mcr.microsoft.com/dotnet/runtime:10.0",
        "https://mcr.microsoft.com/v2/dotnet/runtime/")]
    [InlineData(
        "mirror.gcr.io/library/nginx:1",
        "mirror.gcr.io/library/nginx:1",
        "https://mirror.gcr.io/v2/library/nginx/")]
    [InlineData("registry.example:8443/app:1", "registry.example:8443/app:1", "https://registry.example:8443/v2/app/")]
    [InlineData("localhost/app:1", "localhost/app:1", "http://localhost/v2/app/")]
    [InlineData("localhost:5000/app:1", "localhost:5000/app:1", "http://localhost:5000/v2/app/")]
    [InlineData("127.0.0.1:5000/us/p/r/app:1", "127.0.0.1:5000/us/p/r/app:1", "http://127.0.0.1:5000/v2/us/p/r/app/")]
    [InlineData("10.0.0.5:5000/app:1", "10.0.0.5:5000/app:1", "https://10.0.0.5:5000/v2/app/")]
    [InlineData(
        "127.0.0.1.evil.example/app:1",
        "127.0.0.1.evil.example/app:1",
        "https://127.0.0.1.evil.example/v2/app/")]
    [InlineData("ghcr.io/o/a@" + Digest, "ghcr.io/o/a@" + Digest, "https://ghcr.io/v2/o/a/")]
    [InlineData("ghcr.io/o/a:t@" + Digest, "ghcr.io/o/a:t@" + Digest, "https://ghcr.io/v2/o/a/")]
    public void A_name_says_where_the_image_is(string text, string name, string address)
    {
        Assert.True(ExternalImageName.HasExternalHost(text));
        ExternalImageName read = ExternalImageName.Parse(text);
        Assert.Equal(name, read.ToString());
        Assert.Equal(address, read.Address.AbsoluteUri);
        Assert.Equal(name, ExternalImageName.Parse(read.ToString()).ToString());
    }

    [Theory]
    [InlineData("us-docker.pkg.dev/p/r/web:v1")]
    [InlineData("https://us-docker.pkg.dev/p/r/web:v1")]
    [InlineData("us-docker.pkg.dev:443/p/r/web:v1")]
    [InlineData("US-docker.pkg.dev/p/r/web:v1")]
    [InlineData("us-npm.pkg.dev/p/r/web:v1")]
    [InlineData("gcr.io/p/web:v1")]
    [InlineData("eu.gcr.io:443/p/web:v1")]
    [InlineData("projects/p/locations/us/repositories/r")]
    [InlineData("alpine:3.20")]
    [InlineData("library/alpine:3.20")]
    [InlineData("owner@docker.io/library/alpine:3.20")]
    [InlineData("docker.io.:443/library/alpine:3.20")]
    [InlineData("docker..io/library/alpine:3.20")]
    [InlineData("-docker.io/library/alpine:3.20")]
    [InlineData("[::1]:5000/app:1")]
    [InlineData("docker.io")]
    [InlineData("")]
    public void No_other_host_is_seen_in(string text) => Assert.False(ExternalImageName.HasExternalHost(text));

    [Theory]
    [InlineData("docker.io/library/alpine", "neither a tag nor a digest")]
    [InlineData("docker.io/library/alpine:", "the tag is missing")]
    [InlineData("docker.io/library/alpine:3.*", "wildcards")]
    [InlineData("docker.io/library/*:3", "wildcards")]
    [InlineData("docker.io/Library/alpine:3", "upper-case")]
    [InlineData("docker.io/library/../alpine:3", "malformed")]
    [InlineData("docker.io//alpine:3", "malformed")]
    [InlineData("docker.io/library/alpine@sha256:12", "a shortened digest")]
    [InlineData("docker.io/library/alpine@" + Digest + ":3", "sha256:")]
    [InlineData("ghcr.io:0/a:1", "is not a host")]
    [InlineData("ghcr.io:99999/a:1", "is not a host")]
    [InlineData("ghcr.io/a%2fb:1", "malformed")]
    public void What_is_no_such_name_is_refused(string text, string why) =>
        Assert.Contains(
            why, Assert.Throws<ImageNameException>(() => ExternalImageName.Parse(text))
                .Message, StringComparison.Ordinal);
}
