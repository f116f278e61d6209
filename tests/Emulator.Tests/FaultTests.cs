using System.Net;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class FaultTests : EmulatorTest
{
    [Theory]
    [InlineData(FaultKind.TooManyRequests, 429, "RESOURCE_EXHAUSTED")]
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
