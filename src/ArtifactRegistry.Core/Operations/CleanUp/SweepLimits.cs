using System.Collections.Concurrent;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Something that may keep a deletion from beginning. Asking it changes nothing.</summary>
internal interface ISweepLimit
{
    /// <summary>Gets why a deletion must not begin any more; null while it may.</summary>
    string? Refuses(ImageNode node);
}

/// <summary>Ends a run after a number of deletions, which is shared out before an image is swept.</summary>
/// <param name="max">How many deletions the whole run may begin.</param>
internal sealed class CountLimit(int max) : ISweepLimit
{
    private readonly ConcurrentDictionary<ImageNode, bool> _beyond = [];
    private readonly string _reason = $"the limit of {max} deletions was reached";
    private int _left = max;

    /// <summary>
    /// Takes the deletions of an image out of what is left. A family that does not fit is taken as far as a part of it can
    /// be deleted alone: never a signature without its subject, nor a digest without what has to go before it.
    /// </summary>
    public void Admit(SweepOrder order)
    {
        foreach (IReadOnlyList<ImageNode> family in order.Families)
        {
            HashSet<ImageNode> taken = [.. family.Take(_left)];
            while (taken.Count < family.Count && taken.RemoveWhere(node => !StandsAlone(node)) > 0)
            {
            }

            _left -= taken.Count;
            foreach (ImageNode node in family)
                if (!taken.Contains(node))
                    _beyond[node] = true;

            bool StandsAlone(ImageNode node) =>
                (node.Subject is not ImageNode subject || !order.Contains(subject) || taken.Contains(subject))
                && order.Before(node).All(taken.Contains);
        }
    }

    /// <inheritdoc/>
    public string? Refuses(ImageNode node) => _beyond.ContainsKey(node) ? _reason : null;
}

/// <summary>Begins nothing after a time, counted from the start of the command, so that planning counts too.</summary>
internal sealed class TimeLimit : ISweepLimit, IDisposable
{
    // 24 days are the most that a timer takes; longer limits are told by the clock alone.
    private static readonly TimeSpan MaxTimer = TimeSpan.FromDays(24);

    private readonly TimeSpan _limit;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly CancellationTokenSource _timer;

    /// <summary>Starts the clock.</summary>
    public TimeLimit(TimeSpan limit)
    {
        _limit = limit;
        _timer = limit < MaxTimer ? new CancellationTokenSource(limit) : new CancellationTokenSource();
    }

    /// <summary>Cancelled when the time is up.</summary>
    public CancellationToken Token => _timer.Token;

    /// <summary>The limit in words.</summary>
    public string Reason => $"the time limit of {_limit:g} was reached";

    /// <inheritdoc/>
    public string? Refuses(ImageNode node) =>
        // The timer may be a little ahead of the clock, or behind it.
        _timer.IsCancellationRequested || TimeProvider.System.GetElapsedTime(_started) >= _limit ? Reason : null;

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}

/// <summary>Begins nothing more in a repository where the permission to delete is missing: it is one of the repository.</summary>
internal sealed class PermissionLimit : ISweepLimit
{
    private const string DeletePermission = "artifactregistry.versions.delete";

    private readonly ConcurrentDictionary<ImageName, string> _denied = [];

    /// <summary>Notes a result that tells that the permission is missing.</summary>
    public void Learn(RemovedImage result)
    {
        // A refusal that names no permission may be that of a proxy, or be over with the next request.
        if (result.Error is { Kind: RegistryErrorKind.PermissionDenied, Permission: DeletePermission })
            _denied.TryAdd(
                result.Name.ToRepository(), $"the permission to delete is missing, as for {Digest.Shorten(result.Digest)}");
    }

    /// <inheritdoc/>
    public string? Refuses(ImageNode node) =>
        _denied.IsEmpty ? null : _denied.GetValueOrDefault(node.Image.Name.ToRepository());
}

/// <summary>Begins nothing more once the command is ending. What has begun comes to its end, and is told.</summary>
internal sealed class EndOfRun : ISweepLimit
{
    private volatile string? _reason;

    /// <summary>Lets no further deletion begin.</summary>
    public void End(string reason) => _reason ??= reason;

    /// <inheritdoc/>
    public string? Refuses(ImageNode node) => _reason;
}
