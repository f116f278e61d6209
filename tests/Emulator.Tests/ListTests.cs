using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class ListTests : EmulatorTest
{
    [Theory]
    [InlineData("", 50)]
    [InlineData("?pageSize=0", 50)]
    [InlineData("?pageSize=7", 7)]
    [InlineData("?pageSize=1000", 120)]
    [InlineData("?pageSize=5000", 120)]
    public async Task A_page_holds_what_was_asked_for_or_fifty(string query, int expected)
    {
        AddImages("web", 120);

        Reply page = await GetAsync($"{AppsPath}/dockerImages{query}");

        Assert.Equal(expected, page.Body["dockerImages"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_request_for_more_than_a_thousand_gets_a_thousand()
    {
        AddImages("web", 1001);

        Reply page = await GetAsync($"{AppsPath}/dockerImages?pageSize=2000");

        Assert.Equal(1000, page.Body["dockerImages"]!.AsArray().Count);
        Assert.NotNull(page.Body["nextPageToken"]);
    }

    [Theory]
    [InlineData("dockerImages", "dockerImages", "")]
    [InlineData("dockerImages", "dockerImages", "&orderBy=updateTime%20desc")]
    [InlineData("dockerImages", "dockerImages", "&orderBy=update_time+desc")]
    [InlineData("dockerImages", "dockerImages", "&orderBy=name%20desc")]
    [InlineData("packages/web/versions", "versions", "")]
    [InlineData("packages/web/versions", "versions", "&orderBy=createTime")]
    public async Task All_pages_together_hold_everything_once(string path, string field, string order)
    {
        AddImages("web", 41);

        List<JsonObject> items = await ListAsync($"{AppsPath}/{path}?pageSize=6{order}", field);

        Assert.Equal(State.Digests(Apps, "web"), items.Select(Digest).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_cap_makes_pages_smaller_than_asked_for()
    {
        AddImages("web", 20);
        Behaviour.PageSizeCap = 3;

        List<JsonObject> items = await ListAsync($"{AppsPath}/dockerImages?pageSize=1000", "dockerImages");

        Assert.Equal(20, items.Count);
        Assert.Equal(7, Emulator.Requests.Snapshot().Count);
    }

    [Fact]
    public async Task Nothing_is_skipped_when_what_was_listed_is_deleted_between_pages()
    {
        AddImages("web", 10);
        Reply first = await GetAsync($"{AppsPath}/dockerImages?pageSize=5");
        foreach (JsonNode? image in first.Body["dockerImages"]!.AsArray())
            State.DeleteVersion(Apps, "web", Digest(image!.AsObject()));

        Reply second = await GetAsync($"{AppsPath}/dockerImages?pageSize=5&pageToken={first.Body["nextPageToken"]}");

        Assert.Equal(
            State.Digests(Apps, "web"),
            second.Body["dockerImages"]!.AsArray().Select(image => Digest(image!.AsObject())));
        Assert.Null(second.Body["nextPageToken"]);
    }

    [Fact]
    public async Task The_last_page_has_no_token_and_an_empty_list_has_no_field()
    {
        Reply empty = await GetAsync($"{AppsPath}/dockerImages");
        Assert.Equal("{}", empty.Body.ToJsonString());

        AddImages("web", 5);
        Assert.Null((await GetAsync($"{AppsPath}/dockerImages?pageSize=5")).Body["nextPageToken"]);
    }

    [Fact]
    public async Task A_broken_server_can_repeat_its_token()
    {
        AddImages("web", 9);
        Behaviour.RepeatPageToken = true;
        string token = (string)(await GetAsync($"{AppsPath}/dockerImages?pageSize=2")).Body["nextPageToken"]!;

        Reply second = await GetAsync($"{AppsPath}/dockerImages?pageSize=2&pageToken={token}");

        Assert.Equal(token, (string?)second.Body["nextPageToken"]);
    }

    [Theory]
    [InlineData("pageSize=-1")]
    [InlineData("pageSize=x")]
    [InlineData("pageToken=nonsense")]
    [InlineData("orderBy=tags")]
    [InlineData("orderBy=name,updateTime")]
    [InlineData("filter=tags%3D%22v1%22")]
    public async Task What_a_list_does_not_understand_is_an_invalid_argument(string query)
    {
        Reply reply = await GetAsync($"{AppsPath}/dockerImages?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal("INVALID_ARGUMENT", reply.ErrorStatus);
    }

    [Theory]
    [InlineData("name=\"projects/shop/locations/us/repositories/apps/dockerImages/web@*\"", 4)]
    [InlineData("NAME=\"projects/shop/locations/us/repositories/apps/dockerImages/WEB@*\"", 4)]
    [InlineData("name=\"projects/shop/locations/us/repositories/apps/dockerImages/team%2Fworker@*\"", 3)]
    [InlineData("name=\"projects/shop/locations/us/repositories/apps/dockerImages/we*\"", 6)]
    [InlineData("name=\"*\"", 9)]
    public async Task Docker_images_are_filtered_by_name_with_asterisks(string filter, int expected)
    {
        AddImages("web", 4);
        AddImages("website", 2);
        AddImages("team/worker", 3);
        Behaviour.DockerImageFilter = FilterSupport.Supported;

        List<JsonObject> images = await ListAsync(
            $"{AppsPath}/dockerImages?filter={Uri.EscapeDataString(filter)}", "dockerImages");

        Assert.Equal(expected, images.Count);
    }

    [Theory]
    [InlineData(FilterSupport.Rejected, 400, 0)]
    [InlineData(FilterSupport.Ignored, 200, 6)]
    public async Task A_filter_of_docker_images_may_be_rejected_or_ignored(FilterSupport support, int status, int count)
    {
        AddImages("web", 4);
        AddImages("api", 2);
        Behaviour.DockerImageFilter = support;

        Reply reply = await GetAsync($"{AppsPath}/dockerImages?filter=name%3D%22x*%22");

        Assert.Equal(status, (int)reply.Status);
        Assert.Equal(count, reply.Body["dockerImages"]?.AsArray().Count ?? 0);
    }

    [Fact]
    public async Task An_untagged_image_has_no_tags_field_and_its_size_is_a_string()
    {
        string digest = State.AddImage(Apps, "team/worker", new ImageOptions { Size = 5_000_000_000 });

        JsonObject image = Assert.Single(await ListAsync($"{AppsPath}/dockerImages", "dockerImages"));

        Assert.False(image.ContainsKey("tags"));
        Assert.Equal("5000000000", (string?)image["imageSizeBytes"]);
        Assert.Equal(
            $"projects/shop/locations/us/repositories/apps/dockerImages/team%2Fworker@{digest}",
            (string?)image["name"]);
        Assert.Equal($"us-docker.pkg.dev/shop/apps/team/worker@{digest}", (string?)image["uri"]);
    }

    [Fact]
    public async Task An_image_is_found_by_its_name_at_both_levels_of_escapes()
    {
        string digest = State.AddImage(Apps, "team/worker", "v1");

        foreach (string name in (string[])["team%2Fworker", "team%252Fworker"])
        {
            Reply reply = await GetAsync($"{AppsPath}/dockerImages/{name}@{digest}");
            Assert.Equal("v1", (string?)reply.Body["tags"]![0]);
        }
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"{AppsPath}/dockerImages/other@{digest}")).Status);
    }

    [Theory]
    [InlineData(ImageManifestsField.Present, 3, 3)]
    [InlineData(ImageManifestsField.WithoutAttestations, 2, 2)]
    [InlineData(ImageManifestsField.OnlyOnGet, 0, 3)]
    [InlineData(ImageManifestsField.Absent, 0, 0)]
    public async Task The_children_of_an_index_show_as_far_as_the_switch_says(
        ImageManifestsField field, int inList, int onGet)
    {
        AddedIndex index = State.AddIndex(
            Apps, "api", ["linux/amd64", "unknown/unknown", "linux/arm/v7"], new ImageOptions { Tags = ["v1"] });
        Behaviour.ImageManifests = field;

        List<JsonObject> images = await ListAsync($"{AppsPath}/dockerImages", "dockerImages");
        JsonObject listed = images.Single(image => Digest(image) == index.Digest);
        JsonObject got = (await GetAsync($"{AppsPath}/dockerImages/api@{index.Digest}")).Body;

        Assert.Equal(4, images.Count);
        Assert.Equal(inList, listed["imageManifests"]?.AsArray().Count ?? 0);
        Assert.Equal(onGet, got["imageManifests"]?.AsArray().Count ?? 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_referrer_shows_its_subject_if_the_switch_says_so(bool shown)
    {
        string subject = State.AddImage(Apps, "web", "v1");
        string referrer = State.AddImage(
            Apps, "web", new ImageOptions { SubjectDigest = subject, ArtifactType = "application/spdx+json" });
        Behaviour.SubjectDigest = shown;

        JsonObject image = (await GetAsync($"{AppsPath}/dockerImages/web@{referrer}")).Body;
        JsonObject version = (await GetAsync($"{AppsPath}/packages/web/versions/{referrer}")).Body;

        Assert.Equal(shown ? subject : null, (string?)image["subjectDigest"]);
        Assert.Equal("application/spdx+json", (string?)image["artifactType"]);
        Assert.Equal(shown ? subject : null, (string?)version["metadata"]!["subjectDigest"]);
    }

    [Fact]
    public async Task Docker_images_may_show_only_some_of_many_tags()
    {
        State.AddImage(Apps, "web", [.. Enumerable.Range(1, 30).Select(i => $"v{i}")]);
        Behaviour.DockerImageTagCap = 10;

        JsonObject image = Assert.Single(await ListAsync($"{AppsPath}/dockerImages", "dockerImages"));

        Assert.Equal(10, image["tags"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("?view=BASIC", 0)]
    [InlineData("?view=FULL", 100)]
    [InlineData("?view=2", 100)]
    public async Task Versions_show_up_to_a_hundred_tags_in_the_full_view_alone(string query, int expected)
    {
        State.AddImage(Apps, "web", [.. Enumerable.Range(1, 130).Select(i => $"v{i}")]);

        JsonObject version = Assert.Single(await ListAsync($"{AppsPath}/packages/web/versions{query}", "versions"));

        Assert.Equal(expected, version["relatedTags"]?.AsArray().Count ?? 0);
        Assert.NotNull(version["metadata"]!["imageSizeBytes"]);
    }

    [Fact]
    public async Task A_deleted_digest_may_show_in_further_listings()
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.StaleListings = 2;
        await FinishAsync(await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/{digest}"));

        Assert.Single(await ListAsync($"{AppsPath}/dockerImages", "dockerImages"));
        Assert.Single(await ListAsync($"{AppsPath}/dockerImages", "dockerImages"));
        Assert.Empty(await ListAsync($"{AppsPath}/dockerImages", "dockerImages"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"{AppsPath}/dockerImages/web@{digest}")).Status);
    }

    [Theory]
    [InlineData("dockerImages")]
    [InlineData("packages")]
    [InlineData("packages/web/tags")]
    [InlineData("packages/web/versions")]
    public async Task Lists_of_what_does_not_exist_are_not_found(string path)
    {
        Reply reply = await GetAsync($"v1/projects/shop/locations/us/repositories/nothing/{path}");

        Assert.Equal(HttpStatusCode.NotFound, reply.Status);
        Assert.Equal("Requested entity was not found.", reply.Message);
    }

    private void AddImages(string package, int count)
    {
        DateTimeOffset start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (int i = 0; i < count; i++)
            // Pairs share a time, so that ordering by it needs the name as well.
            State.AddImage(Apps, package, new ImageOptions { Size = 1000, UploadTime = start.AddHours(i / 2) });
    }
}
