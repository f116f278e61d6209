namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The newest look at an image that is being swept. A sweep may last for hours, so the image is gathered again, and the
/// decision made again, whenever the last look is too old for the digest that is to be deleted next.
/// </summary>
/// <param name="plan">The plan that is carried out.</param>
/// <param name="gatherAsync">Gathers and decides again; the new plan deletes nothing that the old one keeps.</param>
/// <param name="isOutdated">
/// True if the plan is to count as outdated, whatever its age, because a question was open.
/// </param>
/// <param name="clock">The clock by which ages are measured.</param>
/// <param name="stop">Cancels a look that is under way.</param>
internal sealed class ImageLook(
    CleanUpPlan plan,
    Func<CancellationToken, Task<CleanUpPlan>> gatherAsync,
    bool isOutdated,
    TimeProvider clock,
    CancellationToken stop)
{
    private readonly object _lock = new();
    private readonly long _started = clock.GetTimestamp();
    private readonly TimeSpan _ageAtStart = isOutdated ? TimeSpan.MaxValue : plan.Age;
    private CleanUpPlan _newest = plan;
    private long? _begun; // of the newest look
    private TimeSpan _took;
    private Task<CleanUpPlan>? _running;

    /// <summary>Gets a plan that is no older than the given age, or than the time that it takes to make one.</summary>
    /// <exception cref="RegistryException">The image cannot be gathered, so nothing more may be deleted by the old
    /// plan.</exception>
    public Task<CleanUpPlan> NoOlderThanAsync(TimeSpan age)
    {
        lock (_lock)
        {
            TimeSpan limit = age > _took ? age : _took;
            // Started early, the next look is ready before the last one is too old, so that no deletion has to wait for
            // it.
            if (Age > limit / 2) _running ??= GatherAsync();
            return Age <= limit || _running is null ? Task.FromResult(_newest) : _running;
        }
    }

    /// <summary>Waits for a look that is under way, whose result is no longer needed.</summary>
    public Task EndAsync()
    {
        lock (_lock) return Task.WhenAny(_running ?? Task.CompletedTask);
    }

    private TimeSpan Age =>
        _begun is long begun ? clock.GetElapsedTime(begun)
        : _ageAtStart == TimeSpan.MaxValue ? _ageAtStart
        : _ageAtStart + clock.GetElapsedTime(_started);

    private async Task<CleanUpPlan> GatherAsync()
    {
        await Task.Yield(); // the caller holds the lock
        long begun = clock.GetTimestamp();
        CleanUpPlan look = await gatherAsync(stop);
        lock (_lock)
        {
            (_newest, _begun, _took) = (look, begun, clock.GetElapsedTime(begun));
            _running = null; // after an error it is kept, and every later call gets that error
        }

        return look;
    }
}
