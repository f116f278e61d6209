using System.Net;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>A deletion has succeeded when its operation has, and not before.</summary>
public sealed class WaitForOperationTests : CoreTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_operation_is_asked_for_until_it_is_done(int polls)
    {
        string digest = State.AddImage(Apps, "web");
        (Behaviour.OperationPolls, Behaviour.OperationTime) = (polls, TimeSpan.FromHours(1));
        ArtifactRegistryClient client = Client();

        OperationMessage operation = await client.DeleteVersionAsync(Web.WithDigest(digest), null, null, Stop);
        Assert.Equal(polls == 0, operation.Done);
        await WaitForOperation.WaitAsync(client, operation, Stop);

        Assert.False(State.HasDigest(Apps, "web", digest));
        Assert.Equal(
            Enumerable.Repeat($"GET /v1/{operation.Name}", polls), Sent.Skip(1));
    }

    [Theory]
    [InlineData(3, RegistryErrorKind.InvalidArgument)]
    [InlineData(5, RegistryErrorKind.NotFound)]
    [InlineData(7, RegistryErrorKind.PermissionDenied)]
    [InlineData(9, RegistryErrorKind.FailedPrecondition)]
    [InlineData(13, RegistryErrorKind.Unavailable)]
    public async Task An_error_in_the_operation_is_an_error_although_every_request_succeeded(
        int code,
        RegistryErrorKind kind
    )
    {
        await using RawServer server = RawServer.Start(request =>
            RawReply.Of(
                200,
                request.Number == 1
                    ? """{"name":"projects/shop/locations/us/operations/1"}"""
                    : $$$"""{"name":"projects/shop/locations/us/operations/1","done":true,"error":{"code":{{{code}}}"""
                        + $$$""","message":"why not"}}"""
            )
        );
        ArtifactRegistryClient client = Client(endpoint: server.Url);
        OperationMessage operation = await client.DeletePackageAsync(Web, Stop);

        RegistryException error = await RefusedAsync(() => WaitForOperation.WaitAsync(client, operation, Stop));

        Assert.Equal(kind, error.Kind);
        Assert.Equal("why not", error.Message);
        Assert.Null(error.Status);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task An_error_without_words_still_says_its_code()
    {
        OperationMessage operation = new(
            "projects/shop/locations/us/operations/1",
            true,
            new StatusMessage(9, new ErrorDetails())
        );

        RegistryException error = await RefusedAsync(() => WaitForOperation.WaitAsync(Client(), operation, Stop));

        Assert.Contains("9", error.Message, StringComparison.Ordinal);
        Assert.Empty(Sent);
    }

    [Fact]
    public async Task The_refusal_to_delete_a_child_comes_from_the_operation()
    {
        AddedIndex index = State.AddIndex(Apps, "web", ["linux/amd64"]);
        ArtifactRegistryClient client = Client();
        OperationMessage operation = await client.DeleteVersionAsync(
            Web.WithDigest(index.Children[0]),
            null,
            null,
            Stop
        );

        RegistryException error = await RefusedAsync(() => WaitForOperation.WaitAsync(client, operation, Stop));

        Assert.Equal(RegistryErrorKind.FailedPrecondition, error.Kind);
        Assert.StartsWith("manifest is referenced by parent manifests", error.Message, StringComparison.Ordinal);
        Assert.True(State.HasDigest(Apps, "web", index.Children[0]));
    }

    [Fact]
    public async Task An_operation_that_vanishes_is_not_reported_as_an_image_that_was_not_found()
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.OperationFate = _ => OperationFate.Vanishes;
        ArtifactRegistryClient client = Client();
        OperationMessage operation = await client.DeleteVersionAsync(Web.WithDigest(digest), null, null, Stop);

        RegistryException error = await RefusedAsync(() => WaitForOperation.WaitAsync(client, operation, Stop));

        Assert.Equal(RegistryErrorKind.OperationLost, error.Kind);
        Assert.Equal(HttpStatusCode.NotFound, error.Status);
        Assert.EndsWith(operation.Name, error.Request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_ends_when_the_user_cancels()
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.OperationFate = _ => OperationFate.NeverFinishes;
        using CancellationTokenSource user = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        ArtifactRegistryClient client = Client();
        OperationMessage operation = await client.DeleteVersionAsync(Web.WithDigest(digest), null, null, Stop);
        using RequestHold hold = Emulator.Requests.Hold(request =>
            request.Path.Contains("/operations/", StringComparison.Ordinal)
        );
        Task waiting = WaitForOperation.WaitAsync(client, operation, user.Token);
        await hold.WaitForArrivalAsync(1, Stop);

        await user.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task An_operation_that_never_ends_is_given_up_after_its_time_and_named()
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.OperationFate = _ => OperationFate.NeverFinishes;
        ArtifactRegistryClient client = Client(Quick with { OperationTimeout = TimeSpan.FromMilliseconds(100) });
        OperationMessage operation = await client.DeleteVersionAsync(Web.WithDigest(digest), null, null, Stop);

        RegistryException error = await RefusedAsync(() => WaitForOperation.WaitAsync(client, operation, Stop));

        Assert.Equal(RegistryErrorKind.OperationLost, error.Kind);
        Assert.Contains(operation.Name, error.Message, StringComparison.Ordinal);
        Assert.Contains("0.1 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_look_does_not_end_the_wait()
    {
        string digest = State.AddImage(Apps, "web");
        Behaviour.Faults.Add(new Fault(FaultKind.ResetBefore)
        {
            Times = 2,
            When = request => request.Path.Contains("/operations/", StringComparison.Ordinal),
        });
        ArtifactRegistryClient client = Client();

        await WaitForOperation.WaitAsync(
            client,
            await client.DeleteVersionAsync(Web.WithDigest(digest), null, null, Stop),
            Stop
        );

        Assert.False(State.HasDigest(Apps, "web", digest));
    }
}
