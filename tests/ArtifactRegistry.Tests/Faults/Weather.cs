using System.Collections.Concurrent;
using ArtifactRegistry.Emulator;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>What goes wrong while a command runs.</summary>
internal abstract class Weather
{
    /// <summary>Nothing.</summary>
    public static Weather Clear { get; } = new ClearSky();

    /// <summary>How many operations were made to fail, to never finish, to vanish or not to be readable.</summary>
    public int OperationsSpoilt { get; protected set; }

    /// <summary>
    /// The digests, as <see cref="World.Facts"/> names them, whose deletion ended with code 5: had it not been for this
    /// one, somebody else would have deleted them.
    /// </summary>
    public ConcurrentBag<string> TakenByOthers { get; } = [];

    /// <summary>How often somebody else is there at the wrong moment; see <see cref="Neighbour"/>.</summary>
    public virtual double Company => 0;

    /// <summary>What the neighbour's moments are drawn from.</summary>
    public virtual int Seed => 0;

    /// <summary>
    /// What one of the listings leaves out at random, for commands that hold several against each other.
    /// </summary>
    public virtual Func<RecordedRequest, string, bool>? Gap => null;

    public virtual Behaviour Behaviour() => new()
    {
        PageSizeCap = 7,
        DockerImageTagCap = 100,
        OperationTime = TimeSpan.FromSeconds(1),
        OperationPolls = 2,
        RefusesMounts = true,
        RequireToken = true,
        AcceptedTokens = [Support.PowerShellSession.Token],
    };

    private sealed class ClearSky : Weather;
}

/// <summary>Only that operations may not be read, so that a deletion has to be followed by its digest.</summary>
internal sealed class Fog : Weather
{
    public override Behaviour Behaviour()
    {
        Behaviour behaviour = base.Behaviour();
        behaviour.OperationFate = _ => OperationFate.Unreadable;
        return behaviour;
    }
}

/// <summary>Everything at random, repeatable by its seed: mostly a further try helps.</summary>
/// <param name="rate">The share of the requests, and of the operations, that something happens to.</param>
/// <param name="seed">What the draws start from.</param>
internal sealed class Storm(double rate, int seed) : Weather
{
    /// <summary>Longer than the time that a request may take, which is one second.</summary>
    private static readonly TimeSpan TooSlow = TimeSpan.FromSeconds(1.4);

    private static readonly string[] Listings = ["/dockerImages", "/versions", "/tags"];

    private static readonly Fault[] Kinds =
    [
        new(FaultKind.TooManyRequests),
        new(FaultKind.TooManyRequests) { RetryAfter = "1" },
        new(FaultKind.Aborted),
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

    public override double Company => rate;

    public override int Seed => seed;

    public override Func<RecordedRequest, string, bool> Gap
    {
        get
        {
            string listing = Listings[seed % Listings.Length];
#pragma warning disable CA5394 // Repeatable on purpose; nothing secret hangs on it.
            Random random = new(seed + 1000);
            return (request, _) =>
            {
                if (!request.Path.EndsWith(listing, StringComparison.Ordinal)) return false;
                lock (random) return random.NextDouble() < rate / 20;
            };
#pragma warning restore CA5394
        }
    }

    public override Behaviour Behaviour()
    {
        Behaviour behaviour = base.Behaviour();
        for (int i = 0; i < Kinds.Length; i++)
            behaviour.Faults.Add(Kinds[i] with { Rate = rate / Kinds.Length, Seed = (seed * 100) + i });
        // A deletion may be done as soon as it is begun, too.
        if (seed % 2 == 0) behaviour.OperationPolls = 0;
#pragma warning disable CA5394 // Repeatable on purpose; nothing secret hangs on it.
        Random random = new(seed);
        behaviour.OperationFate = request =>
        {
            lock (random)
            {
                if (random.NextDouble() >= rate) return OperationFate.Finishes;
                OperationsSpoilt++;
                OperationFate fate = (OperationFate)
                    random.Next((int)OperationFate.Fails, (int)OperationFate.NotFound + 1);
                if (
                    fate is OperationFate.NotFound
                    && request.Path.Split('/') is [.., "packages", string image, "versions", string digest]
                )
                    TakenByOthers.Add($"digest {World.Apps}/{image}@{digest}");
                return fate;
            }
        };
#pragma warning restore CA5394
        return behaviour;
    }

    public override string ToString() => $"{rate:P0} #{seed}";
}

/// <summary>How far an outage reaches.</summary>
internal enum Reach
{
    /// <summary>No request is refused.</summary>
    Nothing,

    /// <summary>To one request of this kind.</summary>
    Once,

    /// <summary>To all further requests of this kind.</summary>
    Endpoint,

    /// <summary>To all further requests.</summary>
    Everything,
}

/// <summary>From some request on, no further try helps: what retries hide in a storm shows here.</summary>
/// <param name="endpoint">Of what kind that request is.</param>
/// <param name="nth">Which of its kind it is, from 1.</param>
/// <param name="lost">Whether it is carried out and its answer lost; refusals begin with the next one then.</param>
/// <param name="reach">What is refused.</param>
internal sealed class Outage(string endpoint, int nth, bool lost, Reach reach) : Weather
{
    private int _count;

    // Where the further try is carried out, somebody else may have been there in between.
    public override double Company => reach is Reach.Nothing ? 0.5 : 0;

    public override int Seed => nth;

    public override Behaviour Behaviour()
    {
        Behaviour behaviour = base.Behaviour();
        if (reach is Reach.Nothing) behaviour.OperationPolls = 0;
        behaviour.Faults.Add(new Fault(FaultKind.ResetAfter) { When = Begins });
        behaviour.Faults.Add(new Fault(FaultKind.Forbidden) { When = Refuses, Times = reach is Reach.Once ? 1 : null });
        return behaviour;
    }

    public override string ToString() =>
        $"{endpoint} no. {nth} {(lost ? "loses its answer" : "is refused")}, then {reach}";

    // The first of the faults is asked about every request, so this one counts.
    private bool Begins(RecordedRequest request) => Endpoint.Of(request) == endpoint && ++_count == nth && lost;

    private bool Refuses(RecordedRequest request) => _count >= nth && reach switch
    {
        Reach.Nothing => false,
        Reach.Everything => true,
        _ => Endpoint.Of(request) == endpoint,
    };
}
