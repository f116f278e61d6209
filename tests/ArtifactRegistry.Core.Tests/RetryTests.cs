using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>What is sent again after a failure, what is not, and what is reported in the end.</summary>
public sealed class RetryTests : CoreTest
{
    private const string TagPath = "/v1/projects/shop/locations/us/repositories/apps/packages/web/tags/v1";

    public static TheoryData<FaultKind> Transient { get; } =
    [
        FaultKind.TooManyRequests,
        FaultKind.Aborted,
        FaultKind.InternalError,
        FaultKind.BadGateway,
        FaultKind.Unavailable,
        FaultKind.GatewayTimeout,
        FaultKind.ResetBefore,
        FaultKind.ResetAfter,
        FaultKind.CutBody,
        FaultKind.MalformedJson,
    ];

    [Theory, MemberData(nameof(Transient))]
    public async Task A_read_recovers_from_two_failures(FaultKind kind)
    {
        string digest = State.AddImage(Apps, "web", "v1");
        Behaviour.Faults.Add(new Fault(kind) { Times = 2 });

        TagMessage tag = await Client().GetTagAsync(Web.WithTag("v1"), Stop);

        Assert.EndsWith(digest, tag.Version, StringComparison.Ordinal);
        Assert.Equal(3, Emulator.Requests.Snapshot().Count);
    }

    [Theory, MemberData(nameof(Transient))]
    public async Task Moving_a_tag_recovers_from_two_failures(FaultKind kind)
    {
        State.AddImage(Apps, "web", "v1");
        string digest = State.AddImage(Apps, "web");
        Behaviour.Faults.Add(new Fault(kind) { Times = 2 });

        await Client().PatchTagAsync(Web.WithTag("v1"), Web.WithDigest(digest), _ => Task.CompletedTask, Stop);

        Assert.Equal(digest, State.DigestOf(Apps, "web", "v1"));
        Assert.Equal(3, Emulator.Requests.Snapshot().Count);
        Assert.Single(Emulator.Requests.Snapshot().Select(request => request.Body).Distinct());
    }

    [Theory]
    [InlineData(FaultKind.ResetAfter)]
    [InlineData(FaultKind.CutBody)]
    [InlineData(FaultKind.MalformedJson)]
    public async Task A_deletion_whose_answer_was_lost_is_sent_again_and_then_finds_nothing(FaultKind kind)
    {
        string digest = State.AddImage(Apps, "web", new ImageOptions());
        Behaviour.OperationPolls = 0;
        Behaviour.Faults.Add(new Fault(kind) { Times = 1 });

        RegistryException error = await RefusedAsync(() =>
            Client().DeleteVersionAsync(Web.WithDigest(digest), null, null, Stop)
        );

        Assert.Equal(RegistryErrorKind.NotFound, error.Kind);
        Assert.True(error.AfterLostAnswer);
        Assert.Empty(State.Digests(Apps, "web"));
        Assert.Equal(2, Emulator.Requests.Snapshot().Count);
    }

    [Theory]
    [InlineData(FaultKind.ResetAfter)]
    [InlineData(FaultKind.Unavailable)]
    [InlineData(FaultKind.TooManyRequests)]
    public async Task A_tag_is_not_deleted_again_without_a_look_since_it_may_be_another_by_then(FaultKind kind)
    {
        State.AddImage(Apps, "web", "v1");
        Behaviour.Faults.Add(new Fault(kind) { Times = 1 });
        int looks = 0;

        RegistryException error = await RefusedAsync(() => Client().DeleteTagAsync(Web.WithTag("v1"), LookAsync, Stop));

        Assert.Equal(RegistryErrorKind.TagMoved, error.Kind);
        Assert.Equal(kind is not FaultKind.TooManyRequests, error.AfterLostAnswer);
        Assert.Equal(1, looks);
        Assert.Single(Emulator.Requests.Snapshot());

        Task LookAsync(CancellationToken stop)
        {
            looks++;
            throw new RegistryException(RegistryErrorKind.TagMoved, "It is on another digest.");
        }
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests, RegistryErrorKind.QuotaExceeded, 429)]
    [InlineData(FaultKind.InternalError, RegistryErrorKind.Unavailable, 500)]
    [InlineData(FaultKind.BadGateway, RegistryErrorKind.Unavailable, 502)]
    [InlineData(FaultKind.Unavailable, RegistryErrorKind.Unavailable, 503)]
    [InlineData(FaultKind.GatewayTimeout, RegistryErrorKind.Unavailable, 504)]
    [InlineData(FaultKind.ResetBefore, RegistryErrorKind.Unreachable, null)]
    [InlineData(FaultKind.ResetAfter, RegistryErrorKind.Unreachable, null)]
    [InlineData(FaultKind.CutBody, RegistryErrorKind.Unreachable, null)]
    [InlineData(FaultKind.MalformedJson, RegistryErrorKind.UnexpectedAnswer, 200)]
    public async Task A_failure_that_stays_is_reported_after_the_last_try(
        FaultKind fault,
        RegistryErrorKind kind,
        int? status
    )
    {
        State.AddImage(Apps, "web", "v1");
        Behaviour.Faults.Add(new Fault(fault));

        RegistryException error = await RefusedAsync(() => Client().GetTagAsync(Web.WithTag("v1"), Stop));

        Assert.Equal(kind, error.Kind);
        Assert.Equal(status, (int?)error.Status);
        Assert.Equal($"GET {Emulator.Url.ToString().TrimEnd('/')}{TagPath}", error.Request);
        Assert.NotEmpty(error.Message);
        Assert.Equal(Quick.Retries + 1, Emulator.Requests.Snapshot().Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_request_is_sent_once_and_then_as_often_again_as_the_options_say(int retries)
    {
        Behaviour.Faults.Add(new Fault(FaultKind.Unavailable));

        RegistryException error = await RefusedAsync(
            () => Client(Quick with { Retries = retries }).GetPackageAsync(Web, Stop));

        Assert.Equal("The service is currently unavailable.", error.Message);
        Assert.True(error.OutcomeUnknown);
        Assert.Equal(retries + 1, Emulator.Requests.Snapshot().Count);
    }

    [Theory, MemberData(nameof(Transient))]
    public async Task A_policy_is_written_again_only_if_it_surely_was_not_written(FaultKind kind)
    {
        Behaviour.Faults.Add(new Fault(kind) { Times = 1, When = request => request.IsChange });
        ArtifactRegistryClient client = Client();
        JsonObject policy = await client.GetIamPolicyAsync(Web.ToRepository(), Stop);
        Emulator.Requests.Clear();

        if (kind is FaultKind.TooManyRequests)
        {
            await client.SetIamPolicyAsync(Web.ToRepository(), policy, Stop);
            Assert.Equal(2, Emulator.Requests.Snapshot().Count);
            return;
        }

        RegistryException error = await RefusedAsync(() => client.SetIamPolicyAsync(Web.ToRepository(), policy, Stop));

        // ABORTED says for sure that nothing was written, and that the policy has to be read anew.
        Assert.Equal(kind is not FaultKind.Aborted, error.OutcomeUnknown);
        Assert.Single(Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task A_policy_whose_connection_never_came_about_is_written_again()
    {
        int port = RawServer.UnusedPort();
        RawServer? late = null;
        OnTrace = line =>
        {
            if (line.StartsWith("Trying again", StringComparison.Ordinal))
                late ??= RawServer.Start(_ => RawReply.Of(200, """{"etag":"new"}"""), port);
        };

        JsonObject written = await Client(endpoint: new Uri($"http://127.0.0.1:{port}/"))
            .SetIamPolicyAsync(Web.ToRepository(), [], Stop);

        Assert.Equal("new", (string?)written["etag"]);
        Assert.Single(late!.Requests);
        await late.DisposeAsync();
    }

    [Fact]
    public async Task A_request_that_never_left_has_no_unknown_outcome_and_no_made_up_reason()
    {
        Uri nowhere = new($"http://127.0.0.1:{RawServer.UnusedPort()}/");

        RegistryException error = await RefusedAsync(
            () => Client(endpoint: nowhere).SetIamPolicyAsync(Web.ToRepository(), [], Stop));

        Assert.Equal(RegistryErrorKind.Unreachable, error.Kind);
        Assert.False(error.OutcomeUnknown);
        Assert.Null(error.Reason);
        Assert.Equal(
            $"POST {nowhere}v1/projects/shop/locations/us/repositories/apps:setIamPolicy", error.Request);
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests, RegistryErrorKind.QuotaExceeded)]
    [InlineData(FaultKind.Unavailable, RegistryErrorKind.Unavailable)]
    public async Task A_wait_beyond_the_limit_is_reported_at_once(FaultKind fault, RegistryErrorKind kind)
    {
        Behaviour.Faults.Add(new Fault(fault) { RetryAfter = "3600" });

        RegistryException error = await RefusedAsync(() => Client().GetPackageAsync(Web, Stop));

        Assert.Equal(kind, error.Kind);
        Assert.Equal(TimeSpan.FromHours(1), error.RetryAfter);
        Assert.Single(Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task A_quota_that_is_used_up_is_reported_in_the_words_of_the_service()
    {
        Behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests) { RetryAfter = "3600" });

        RegistryException error = await RefusedAsync(() => Client().GetPackageAsync(Web, Stop));

        Assert.Equal(HttpStatusCode.TooManyRequests, error.Status);
        Assert.Equal("RATE_LIMIT_EXCEEDED", error.Reason);
        Assert.Null(error.Permission);
        Assert.StartsWith(
            "Quota exceeded for quota metric 'Requests per project per region'",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.False(error.OutcomeUnknown);
    }

    [Fact]
    public async Task A_date_beyond_the_limit_is_reported_at_once()
    {
        string date = DateTimeOffset.UtcNow.AddHours(2).ToString("R", CultureInfo.InvariantCulture);
        Behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests) { RetryAfter = date });

        RegistryException error = await RefusedAsync(() => Client().GetPackageAsync(Web, Stop));

        Assert.InRange(error.RetryAfter!.Value, TimeSpan.FromHours(1), TimeSpan.FromHours(2));
        Assert.Single(Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task A_wait_that_the_service_asks_for_is_kept_even_if_it_is_longer_than_our_own()
    {
        State.AddImage(Apps, "web");
        Behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests) { RetryAfter = "1", Times = 1 });

        await Client().GetPackageAsync(Web, Stop);

        Assert.Contains(Trace, line =>
            line.StartsWith("Trying again in 1.0 s (try 2 of 5): Quota exceeded", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_wait_in_the_details_of_the_error_is_kept()
    {
        const string error = """
            {"error":{"code":503,"message":"busy","status":"UNAVAILABLE","details":[
              {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"0.3s"}]}}
            """;
        await using RawServer server = RawServer.Start(
            request => request.Number == 1 ? RawReply.Of(503, error) : RawReply.Of(200, """{"name":"x"}"""));

        await Client(endpoint: server.Url).GetPackageAsync(Web, Stop);

        Assert.Contains("Trying again in 0.3 s (try 2 of 5): busy", Trace);
    }

    [Theory]
    [InlineData("600s")]
    [InlineData("90000.5s")]
    [InlineData("1e7s")]
    public async Task A_wait_beyond_the_limit_in_the_details_is_reported_at_once(string delay)
    {
        string error = $$$"""{"error":{"code":429,"message":"later","details":[{"retryDelay":"{{{delay}}}"}]}}""";
        await using RawServer server = RawServer.Start(_ => RawReply.Of(429, error));

        RegistryException refusal = await RefusedAsync(() => Client(endpoint: server.Url).GetPackageAsync(Web, Stop));

        Assert.Equal("later", refusal.Message);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Wed, 21 Oct 2015 07:28:00 GMT")]
    public async Task A_wait_of_nothing_does_not_make_the_tries_follow_each_other_at_once(string retryAfter)
    {
        Behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests) { RetryAfter = retryAfter });
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        OnTrace = line =>
        {
            if (line.StartsWith("Trying again", StringComparison.Ordinal)) enough.Cancel();
        };
        TransportOptions slow = Quick with { FirstPause = TimeSpan.FromHours(1), MaxPause = TimeSpan.FromHours(2) };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client(slow).GetPackageAsync(Web, enough.Token));

        Assert.DoesNotContain(Trace, line => line.StartsWith("Trying again in 0.0 s", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(405)]
    [InlineData(413)]
    [InlineData(501)]
    [InlineData(302)]
    public async Task An_answer_that_will_not_change_is_not_asked_for_again(int status)
    {
        await using RawServer server = RawServer.Start(_ => RawReply.Of(status, "no"));

        RegistryException error = await RefusedAsync(() => Client(endpoint: server.Url).GetPackageAsync(Web, Stop));

        Assert.Equal(status, (int?)error.Status);
        Assert.Single(server.Requests);
        Assert.False(error.OutcomeUnknown);
    }
}
