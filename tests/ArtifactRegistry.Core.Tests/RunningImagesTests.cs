using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations.InUse;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>How long a reading of what runs is used, by a clock that stands still unless a test moves it.</summary>
public sealed class RunningImagesTests : CoreTest
{
    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(0, 14, 2)]
    [InlineData(5, 14, 2)]
    [InlineData(20, 39, 2)]
    [InlineData(100, 199, 2)]
    public async Task A_reading_is_used_for_15_seconds_or_for_as_long_again_as_it_took(int takes, int until, int more)
    {
        State.AddProject("games");
        using RunningImages running = Running();
        Behaviour.BeforeHandling = _ =>
        {
            _clock.Advance(TimeSpan.FromSeconds(takes));
            Behaviour.BeforeHandling = null;
        };

        await running.ReadAsync(["games"], Stop);
        int first = Sent.Count;
        _clock.Advance(TimeSpan.FromSeconds(until - takes));
        await running.ReadAsync(["games"], Stop);
        int second = Sent.Count;
        _clock.Advance(TimeSpan.FromSeconds(more));
        await running.ReadAsync(["games"], Stop);

        Assert.NotEqual(0, first);
        Assert.Equal(first, second);
        Assert.Equal(2 * first, Sent.Count);
    }

    [Fact]
    public async Task After_a_question_it_is_read_again_at_once()
    {
        State.AddProject("games");
        using RunningImages running = Running();
        await running.ReadAsync(["games"], Stop);
        int first = Sent.Count;

        running.Expire();
        await running.ReadAsync(["games"], Stop);

        Assert.Equal(2 * first, Sent.Count);
    }

    private RunningImages Running()
    {
        RestTransport transport = new(SharedHttp, SignIns.Choose(Secret, _ => null), Quick, null);
        Endpoints endpoints = Endpoints.Choose(Emulator.Url, _ => null);
        InUseServices services = new(
            new ContainerClient(transport, endpoints),
            new RunClient(transport, endpoints),
            new AppEngineClient(transport, endpoints),
            new ComputeClient(transport, endpoints),
            new CloudDeployClient(transport, endpoints),
            new CloudAssetClient(transport, endpoints),
            new ResourceManagerClient(transport, endpoints),
            Client(),
            _ => [],
            _ => throw new InvalidOperationException("There is no cluster."));
        return new RunningImages(services, concurrency: 1, _clock);
    }
}
