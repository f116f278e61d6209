using System.Collections.Concurrent;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>A limit that may keep a deletion from beginning. Asking it has no side effects.</summary>
internal interface ISweepLimit
{
    /// <summary>Gets the reason why a deletion must no longer begin; null while it may.</summary>
    string? Refuses(ImageNode node);
}

/// <summary>Ends a run after a number of deletions, which are allocated before an image is swept.</summary>
/// <param name="max">The number of deletions that the whole run may begin.</param>
internal sealed class CountLimit(int max) : ISweepLimit
{
    private readonly ConcurrentDictionary<ImageNode, bool> _beyond = [];
    private readonly string _reason = $"the limit of {max} deletions was reached";
    private int _left = max;

    /// <summary>Reserves the deletions of an image from the number that is left.</summary>
    public void Admit(SweepOrder order)
    {
        HashSet<ImageNode> taken = [.. Admissible(order)];
        _left -= taken.Count;
        foreach (ImageNode node in order.Digests)
            if (!taken.Contains(node))
                _beyond[node] = true;
    }

    /// <summary>
    /// Gets the digests of an image that fit into the number that is left, in order. Of a family that does not fit,
    /// only a part that can be deleted alone is taken: never a signature without its subject, nor a digest without
    /// those that must go before it. A family with a tagged image goes whole or not at all, because no later run would
    /// know what its parts belonged to.
    /// </summary>
    public IReadOnlyCollection<ImageNode> Admissible(SweepOrder order)
    {
        List<ImageNode> all = [];
        foreach (IReadOnlyList<ImageNode> family in order.Families)
        {
            int left = _left - all.Count;
            bool isTagged = family.Any(node => node is { IsTagged: true, TagsMayGo: true, FollowsTagSubjects: false });
            HashSet<ImageNode> taken = [.. isTagged && family.Count > left ? [] : family.Take(left)];
            while (taken.Count < family.Count && taken.RemoveWhere(node => !StandsAlone(node)) > 0)
            {
            }

            all.AddRange(family.Where(taken.Contains));

            bool StandsAlone(ImageNode node) =>
                (node.Subject is not ImageNode subject || !order.Contains(subject) || taken.Contains(subject))
                && order.Before(node).All(taken.Contains);
        }

        return all;
    }

    /// <inheritdoc/>
    public string? Refuses(ImageNode node) => _beyond.ContainsKey(node) ? _reason : null;
}

/// <summary>
/// Lets no deletion begin after a time, counted from the start of the command, so that planning counts too.
/// </summary>
internal sealed class TimeLimit : ISweepLimit, IDisposable
{
    // A timer supports at most 24 days; longer limits are checked against the clock alone.
    private static readonly TimeSpan MaxTimer = TimeSpan.FromDays(24);

    private readonly TimeSpan _limit;
    private readonly TimeProvider _clock;
    private readonly long _started;
    private readonly CancellationTokenSource _timer;

    /// <summary>Begins to measure the time.</summary>
    public TimeLimit(TimeSpan limit, TimeProvider clock)
    {
        (_limit, _clock, _started) = (limit, clock, clock.GetTimestamp());
        _timer = limit < MaxTimer ? new CancellationTokenSource(limit, clock) : new CancellationTokenSource();
    }

    /// <summary>Cancelled when the time is up.</summary>
    public CancellationToken Token => _timer.Token;

    /// <summary>The limit in words.</summary>
    public string Reason => $"the time limit of {_limit:g} was reached";

    /// <inheritdoc/>
    public string? Refuses(ImageNode node) =>
        // The timer may be a little ahead of the clock, or behind it.
        _timer.IsCancellationRequested || _clock.GetElapsedTime(_started) >= _limit ? Reason : null;

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}

/// <summary>
/// Lets no further deletion begin in a repository where the permission to delete, or to mark, is missing: it is granted
/// per repository.
/// </summary>
internal sealed class PermissionLimit : ISweepLimit
{
    // A digest with tags needs the second one, too.
    private static readonly string[] DeletePermissions =
        ["artifactregistry.versions.delete", "artifactregistry.tags.delete"];

    // For the mark of a quarantine.
    private static readonly string[] MarkPermissions =
        ["artifactregistry.tags.create", "artifactregistry.tags.update"];

    private readonly ConcurrentDictionary<ImageName, string> _denied = [];

    /// <summary>Learns from a result whether the permission is missing.</summary>
    public void Learn(RemovedImage result)
    {
        // A refusal that names no permission may come from a proxy, or may not recur with the next request.
        if (result.Error is not { Kind: RegistryErrorKind.PermissionDenied, Permission: string permission }) return;
        string? change = DeletePermissions.Contains(permission) ? "delete"
            : MarkPermissions.Contains(permission) ? "mark with a tag"
            : null;
        if (change is not null)
            _denied.TryAdd(
                result.Name.ToRepository(),
                $"the permission to {change} is missing, as for {Digest.Shorten(result.Digest)}"
            );
    }

    /// <inheritdoc/>
    public string? Refuses(ImageNode node) =>
        _denied.IsEmpty ? null : _denied.GetValueOrDefault(node.Image.Name.ToRepository());
}

/// <summary>
/// Lets no further deletion begin once the command is ending. Deletions that have begun are finished and reported.
/// </summary>
internal sealed class EndOfRun : ISweepLimit
{
    private volatile string? _reason;

    /// <summary>Keeps further deletions from beginning.</summary>
    public void End(string reason) => _reason ??= reason;

    /// <inheritdoc/>
    public string? Refuses(ImageNode node) => _reason;
}
