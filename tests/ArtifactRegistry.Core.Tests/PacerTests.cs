using ArtifactRegistry.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>How many requests pass in a time that the test makes pass.</summary>
public sealed class PacerTests
{
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void No_more_pass_than_the_rate_allows_and_no_fewer()
    {
        Pacer pacer = new(10, _clock);
        List<Task> turns = Ask(pacer, 100);

        Assert.InRange(turns.Count(turn => turn.IsCompleted), 1, 2);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(turns.Count(turn => turn.IsCompleted), 10, 12);
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.InRange(turns.Count(turn => turn.IsCompleted), 50, 52);
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.True(turns.TrueForAll(turn => turn.IsCompletedSuccessfully));
    }

    [Fact]
    public void A_pause_of_the_caller_is_not_made_up_for_by_a_burst()
    {
        Pacer pacer = new(10, _clock);
        Assert.True(Ask(pacer, 1)[0].IsCompleted);
        _clock.Advance(TimeSpan.FromMinutes(1));

        List<Task> turns = Ask(pacer, 100);

        Assert.InRange(turns.Count(turn => turn.IsCompleted), 1, 2);
    }

    [Fact]
    public void After_a_refusal_half_as_many_pass_and_the_rate_grows_back_by_itself()
    {
        Pacer pacer = new(100, _clock);
        pacer.SlowDown(null);

        Assert.InRange(PassedInOneSecond(pacer), 48, 62);
        for (int second = 0; second < 6; second++) PassedInOneSecond(pacer);
        Assert.InRange(PassedInOneSecond(pacer), 95, 105);
    }

    [Fact]
    public void Refusals_that_come_together_mean_one_slow_down_and_later_ones_another()
    {
        Pacer pacer = new(100, _clock);
        for (int i = 0; i < 16; i++) pacer.SlowDown(null);
        Assert.InRange(PassedInOneSecond(pacer), 48, 62);

        for (int second = 0; second < 10; second++)
        {
            pacer.SlowDown(null);
            _clock.Advance(TimeSpan.FromSeconds(1.1));
        }

        Assert.InRange(PassedInOneSecond(pacer), 1, 40);
    }

    [Fact]
    public void However_often_it_is_refused_one_a_second_still_passes()
    {
        Pacer pacer = new(20, _clock);
        for (int i = 0; i < 50; i++)
        {
            pacer.SlowDown(null);
            _clock.Advance(TimeSpan.FromSeconds(1.001));
        }

        Task turn = pacer.WaitAsync(Stop);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(turn.IsCompleted);
    }

    [Fact]
    public void A_rate_below_one_a_second_is_kept_also_after_a_refusal()
    {
        Pacer pacer = new(0.5, _clock);
        pacer.SlowDown(null);
        List<Task> turns = Ask(pacer, 3);

        _clock.Advance(TimeSpan.FromSeconds(2.1));
        Assert.Equal(2, turns.Count(turn => turn.IsCompleted));
    }

    [Fact]
    public void The_pause_that_the_service_asks_for_holds_all_back()
    {
        Pacer pacer = new(100, _clock);
        pacer.SlowDown(TimeSpan.FromSeconds(30));
        List<Task> turns = Ask(pacer, 5);

        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.DoesNotContain(turns, turn => turn.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(turns.TrueForAll(turn => turn.IsCompleted));
    }

    [Fact]
    public void A_pause_that_nobody_sits_through_is_left_to_the_error()
    {
        Pacer pacer = new(100, _clock);
        pacer.SlowDown(TimeSpan.FromHours(1));
        Task turn = pacer.WaitAsync(Stop);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(turn.IsCompleted);
    }

    [Fact]
    public async Task Who_waits_for_a_turn_can_be_stopped()
    {
        Pacer pacer = new(1, _clock);
        Ask(pacer, 2);
        using CancellationTokenSource stop = new();
        Task turn = pacer.WaitAsync(stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => turn);
    }

    private static List<Task> Ask(Pacer pacer, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => pacer.WaitAsync(Stop))];

    private int PassedInOneSecond(Pacer pacer)
    {
        int passed = 0;
        Task turn = pacer.WaitAsync(Stop);
        for (int millisecond = 0; millisecond < 1000; millisecond++)
        {
            while (turn.IsCompleted)
            {
                passed++;
                turn = pacer.WaitAsync(Stop);
            }

            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        return passed;
    }
}
