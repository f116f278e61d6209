using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>A listing is complete, or it is an error.</summary>
public sealed class PagingTests : CoreTest
{
    private const string List = "/v1/projects/shop/locations/us/repositories/apps/dockerImages?pageSize=1000";

    [Theory]
    [InlineData(1, 7)]
    [InlineData(3, 3)]
    [InlineData(1000, 1)]
    public async Task A_listing_is_complete_whatever_the_page_size_of_the_server(int cap, int requests)
    {
        for (int i = 1; i <= 7; i++)
            State.AddImage(Apps, i % 2 == 0 ? "web" : "api", new ImageOptions { Digest = Digest(i) });
        Behaviour.PageSizeCap = cap;

        List<DockerImageMessage> images = await ListAsync(Client().ListDockerImagesAsync(Web.ToRepository(), Stop));

        Assert.Equal(
            Enumerable.Range(1, 7).Select(Digest).Order(StringComparer.Ordinal),
            images.Select(image => image.Name.Split('@')[1]).Order(StringComparer.Ordinal));
        Assert.Equal(requests, Sent.Count);
        Assert.All(Sent, line => Assert.StartsWith($"GET {List}", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_listing_of_more_than_a_thousand_is_complete()
    {
        for (int i = 1; i <= 1001; i++) State.AddImage(Apps, "web", new ImageOptions { Digest = Digest(i) });

        List<DockerImageMessage> images = await ListAsync(Client().ListDockerImagesAsync(Web.ToRepository(), Stop));

        Assert.Equal(1001, images.DistinctBy(image => image.Name).Count());
        Assert.Equal(2, Sent.Count);
    }

    [Fact]
    public async Task The_first_item_alone_costs_one_page()
    {
        for (int i = 1; i <= 3; i++) State.AddImage(Apps, "web", new ImageOptions { Digest = Digest(i) });
        Behaviour.PageSizeCap = 2;

        await foreach (DockerImageMessage _ in Client().ListDockerImagesAsync(Web.ToRepository(), Stop)) break;

        Assert.Single(Sent);
    }

    [Fact]
    public async Task The_next_page_is_on_its_way_while_items_of_this_one_are_taken_and_is_given_up_with_the_listing()
    {
        for (int i = 1; i <= 6; i++) State.AddImage(Apps, "web", new ImageOptions { Digest = Digest(i) });
        Behaviour.PageSizeCap = 3;
        using RequestHold second = Emulator.Requests.Hold(
            request => request.PathAndQuery.Contains("pageToken", StringComparison.Ordinal));

        int taken = 0;
        await foreach (DockerImageMessage _ in Client().ListDockerImagesAsync(Web.ToRepository(), Stop))
        {
            if (++taken < 2) continue;
            await second.WaitForArrivalAsync(1, Stop);
            break;
        }

        await Emulator.Requests.WaitUntilIdleAsync(Stop);
        Assert.Equal(2, Sent.Count);
    }

    [Fact]
    public async Task Every_listing_asks_for_the_largest_page()
    {
        State.AddImage(Apps, "web", "v1");
        Behaviour.DockerImageFilter = FilterSupport.Supported;
        ArtifactRegistryClient client = Client();

        await ListAsync(client.ListLocationsAsync("shop", Stop));
        await ListAsync(client.ListRepositoriesAsync("shop", "us", Stop));
        await ListAsync(client.ListDockerImagesAsync(Web.ToRepository(), Stop));
        await ListAsync(client.ListDockerImagesOfAsync(Web, Stop));
        await ListAsync(client.ListTagsOfAsync(Web.WithDigest(Digest(1)), Stop));

        Assert.Equal(5, Sent.Count);
        Assert.All(Sent, line => Assert.Contains("?pageSize=1000", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_empty_page_with_a_token_is_not_the_last()
    {
        await using RawServer server = Pages(
            """{"nextPageToken":"a"}""",
            """{"dockerImages":[],"nextPageToken":"b"}""",
            Page(1, "c"),
            """{"nextPageToken":"d"}""",
            Page(2, "")
        );

        List<DockerImageMessage> images = await ListAsync(
            Client(endpoint: server.Url).ListDockerImagesAsync(Web.ToRepository(), Stop));

        Assert.Equal([Digest(1), Digest(2)], images.Select(image => image.Name.Split('@')[1]));
        Assert.Equal(5, server.Requests.Count);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"dockerImages":null,"nextPageToken":null}""")]
    [InlineData("""{"dockerImages":[],"nextPageToken":""}""")]
    public async Task No_items_and_no_token_are_an_empty_listing(string page)
    {
        await using RawServer server = Pages(page);

        Assert.Empty(await ListAsync(Client(endpoint: server.Url).ListDockerImagesAsync(Web.ToRepository(), Stop)));
    }

    [Theory]
    [InlineData("a+b/c=&pageSize=1", "a%2Bb%2Fc%3D%26pageSize%3D1")]
    [InlineData("50%", "50%25")]
    [InlineData("é ", "%C3%A9%20")]
    public async Task A_page_token_travels_as_it_is(string token, string onTheWire)
    {
        await using RawServer server = Pages(Page(1, token), Page(2, ""));

        await ListAsync(Client(endpoint: server.Url).ListDockerImagesAsync(Web.ToRepository(), Stop));

        Assert.Equal($"{List}&pageToken={onTheWire}", server.Requests[1].Target);
    }

    [Fact]
    public async Task A_page_that_leads_to_itself_is_an_error_and_no_endless_listing()
    {
        for (int i = 1; i <= 9; i++) State.AddImage(Apps, "web", new ImageOptions { Digest = Digest(i) });
        (Behaviour.PageSizeCap, Behaviour.RepeatPageToken) = (2, true);

        RegistryException error = await RefusedAsync(
            () => ListAsync(Client().ListDockerImagesAsync(Web.ToRepository(), Stop)));

        Assert.Equal(RegistryErrorKind.UnexpectedAnswer, error.Kind);
        Assert.Equal($"GET {Emulator.Url}v1/projects/shop/locations/us/repositories/apps/dockerImages", error.Request);
        Assert.Equal(2, Sent.Count);
    }

    [Fact]
    public async Task Pages_that_lead_to_each_other_are_an_error_and_no_endless_listing()
    {
        await using RawServer server = RawServer.Start(
            request => RawReply.Of(200, Page(request.Number, request.Number % 2 == 0 ? "b" : "a")));

        RegistryException error = await RefusedAsync(
            () => ListAsync(Client(endpoint: server.Url).ListDockerImagesAsync(Web.ToRepository(), Stop)));

        Assert.Equal(RegistryErrorKind.UnexpectedAnswer, error.Kind);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Empty_pages_without_end_are_an_error()
    {
        await using RawServer server = RawServer.Start(
            request => RawReply.Of(200, $$"""{"dockerImages":[],"nextPageToken":"{{request.Number}}"}"""));

        RegistryException error = await RefusedAsync(
            () => ListAsync(Client(endpoint: server.Url).ListDockerImagesAsync(Web.ToRepository(), Stop)));

        Assert.Equal(RegistryErrorKind.UnexpectedAnswer, error.Kind);
        Assert.Equal(
            "The listing cannot be completed: 1000 pages in a row are empty, and lead to a next one.", error.Message);
        Assert.Equal(1001, server.Requests.Count);
    }

    // Without a server: a hundred thousand requests would take the test a minute.
    [Fact]
    public void Pages_without_end_are_an_error()
    {
        PageWalk walk = new("GET https://example.com/v1/things");

        for (int page = 1; page <= 100_000; page++)
            Assert.Null(walk.Problem(1, page.ToString(CultureInfo.InvariantCulture)));
        Assert.Null(walk.Problem(1, null)); // so many pages may be all of it

        RegistryException? error = walk.Problem(1, "more");
        Assert.Equal(RegistryErrorKind.UnexpectedAnswer, error?.Kind);
        Assert.Equal("The listing cannot be completed: 100000 pages are not all of it.", error!.Message);
    }

    [Fact]
    public async Task A_token_that_no_address_can_hold_is_an_error()
    {
        await using RawServer server = Pages(Page(1, new string('t', 100_000)));

        RegistryException error = await RefusedAsync(
            () => ListAsync(Client(endpoint: server.Url).ListDockerImagesAsync(Web.ToRepository(), Stop)));

        Assert.Equal(RegistryErrorKind.UnexpectedAnswer, error.Kind);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_page_that_is_too_large_is_asked_for_again_with_fewer_items()
    {
        await using RawServer server = RawServer.Start(request =>
            RawReply.Of(
                200,
                request.Target.Contains("pageSize=10&", StringComparison.Ordinal)
                || request.Target.EndsWith("pageSize=10", StringComparison.Ordinal)
                    ? Page(request.Number, request.Number < 4 ? "more" : "")
                    : Page(request.Number, new string(' ', AnswerBody.MaxLength))
            )
        );

        List<DockerImageMessage> images = await ListAsync(
            Client(endpoint: server.Url).ListDockerImagesAsync(Web.ToRepository(), Stop));

        Assert.Equal(2, images.Count);
        Assert.Equal([1000, 100, 10, 10], server.Requests.Select(request => int.Parse(
            request.Target.Split("pageSize=")[1].Split('&')[0], CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("""{"dockerImages":[null]}""")]
    [InlineData("""{"dockerImages":[{}]}""")]
    [InlineData("""{"dockerImages":{}}""")]
    public async Task An_item_without_a_name_is_an_error_and_not_passed_over(string page)
    {
        await using RawServer server = Pages(page);

        RegistryException error = await RefusedAsync(
            () => ListAsync(Client(endpoint: server.Url).ListDockerImagesOfAsync(Web, Stop)));

        Assert.Equal(RegistryErrorKind.UnexpectedAnswer, error.Kind);
    }

    [Fact]
    public async Task A_page_that_fails_for_good_ends_the_listing_with_an_error()
    {
        for (int i = 1; i <= 3; i++) State.AddImage(Apps, "web", new ImageOptions { Digest = Digest(i) });
        Behaviour.PageSizeCap = 1;
        Behaviour.Faults.Add(new Fault(FaultKind.Unavailable)
        {
            When = request => request.PathAndQuery.Contains("pageToken", StringComparison.Ordinal),
        });
        List<string> seen = [];

        RegistryException error = await RefusedAsync(async () =>
        {
            await foreach (DockerImageMessage image in Client().ListDockerImagesAsync(Web.ToRepository(), Stop))
                seen.Add(image.Name);
        });

        Assert.Equal(RegistryErrorKind.Unavailable, error.Kind);
        Assert.Single(seen);
    }

    private static RawServer Pages(params string[] pages) => RawServer.Start(
        request => RawReply.Of(200, pages[Math.Min(request.Number, pages.Length) - 1]));

    private static string Page(int number, string token) =>
        new JsonObject
        {
            ["dockerImages"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Web.RepositoryResource}/dockerImages/web@{Digest(number)}"
                    ),
                }
            ),
            ["nextPageToken"] = token,
        }.ToJsonString();
}
