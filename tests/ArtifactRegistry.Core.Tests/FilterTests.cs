using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Operations;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>The listing of an image is the same whatever the service does with the filter.</summary>
public sealed class FilterTests : CoreTest
{
    [Theory]
    [InlineData(FilterSupport.Supported, 1000)]
    [InlineData(FilterSupport.Supported, 2)]
    [InlineData(FilterSupport.Rejected, 1000)]
    [InlineData(FilterSupport.Rejected, 2)]
    [InlineData(FilterSupport.Ignored, 1000)]
    [InlineData(FilterSupport.Ignored, 2)]
    public async Task A_filter_that_is_supported_rejected_or_ignored_gives_the_same_listing(
        FilterSupport support,
        int cap
    )
    {
        (Behaviour.DockerImageFilter, Behaviour.PageSizeCap) = (support, cap);
        List<string> expected = [];
        foreach (string package in new[] { "a", "a/b", "a/b/c", "a/bc", "aa/b", "x/a/b", "a-b" })
        {
            for (int i = 0; i < 3; i++)
            {
                string digest = State.AddImage(Apps, package, [.. i == 0 ? ["latest"] : Array.Empty<string>()]);
                if (package == "a/b") expected.Add(digest);
            }
        }

        List<DockerImage> images = await ListAsync(FindImages.ListAsync(
            Client(), ImagePattern.Parse("us-docker.pkg.dev/shop/apps/a/b"), Stop));

        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            images.Select(image => image.Digest).Order(StringComparer.Ordinal)
        );
        Assert.All(images, image => Assert.Equal("a/b", image.Package));
        Assert.Equal("latest", Assert.Single(images, image => image.Tags.Count > 0).Tags.ToString());
    }

    [Fact]
    public async Task A_refusal_that_is_not_about_the_filter_is_reported()
    {
        Behaviour.DockerImageFilter = FilterSupport.Supported;
        Behaviour.Denials = [new Denial("artifactregistry.dockerimages.list")];

        RegistryException error = await RefusedAsync(() => ListAsync(Client().ListDockerImagesOfAsync(Web, Stop)));

        Assert.Equal(RegistryErrorKind.PermissionDenied, error.Kind);
        Assert.Single(Sent);
    }

    [Fact]
    public async Task A_service_that_calls_every_listing_invalid_is_asked_twice_and_then_reported()
    {
        await using RawServer server = RawServer.Start(
            _ => RawReply.Of(400, """{"error":{"code":400,"message":"never","status":"INVALID_ARGUMENT"}}"""));

        RegistryException error = await RefusedAsync(
            () => ListAsync(Client(endpoint: server.Url).ListDockerImagesOfAsync(Web, Stop)));

        Assert.Equal("never", error.Message);
        Assert.Equal([true, false], server.Requests.Select(
            request => request.Target.Contains("filter=", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(250, null)]
    [InlineData(250, 100)]
    [InlineData(100, 100)]
    [InlineData(99, 100)]
    public async Task More_tags_than_the_service_shows_with_an_image_are_still_complete(int count, int? shown)
    {
        string[] tags = [.. Enumerable.Range(1, count).Select(number => $"build-{number:000}")];
        State.AddImage(Apps, "web", tags);
        State.AddImage(Apps, "web", "other");
        (Behaviour.DockerImageTagCap, Behaviour.PageSizeCap) = (shown, 40);

        List<DockerImage> images = await ListAsync(FindImages.ListAsync(
            Client(), ImagePattern.Parse("us-docker.pkg.dev/shop/apps/web"), Stop));

        Assert.Equal(tags, images.Single(image => image.Tags[0] != "other").Tags.Order(StringComparer.Ordinal));
        Assert.Equal(["other"], images.Single(image => image.Tags[0] == "other").Tags);
    }
}
