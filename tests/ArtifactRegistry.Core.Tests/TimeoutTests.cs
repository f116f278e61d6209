using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>
/// A time-out is an error of the service; a cancellation is the user's wish. Neither is taken for the other.
/// </summary>
public sealed class TimeoutTests : CoreTest
{
    private static readonly Fault NeverEnding = new(FaultKind.Slow) { Delay = TimeSpan.FromMinutes(10) };

    private static readonly TransportOptions Impatient = Quick with
    {
        RequestTimeout = TimeSpan.FromMilliseconds(300),
        Retries = 1,
    };

    [Fact]
    public async Task A_slow_answer_is_a_time_out_and_says_how_long_was_waited()
    {
        Behaviour.Faults.Add(NeverEnding);

        RegistryException error = await RefusedAsync(() => Client(Impatient).GetPackageAsync(Web, Stop));

        Assert.Equal(RegistryErrorKind.TimedOut, error.Kind);
        Assert.Equal("No answer within 0.3 s.", error.Message);
        Assert.Equal($"GET {Emulator.Url}v1/projects/shop/locations/us/repositories/apps/packages/web", error.Request);
        Assert.Null(error.Status);
        Assert.True(error.OutcomeUnknown);
        Assert.Equal(2, Emulator.Requests.Snapshot().Count);
        await Emulator.Requests.WaitUntilIdleAsync(Stop);
        Assert.All(
            Emulator.Requests.Snapshot(), request => Assert.Equal(RequestOutcome.AbortedByClient, request.Outcome));
    }

    [Fact]
    public async Task A_connection_that_does_not_come_about_in_time_was_never_sent_and_is_no_time_out_of_the_service()
    {
        using HttpClient http = new(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromMilliseconds(50),
            ConnectCallback = async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return Stream.Null;
            },
        });
        RestTransport transport = new(http, SignIns.Choose(Secret, _ => null), Quick with { Retries = 0 }, null);
        ArtifactRegistryClient client = new(transport, Endpoints.Choose(Emulator.Url, _ => null));

        RegistryException error = await RefusedAsync(() => client.GetPackageAsync(Web, Stop));

        Assert.Equal(RegistryErrorKind.Unreachable, error.Kind);
        Assert.False(error.OutcomeUnknown);
    }

    [Fact]
    public async Task Each_request_that_timed_out_is_traced()
    {
        Behaviour.Faults.Add(NeverEnding);

        await RefusedAsync(() => Client(Impatient).GetPackageAsync(Web, Stop));

        Assert.Equal(
            2,
            Trace.Count(line => line.Contains("packages/web -> no answer after ", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task A_request_that_timed_out_is_sent_again()
    {
        State.AddImage(Apps, "web");
        Behaviour.Faults.Add(NeverEnding with { Times = 1 });

        PackageMessage package = await Client(Quick with { RequestTimeout = TimeSpan.FromSeconds(2) })
            .GetPackageAsync(Web, Stop);

        Assert.Equal(Web.PackageResource, package.Name);
        Assert.Equal(2, Emulator.Requests.Snapshot().Count);
    }

    [Fact]
    public async Task A_policy_that_timed_out_is_not_written_again()
    {
        Behaviour.Faults.Add(NeverEnding);

        RegistryException error = await RefusedAsync(
            () => Client(Impatient).SetIamPolicyAsync(Web.ToRepository(), [], Stop));

        Assert.Equal(RegistryErrorKind.TimedOut, error.Kind);
        Assert.Single(Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData(200)]
    [InlineData(403)]
    public async Task A_body_that_stalls_is_a_time_out(int status)
    {
        await using RawServer server = RawServer.Start(_ => RawReply.Stalled(status, """{"name":"""));

        RegistryException error = await RefusedAsync(
            () => Client(Impatient, endpoint: server.Url).GetPackageAsync(Web, Stop));

        Assert.Equal(RegistryErrorKind.TimedOut, error.Kind);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Cancelling_before_the_call_sends_nothing()
    {
        using CancellationTokenSource user = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await user.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().GetPackageAsync(Web, user.Token));

        Assert.Empty(Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task Cancelling_while_the_service_works_ends_the_request()
    {
        using CancellationTokenSource user = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        using RequestHold hold = Emulator.Requests.Hold(_ => true);
        Task<PackageMessage> call = Client().GetPackageAsync(Web, user.Token);
        await hold.WaitForArrivalAsync(1, Stop);

        await user.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Emulator.Requests.WaitUntilIdleAsync(Stop);
        Assert.Equal(RequestOutcome.AbortedByClient, Assert.Single(Emulator.Requests.Snapshot()).Outcome);
    }

    [Fact]
    public async Task Cancelling_during_the_pause_before_another_try_is_a_cancellation()
    {
        Behaviour.Faults.Add(new Fault(FaultKind.Unavailable) { RetryAfter = "200" });
        using CancellationTokenSource user = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        TaskCompletionSource pausing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        OnTrace = line =>
        {
            if (line.StartsWith("Trying again", StringComparison.Ordinal)) pausing.TrySetResult();
        };
        Task<PackageMessage> call = Client().GetPackageAsync(Web, user.Token);
        await pausing.Task.WaitAsync(Stop);

        await user.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Single(Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task Cancelling_just_as_a_failure_arrives_is_a_cancellation()
    {
        Behaviour.Faults.Add(new Fault(FaultKind.Unavailable));
        using CancellationTokenSource user = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        OnTrace = _ => user.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().GetPackageAsync(Web, user.Token));

        Assert.Single(Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task Cancelling_just_as_the_last_try_fails_is_a_cancellation()
    {
        using CancellationTokenSource user = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        OnTrace = _ => user.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Client(Quick with { Retries = 0 }, endpoint: new Uri($"http://127.0.0.1:{RawServer.UnusedPort()}/"))
                .GetPackageAsync(Web, user.Token));
    }

    [Fact]
    public async Task Cancelling_while_the_token_is_fetched_sends_nothing()
    {
        using CancellationTokenSource user = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        EndlessTokens tokens = new();
        Task<PackageMessage> call = Client(tokens: tokens).GetPackageAsync(Web, user.Token);
        await tokens.Asked.WaitAsync(Stop);

        await user.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Empty(Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData(200)]
    [InlineData(503)]
    public async Task Cancelling_while_the_body_is_read_is_a_cancellation(int status)
    {
        await using RawServer server = RawServer.Start(_ => RawReply.Stalled(status, """{"name":"""));
        using CancellationTokenSource user = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        OnTrace = _ => answered.TrySetResult();
        Task<PackageMessage> call = Client(endpoint: server.Url).GetPackageAsync(Web, user.Token);
        await answered.Task.WaitAsync(Stop);

        await user.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Cancelling_between_two_pages_ends_the_listing()
    {
        for (int i = 1; i <= 3; i++) State.AddImage(Apps, "web", new ImageOptions { Digest = Digest(i) });
        Behaviour.PageSizeCap = 1;
        using CancellationTokenSource user = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (DockerImageMessage _ in Client().ListDockerImagesAsync(Web.ToRepository(), user.Token))
                await user.CancelAsync();
        });

        Assert.Single(Emulator.Requests.Snapshot());
    }
}
