using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>
/// Ends planning when the time is up, but not before one image is planned: there must be rows that report that the
/// limit was reached.
/// </summary>
internal sealed class PlanningDeadline : IDisposable
{
    private readonly TimeLimit? _time;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;
    private volatile bool _isAnyPlanned;

    /// <summary>Initializes the token of planning.</summary>
    /// <param name="time">The time limit; null for none.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public PlanningDeadline(TimeLimit? time, CancellationToken stop)
    {
        _time = time;
        _source = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Token = _source.Token;
        _registration = time?.Token.Register(End) ?? default;
    }

    /// <summary>Gets the token that ends planning.</summary>
    public CancellationToken Token { get; }

    /// <summary>Notes that an image is planned, and ends planning if the time is up.</summary>
    public void NotePlanned()
    {
        _isAnyPlanned = true;
        if (_time is { Token.IsCancellationRequested: true }) End();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }

    private void End()
    {
        if (_isAnyPlanned) _source.Cancel();
    }
}
