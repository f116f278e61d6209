using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>
/// Get-ArImage and Get-ArImageTag: complete whatever the service does, and never everything before the first.
/// </summary>
public sealed class ListingTests
{
    [Fact]
    public async Task Each_tag_is_a_row_and_so_is_each_untagged_digest()
    {
        await using Shop shop = await Shop.OpenAsync();
        string one = shop.Add("v1", "latest"), free = shop.Add();

        ScriptResult result = shop.Run("Get-ArImageTag $app").MustSucceed();

        Assert.Equal(
            new[] { $" {free}", $"latest {one}", $"v1 {one}" }.Order(),
            result.Output.Select(row => $"{row.Properties["Tag"].Value} {row.Properties["Digest"].Value}").Order());
        Assert.Contains($"{Shop.App}@{free}", result.Values("Uri"));
        Assert.Equal(["latest, v1"], result.Values("Tags").Distinct().Where(tags => tags != ""));
        Assert.Equal(
            [$"{Shop.App}@{free}"],
            shop.Run("Get-ArImageTag $app | Where-Object { -not $_.Tags }").MustSucceed().Values("Uri"));
        Assert.Equal(
            ["True", "True"],
            shop.Run(
                    "Get-ArImageTag $app | Where-Object { $_.Tags } | ForEach-Object { $_.Tags -is [array] -or "
                        + "$_.Tags.Count -eq 2 }"
                )
                .Output.Select(row => row.ToString())
        );
    }

    [Theory]
    [InlineData("-Tag v*", "v1,v2")]
    [InlineData("-Tag latest", "latest")]
    [InlineData("-Tag LATES*", "")]
    [InlineData("-Tag *", "latest,v1,v2")]
    [InlineData("-Tag v1, l*", "latest,v1")]
    public async Task Tag_narrows_to_tags_and_leaves_untagged_digests_out(string arguments, string expected)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1", "latest");
        shop.Add("v2");
        shop.Add();

        Assert.Equal(
            expected,
            string.Join(',', shop.Run($"Get-ArImageTag $app {arguments}").MustSucceed().Values("Tag").Order())
        );
    }

    [Fact]
    public async Task A_repository_of_more_than_64_TiB_is_listed_and_cleaned_as_any_other()
    {
        await using Shop shop = await Shop.OpenAsync();
        const long Size = 30_000_000_000_000;
        for (int i = 0; i < 3; i++)
            shop.Add(new ImageOptions { Size = Size, UploadTime = DateTimeOffset.UtcNow.AddDays(-10) });

        Assert.Equal(
            [$"{3 * Size}"],
            shop.Run("Get-ArRepository us-docker.pkg.dev/shop/apps").MustSucceed().Values("SizeBytes")
        );
        Assert.Equal(
            ["Removed", "Removed", "Removed"],
            shop.Run("Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -Force").MustSucceed().Values("Status")
        );
    }

    [Fact]
    public async Task More_than_a_hundred_tags_on_a_digest_are_all_listed()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] tags = [.. Enumerable.Range(0, 130).Select(number => $"t{number:000}")];
        shop.Add(tags);
        shop.Emulator.Behaviour.DockerImageTagCap = 100;

        Assert.Equal(tags, shop.Run("Get-ArImageTag $app").MustSucceed().Values("Tag").Order());
        Assert.Equal(["130"], shop.Run("(Get-ArImage $app).Tags.Count").Output.Select(count => count.ToString()));
        Assert.Equal("ImageTagged", shop.Run("Remove-ArImage \"${app}:t001\" -Force").ErrorId);
    }

    [Theory]
    [InlineData("$app", 7)]
    [InlineData("us-docker.pkg.dev/shop/apps", 9)]
    [InlineData("us-docker.pkg.dev/shop/apps/*", 9)]
    [InlineData("us-docker.pkg.dev/shop/apps/team/*", 2)]
    public async Task Listings_are_complete_however_small_the_pages(string what, int count)
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.PageSizeCap = 3;

        ScriptResult result = shop.Run($"Get-ArImage {what}").MustSucceed();

        Assert.Equal(count, result.Values("Digest").Distinct().Count());
        Assert.Equal(count, result.Output.Count);
        Assert.All(
            shop.Emulator.Requests.Snapshot(),
            request => Assert.Contains("pageSize=1000", request.PathAndQuery, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_repeats_a_page_is_an_error_and_not_an_endless_listing()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.PageSizeCap = 3;
        shop.Emulator.Behaviour.RepeatPageToken = true;

        ScriptResult result = shop.Run("Get-ArImage $app");

        Assert.Equal("UnexpectedAnswer", result.ErrorId);
        Assert.Contains("cannot be completed", result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-ArImage", 0)]
    [InlineData("Get-ArImageTag", 2)] // whether a page is the last, so that its tags can be sorted, is seen from the next one
    public async Task The_first_object_is_out_before_the_second_page_is_read(string command, int ahead)
    {
        await using Shop shop = await OpenAsync();
        // Untagged digests come after all tags, so only those can be first.
        if (command == "Get-ArImageTag") TagAll(shop);
        shop.Emulator.Behaviour.PageSizeCap = 3;
        // Without a filter the first page may have images of others only.
        shop.Emulator.Behaviour.DockerImageFilter = FilterSupport.Supported;
        List<int> before = new();
        shop.Session.Set("look", () => before.Add(shop.Emulator.Requests.Snapshot(
            request => request.PathAndQuery.Contains("pageToken", StringComparison.Ordinal)).Count));

        shop.Run($"{command} $app | ForEach-Object {{ $look.Invoke() }}").MustSucceed();

        Assert.InRange(before.Count, 7, 8);
        Assert.InRange(before[0], 0, ahead);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(3)]
    public async Task Tags_come_before_what_has_none_and_what_is_at_hand_newest_first(int page)
    {
        await using Shop shop = await Shop.OpenAsync();
        for (int i = 0; i < 40; i++)
            shop.Add(
                new ImageOptions
                {
                    Tags = i % 4 == 0 ? [$"v{i}"] : [],
                    UploadTime = DateTimeOffset.UtcNow.AddDays(i - 50),
                }
            );
        shop.State.AddImage(shop.Repository, "api", "a1");
        shop.State.AddImage(shop.Repository, "api");
        shop.Emulator.Behaviour.PageSizeCap = page;

        ScriptResult image = shop.Run("Get-ArImageTag $app").MustSucceed();
        ScriptResult repository = shop.Run("Get-ArImageTag us-docker.pkg.dev/shop/apps").MustSucceed();

        string[] tags = [.. image.Values("Tag").Select(tag => tag ?? "")];
        Assert.Equal(40, tags.Length);
        Assert.All(tags.Take(10), tag => Assert.NotEmpty(tag));
        Assert.All(tags.Skip(10), Assert.Empty);
        if (page == 1000)
            Assert.Equal(["v36", "v32", "v28", "v24", "v20", "v16", "v12", "v8", "v4", "v0"], tags.Take(10));
        string?[] images = [.. repository.Values("Image")];
        Assert.Equal(1, images.Zip(images.Skip(1)).Count(pair => pair.First != pair.Second));
        Assert.Equal(["a1", ""], repository.Values("Tag").Take(2));
    }

    [Fact]
    public async Task The_objects_of_the_first_page_are_out_while_the_second_is_awaited()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.PageSizeCap = 3;
        // Without a filter the first page may have images of others only.
        shop.Emulator.Behaviour.DockerImageFilter = FilterSupport.Supported;
        using RequestHold second = shop.Hold("GET", "pageToken");
        using RunningScript script = shop.Start("Get-ArImage $app");

        await second.WaitForArrivalAsync(1, TestContext.Current.CancellationToken);
        await script.WaitForOutputAsync(3, TestContext.Current.CancellationToken);
        second.Release();

        Assert.Equal(7, (await script.EndAsync(TestContext.Current.CancellationToken)).MustSucceed().Output.Count);
    }

    [Theory]
    [InlineData(FilterSupport.Supported)]
    [InlineData(FilterSupport.Ignored)]
    [InlineData(FilterSupport.Rejected)]
    [InlineData(FilterSupport.Misses)]
    public async Task The_listing_of_an_image_is_the_same_whatever_filters_the_service_knows(FilterSupport filter)
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddImage(shop.Repository, "web2", "v1");
        shop.State.AddImage(shop.Repository, "team/web", "v1");
        shop.Emulator.Behaviour.DockerImageFilter = filter;
        shop.Emulator.Behaviour.PageSizeCap = 3;

        ScriptResult result = shop.Run("Get-ArImage $app; Get-ArImageTag us-docker.pkg.dev/shop/apps/team/api")
            .MustSucceed();

        Assert.Equal(7 + 2, result.Output.Count);
        Assert.Equal([Shop.App, "us-docker.pkg.dev/shop/apps/team/api"], result.Values("Image").Distinct());
    }

    [Theory]
    [InlineData("Get-ArImage")]
    [InlineData("Get-ArImageTag")]
    public async Task An_image_that_is_empty_is_no_error_and_one_that_is_missing_is(string command)
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add();
        shop.State.DeleteVersion(shop.Repository, "web", digest);

        Assert.Empty(shop.Run($"{command} $app").MustSucceed().Output);
        foreach ((string missing, string part) in new[]
        {
            ("us-docker.pkg.dev/shop/apps/none", "the repository exists, but has no image 'none'"),
            ("us-docker.pkg.dev/shop/none/web", "there is no repository 'none' in us of project shop"),
            ("us-docker.pkg.dev/shop/none", "there is no repository 'none' in us of project shop"),
            ("us-docker.pkg.dev/none/apps", "there is no repository 'apps' in us of project none"),
            ($"{Shop.App}@{digest}", "the image exists, but has no such digest"),
            ($"{Shop.App}:none", "the image exists, but has no tag 'none'"),
        })
        {
            ScriptResult result = shop.Run($"{command} {missing}");
            Assert.Equal("NotFound", result.ErrorId);
            Assert.StartsWith($"'{missing}' was not found: {part}. ", result.ErrorText, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("v1, none", new[] { "v1" }, new[] { "none" })]
    [InlineData("none, absent", new string[0], new[] { "none", "absent" })]
    [InlineData("LATEST", new string[0], new[] { "LATEST" })]
    [InlineData("no*", new string[0], new string[0])]
    public async Task A_tag_that_is_asked_for_by_name_and_is_not_there_is_an_error_and_a_pattern_is_none(
        string tags, string[] found, string[] missing)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Add("latest");
        shop.Add();

        ScriptResult result = shop.Run($"Get-ArImageTag $app -Tag {tags}");

        Assert.Equal(found, result.Values("Tag"));
        Assert.Equal(missing.Length, result.Errors.Count);
        foreach ((string tag, ErrorRecord error) in missing.Zip(result.Errors))
        {
            Assert.Equal("NotFound", error.Id());
            Assert.StartsWith(
                $"'{Shop.App}:{tag}' was not found: the image exists, but has no tag '{tag}'.",
                error.ToString(),
                StringComparison.Ordinal
            );
        }

        // Of many images, a name is what those are chosen by that have it.
        Assert.Empty(shop.Run("Get-ArImageTag us-docker.pkg.dev/shop/apps -Tag none").MustSucceed().Output);
        Assert.Empty(shop.Run("Get-ArImageTag us-docker.pkg.dev/shop/apps/w* -Tag none").MustSucceed().Output);
    }

    [Fact]
    public async Task Repositories_are_found_in_every_location_and_by_wildcard()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddRepository("europe-west1-docker.pkg.dev/shop/apps-eu");
        shop.State.AddRepository(
            "shop",
            "us",
            "maven",
            new RepositoryOptions { Format = "MAVEN", Mode = "REMOTE_REPOSITORY" }
        );
        shop.Emulator.Behaviour.PageSizeCap = 1;

        Assert.Equal(
            ["europe-west1-docker.pkg.dev/shop/apps-eu", "us-docker.pkg.dev/shop/apps", "us-docker.pkg.dev/shop/maven"],
            shop.Run("Get-ArRepository shop").MustSucceed().Values("Uri").Order());
        Assert.Equal(["apps-eu"], shop.Run("Get-ArRepository shop -Name *-EU").MustSucceed().Values("Name"));
        Assert.Empty(shop.Run("Get-ArRepository shop -Name none*").MustSucceed().Output);
        ScriptResult missing = shop.Run("Get-ArRepository shop -Name none, apps-eu");
        Assert.Equal(["apps-eu"], missing.Values("Name"));
        Assert.Equal("NotFound", missing.ErrorId);
        Assert.Contains("The project 'shop' has no repository 'none'.", missing.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["apps", "maven"], shop.Run("Get-ArRepository shop us").MustSucceed().Values("Name").Order());
        Assert.Equal(["Remote"], shop.Run("Get-ArRepository shop us -Name maven").MustSucceed().Values("Mode"));
    }

    [Fact]
    public async Task Several_locations_are_asked_at_once_and_told_in_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddRepository("europe-docker.pkg.dev/shop/far");
        using RequestHold hold = shop.Hold("GET", "/repositories");
        using RunningScript running = shop.Start("Get-ArRepository shop");

        await hold.WaitForArrivalAsync(2, TestContext.Current.CancellationToken);
        hold.Release();

        ScriptResult result = await running.EndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["europe", "us"], result.MustSucceed().Values("Location"));
    }

    [Theory]
    [InlineData("Get-ArRepository", "No project was given: -Project is the project of the repositories.")]
    [InlineData("Get-ArNodeServiceAccount", "No project was given: -Project is the project of the clusters.")]
    [InlineData("New-ArNodeServiceAccount gke-nodes", "No project was given: -Project is the project of the clusters.")]
    [InlineData(
        "Test-ArPull us-docker.pkg.dev/shop/apps/web:v1",
        "No project was given: -Project is the project of the clusters.")]
    [InlineData(
        "Get-ArImageInUse",
        "No project was given: -Project is the project whose clusters and Cloud Run services are read.")]
    [InlineData("Get-ArRepository '../x'", "is not accepted")]
    [InlineData("Get-ArRepository shop 'us/repositories'", "is not accepted")]
    public async Task A_project_that_is_none_ends_the_cmdlet_before_a_request(string command, string text)
    {
        await using Shop shop = await Shop.OpenAsync();

        ScriptResult result = shop.Run(command);

        Assert.Contains(text, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    private static void TagAll(Shop shop)
    {
        foreach (string digest in shop.State.UntaggedDigests(shop.Repository, "web"))
            shop.State.MoveTag(shop.Repository, "web", $"t{digest[7..15]}", digest);
    }

    /// <summary>Seven digests of $app and two of a nested image.</summary>
    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        for (int number = 0; number < 7; number++) shop.Add($"v{number}");
        shop.State.AddImage(shop.Repository, "team/api", "v1");
        shop.State.AddImage(shop.Repository, "team/api");
        return shop;
    }

    [Fact]
    public async Task An_image_that_outlived_its_digests_costs_no_listing_of_its_repository()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Emulator.Behaviour.DockerImageFilter = FilterSupport.Supported;
        for (int i = 0; i < 5; i++)
            shop.State.DeleteVersion(shop.Repository, $"old{i}", shop.State.AddImage(shop.Repository, $"old{i}"));
        for (int i = 0; i < 1100; i++) shop.State.AddImage(shop.Repository, "big", $"t{i}");

        shop.Run("Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -Confirm:$false").MustSucceed();

        // Two pages of the big image, and one for each of the others.
        Assert.Equal(7, shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/dockerImages?")).Count);
        Assert.Empty(shop.Run("Get-ArImage us-docker.pkg.dev/shop/apps/old1").MustSucceed().Output);
    }

    [Fact]
    public async Task Who_may_not_list_versions_can_still_list_images()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add();
        shop.Emulator.Behaviour.DockerImageFilter = FilterSupport.Misses;
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.versions.list")];

        Assert.Single(shop.Run("Get-ArImage $app").MustSucceed().Output);
    }
}
