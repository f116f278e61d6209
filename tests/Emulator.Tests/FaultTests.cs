using System.Net;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class FaultTests : EmulatorTest
{
    private const string Zeros = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    [Theory]
    [InlineData(FaultKind.TooManyRequests, 429, "RESOURCE_EXHAUSTED")]
    [InlineData(FaultKind.Aborted, 409, "ABORTED")]
    [InlineData(FaultKind.InternalError, 500, "INTERNAL")]
    [InlineData(FaultKind.BadGateway, 502, "")]
    [InlineData(FaultKind.Unavailable, 503, "UNAVAILABLE")]
    [InlineData(FaultKind.GatewayTimeout, 504, "DEADLINE_EXCEEDED")]
    public async Task The_first_requests_fail_and_then_no_more(FaultKind kind, int status, string name)
    {
        Behaviour.Faults.Add(new Fault(kind) { Times = 2 });

        foreach (int expected in (int[])[status, status, 200])
        {
            Reply reply = await GetAsync(AppsPath);
            Assert.Equal(expected, (int)reply.Status);
            Assert.Equal(expected == 200 ? "" : name, reply.ErrorStatus);
            Assert.Null(reply.RetryAfter);
        }
    }

    [Fact]
    public async Task Exhausted_quota_says_which_and_when_to_try_again_if_it_is_told_to()
    {
        Behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests) { RetryAfter = "7", Times = 1 });
        Behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests) { Times = 1 });
        Behaviour.RetryAfter = "3";

        Reply first = await GetAsync(AppsPath);
        Reply second = await GetAsync(AppsPath);

        Assert.Equal("7", first.RetryAfter);
        Assert.Equal("3", second.RetryAfter);
        Assert.Contains($"'project_number:{State.ProjectNumber("shop")}'", first.Message, StringComparison.Ordinal);
        Assert.Equal("RATE_LIMIT_EXCEEDED", (string?)first.Body["error"]!["details"]![0]!["reason"]);
    }

    [Theory]
    [InlineData(FaultKind.ResetBefore, false)]
    [InlineData(FaultKind.ResetAfter, true)]
    [InlineData(FaultKind.CutBody, true)]
    public async Task A_broken_connection_is_an_error_whether_or_not_the_work_was_done(FaultKind kind, bool done)
    {
        string digest = State.AddImage(Apps, "web", "v1");
        Behaviour.Faults.Add(new Fault(kind) { When = request => request.Method == "PATCH" });
        string other = State.AddImage(Apps, "web");
        System.Text.Json.Nodes.JsonObject tag = new() { ["version"] = VersionName("web", other) };

        await Assert.ThrowsAsync<HttpRequestException>(
            () => SendAsync("PATCH", $"{AppsPath}/packages/web/tags/v1?updateMask=version", tag));

        Assert.Equal(done ? other : digest, State.DigestOf(Apps, "web", "v1"));
        Assert.Equal(RequestOutcome.AbortedByFault, Emulator.Requests.Snapshot()[0].Outcome);
    }

    [Fact]
    public async Task A_complete_answer_may_be_no_json()
    {
        Behaviour.Faults.Add(new Fault(FaultKind.MalformedJson));

        string text = await Client.GetStringAsync(new Uri(Emulator.Url, AppsPath), Stop);

        Assert.ThrowsAny<System.Text.Json.JsonException>(() => System.Text.Json.Nodes.JsonNode.Parse(text));
    }

    [Fact]
    public async Task A_token_that_leads_to_its_own_page_comes_with_the_right_page()
    {
        for (int i = 0; i < 5; i++) State.AddImage(Apps, "web");
        Behaviour.Faults.Add(new Fault(FaultKind.RepeatedPageToken));
        string list = $"{AppsPath}/dockerImages?pageSize=2";
        string first = (string)(await GetAsync(list)).Body["nextPageToken"]!;

        Reply second = await GetAsync($"{list}&pageToken={first}");

        Assert.Equal(2, second.Body["dockerImages"]!.AsArray().Count);
        Assert.Equal(first, (string?)second.Body["nextPageToken"]);
        Assert.Equal(FaultKind.RepeatedPageToken, Emulator.Requests.Snapshot()[^1].Fault?.Kind);
    }

    [Fact]
    public async Task Deletions_beyond_their_quota_are_refused_and_nothing_is_deleted_then()
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.DeletesPerSecond = 1;
        // More than any machine sends so slowly that each would be within the quota.
        Reply[] replies = new Reply[50];
        for (int i = 0; i < replies.Length; i++)
            replies[i] = await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/{Zeros}");

        Reply refused = replies.First(reply => (int)reply.Status == 429);

        Assert.Equal(HttpStatusCode.NotFound, replies[0].Status);
        Assert.Equal("RESOURCE_EXHAUSTED", refused.ErrorStatus);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(AppsPath)).Status);
        Assert.True(State.HasDigest(Apps, "web", digest));
    }

    [Fact]
    public async Task A_slow_answer_is_the_right_one()
    {
        Behaviour.Latency = TimeSpan.FromMilliseconds(1);
        Behaviour.Faults.Add(new Fault(FaultKind.Slow) { Delay = TimeSpan.FromMilliseconds(1) });

        Assert.Equal("DOCKER", (string?)(await GetAsync(AppsPath)).Body["format"]);
    }

    [Fact]
    public async Task A_rate_fails_the_same_requests_in_every_run()
    {
        List<string> runs = [];
        for (int run = 0; run < 2; run++)
        {
            Behaviour.Faults.Clear();
            Behaviour.Faults.Add(new Fault(FaultKind.Unavailable) { Rate = 0.3, Seed = 42 });
            string statuses = "";
            for (int i = 0; i < 40; i++) statuses += (await GetAsync(AppsPath)).Status == HttpStatusCode.OK ? "." : "x";
            runs.Add(statuses);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.InRange(runs[0].Count(c => c == 'x'), 4, 25);
    }

    [Fact]
    public async Task Answers_are_compressed_for_clients_that_ask()
    {
        for (int i = 0; i < 40; i++) State.AddImage(Apps, "web");
        using HttpClientHandler handler = new() { AutomaticDecompression = DecompressionMethods.GZip };
        using HttpClient client = new(handler);
        using HttpRequestMessage raw = new(HttpMethod.Get, new Uri(Emulator.Url, $"{AppsPath}/dockerImages"));
        raw.Headers.Add("Accept-Encoding", "gzip");

        using HttpResponseMessage compressed = await Client.SendAsync(raw, Stop);
        string text = await client.GetStringAsync(raw.RequestUri, Stop);

        Assert.Equal(["gzip"], compressed.Content.Headers.ContentEncoding);
        Assert.True((await compressed.Content.ReadAsByteArrayAsync(Stop)).Length < text.Length / 2);
        Assert.Equal(text, await Client.GetStringAsync(raw.RequestUri, Stop));
    }
}
