using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class GateTests : EmulatorTest
{
    [Fact]
    public async Task Held_requests_wait_until_they_are_released()
    {
        using RequestHold hold = Emulator.Requests.Hold(request => request.Method == "GET");
        Task<Reply>[] replies = [GetAsync(AppsPath), GetAsync(AppsPath), GetAsync(AppsPath)];

        await hold.WaitForArrivalAsync(3, Stop);
        Assert.Equal(3, Emulator.OpenRequests);
        Assert.All(Emulator.Requests.Snapshot(), request => Assert.Equal(RequestOutcome.Open, request.Outcome));

        hold.Release();
        await Task.WhenAll(replies);
        Assert.Equal(0, Emulator.OpenRequests);
        Assert.Equal(3, Emulator.Requests.MaxOpen);
    }

    [Fact]
    public async Task A_request_that_its_client_gives_up_leaves_nothing_running()
    {
        string digest = State.AddImage(Apps, "web");
        using RequestHold hold = Emulator.Requests.Hold(request => request.IsChange);
        using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        using HttpRequestMessage request = new(
            HttpMethod.Delete, new Uri(Emulator.Url, $"{AppsPath}/packages/web/versions/{digest}"));
        Task<HttpResponseMessage> reply = Client.SendAsync(request, giveUp.Token);
        await hold.WaitForArrivalAsync(1, Stop);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reply);
        await Emulator.Requests.WaitUntilIdleAsync(Stop);

        Assert.Equal(RequestOutcome.AbortedByClient, Assert.Single(Emulator.Requests.Snapshot()).Outcome);
        Assert.True(State.HasDigest(Apps, "web", digest));
    }

    [Fact]
    public async Task Work_that_is_done_can_be_held_before_its_answer()
    {
        string digest = State.AddImage(Apps, "web", "v1");
        using RequestHold hold = Emulator.Requests.Hold(request => request.Method == "DELETE", HoldPoint.BeforeAnswer);
        Task<Reply> reply = SendAsync("DELETE", $"{AppsPath}/packages/web/tags/v1");

        await hold.WaitForArrivalAsync(1, Stop);
        Assert.Empty(State.TagsOf(Apps, "web", digest));
        Assert.False(reply.IsCompleted);

        hold.Dispose();
        await reply;
    }

    [Fact]
    public async Task Somebody_else_can_change_things_in_between()
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.BeforeHandling = request =>
        {
            if (request.Method == "DELETE") State.MoveTag(Apps, "web", "v1", digest);
        };

        Reply reply = await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/{digest}");

        Assert.Equal("FAILED_PRECONDITION", reply.ErrorStatus);
        Assert.Equal(["v1"], State.TagsOf(Apps, "web", digest));
    }

    [Fact]
    public async Task An_emulator_that_is_disposed_breaks_what_is_held()
    {
        EmulatorServer other = await EmulatorServer.StartAsync(new EmulatorOptions(), Stop);
        using RequestHold hold = other.Requests.Hold(_ => true);
        Task<HttpResponseMessage> reply = Client.GetAsync(other.Url, Stop);
        await hold.WaitForArrivalAsync(1, Stop);

        await other.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => reply);
        Assert.Equal(0, other.OpenRequests);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://192.0.2.1:8085")]
    [InlineData("http://example.com")]
    [InlineData("https://127.0.0.1:0")]
    public async Task Only_loopback_is_listened_on(string url)
    {
        await Assert.ThrowsAsync<ArgumentException>(
            () => EmulatorServer.StartAsync(new EmulatorOptions { Url = new Uri(url) }, Stop));
    }
}
