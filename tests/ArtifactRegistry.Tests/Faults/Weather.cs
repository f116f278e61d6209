using ArtifactRegistry.Emulator;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>What may go wrong, all of it at random and repeatable by its seed.</summary>
/// <param name="Rate">The share of the requests, and of the operations, that something happens to.</param>
/// <param name="Seed">What the draws start from.</param>
internal sealed record Weather(double Rate, int Seed)
{
    /// <summary>Longer than the time that a request may take, which is one second.</summary>
    private static readonly TimeSpan TooSlow = TimeSpan.FromSeconds(1.4);

    private static readonly Fault[] Kinds =
    [
        new(FaultKind.TooManyRequests),
        new(FaultKind.TooManyRequests) { RetryAfter = "1" },
        new(FaultKind.InternalError),
        new(FaultKind.BadGateway),
        new(FaultKind.Unavailable),
        new(FaultKind.GatewayTimeout),
        new(FaultKind.ResetBefore),
        new(FaultKind.ResetAfter),
        new(FaultKind.CutBody),
        new(FaultKind.MalformedJson),
        new(FaultKind.Slow) { Delay = TimeSpan.FromMilliseconds(200) },
        new(FaultKind.Slow) { Delay = TooSlow },
        new(FaultKind.RepeatedPageToken)
        {
            When = request => request.PathAndQuery.Contains("pageToken=", StringComparison.Ordinal),
        },
    ];

    private int _operations;

    public static Weather Clear { get; } = new(0, 0);

    /// <summary>How many operations were made to fail, to never finish or to vanish.</summary>
    public int OperationsSpoilt => _operations;

    public Behaviour Behaviour()
    {
        var behaviour = new Behaviour { PageSizeCap = 7, OperationTime = TimeSpan.FromSeconds(1), OperationPolls = 2 };
        if (Rate == 0) return behaviour;
        for (int i = 0; i < Kinds.Length; i++)
            behaviour.Faults.Add(Kinds[i] with { Rate = Rate / Kinds.Length, Seed = (Seed * 100) + i });
#pragma warning disable CA5394 // Repeatable on purpose; nothing secret hangs on it.
        var random = new Random(Seed);
        behaviour.OperationFate = _ =>
        {
            lock (random)
            {
                if (random.NextDouble() >= Rate) return OperationFate.Finishes;
                _operations++;
                return (OperationFate)random.Next((int)OperationFate.Fails, (int)OperationFate.Vanishes + 1);
            }
        };
#pragma warning restore CA5394
        return behaviour;
    }
}
