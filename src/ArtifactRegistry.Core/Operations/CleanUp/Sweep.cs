using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Deletes what a plan found to be garbage, in the order that the service accepts: indexes and referrers before what
/// they hold. The service takes some seconds until it has forgotten a deleted parent; its refusals until then are
/// waited out.
/// </summary>
internal sealed class Sweep
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    // 250 ms, doubled each time: about a minute in all; some eight seconds were observed.
    private const int MostTries = 9;

    private readonly ArtifactRegistryClient _client;
    private readonly SweepLimits _limits;
    private readonly CancellationToken _stop;
    private readonly CleanUpPlan _plan;
    private readonly Channel<ImageNode> _ready = Channel.CreateUnbounded<ImageNode>();
    private readonly Channel<RemovedImage> _results;
    private int _unfinished;

    private Sweep(ArtifactRegistryClient client, CleanUpPlan plan, SweepLimits limits, CancellationToken stop)
    {
        (_client, _limits, _stop) = (client, limits, stop);
        _results = Channel.CreateBounded<RemovedImage>(limits.Concurrency * 2);
        _plan = plan;
        _unfinished = plan.Delete.Count;
    }

    /// <summary>Deletes, and tells what became of every digest of <see cref="CleanUpPlan.Delete"/>.</summary>
    public static async IAsyncEnumerable<RemovedImage> RunAsync(
        ArtifactRegistryClient client,
        CleanUpPlan plan,
        SweepLimits limits,
        [EnumeratorCancellation] CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(limits);
        // Whoever ends the enumeration early ends the deletions too.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var sweep = new Sweep(client, plan, limits, ended.Token);
        Task work = sweep.WorkAsync();
        try
        {
            await foreach (RemovedImage result in sweep._results.Reader.ReadAllAsync(stop)) yield return result;
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAny(work); // its error, if any, is for the caller who is still there
        }

        await work;
    }

    /// <summary>The order in which one worker would delete: parents before what they hold, else as listed.</summary>
    public static IEnumerable<ImageNode> InOrder(CleanUpPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        HashSet<ImageNode> planned = [.. plan.Delete];
        Dictionary<ImageNode, int> waiting = plan.Delete.ToDictionary(
            node => node, node => node.Parents.Distinct().Count(planned.Contains));
        var ready = new Queue<ImageNode>(plan.Delete.Where(node => waiting[node] == 0));
        while (ready.TryDequeue(out ImageNode? node))
        {
            yield return node;
            foreach (ImageNode held in node.Held.Distinct().Where(waiting.ContainsKey))
                if (--waiting[held] == 0)
                    ready.Enqueue(held);
        }
    }

    private async Task WorkAsync()
    {
        try
        {
            foreach (ImageNode node in _plan.Delete) node.Deletion = new Deletion();
            foreach (ImageNode node in _plan.Delete)
                node.Deletion!.Waiting = node.Parents.Distinct().Count(parent => parent.Deletion is not null);
            // All are counted before the first begins.
            foreach (ImageNode node in _plan.Delete.Where(node => node.Deletion!.Waiting == 0).ToList()) _ready.Writer.TryWrite(node);
            if (_plan.Delete.Count == 0) _ready.Writer.TryComplete();

            int workers = Math.Min(_limits.Concurrency, _plan.Delete.Count);
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => DeleteReadyAsync()));
        }
        finally
        {
            _results.Writer.TryComplete();
        }
    }

    private async Task DeleteReadyAsync()
    {
        try
        {
            await foreach (ImageNode node in _ready.Reader.ReadAllAsync(_stop))
            {
                RemovedImage? result = await TryAsync(node);
                if (result is null) continue;
                // An intent without a result means that we were killed.
                if (node.Deletion!.Tries > 0) _limits.Journal?.Note(result);
                await _results.Writer.WriteAsync(result, _stop);
                Release(node, result);
            }
        }
        catch (Exception e)
        {
            // A defect. No worker may go on with what it has left behind.
            _ready.Writer.TryComplete(e);
            throw;
        }
    }

    /// <summary>One try; null if there will be another.</summary>
    private async Task<RemovedImage?> TryAsync(ImageNode node)
    {
        Deletion deletion = node.Deletion!;
        DockerImage image = node.Image;
        if (deletion.HeldBy is ImageNode parent)
            return new RemovedImage(image, RemovalStatus.Kept, $"{parent} refers to it and was not deleted");
        if ((deletion.Tries == 0 ? _limits.Take() : _limits.Ended) is string ended) return NotReached(ended);

        await _limits.Slots.WaitAsync(_stop);
        RemovedImage result;
        try
        {
            if (await _limits.WaitForTurnAsync(_stop) is string late) return NotReached(late);
            // Last of all, since that wait may be long.
            if (await NeededBySubjectAsync(node) is RemovedImage needed) return needed;
            if (deletion.Tries == 0 && _limits.Journal?.Intend(image) is false) return NotReached(Journal.Broken);
            deletion.Tries++;
            result = await DeleteDigest.RunAsync(
                _client, image, node.Reason, _limits.Pacer,
                node.SubjectDigest is null ? null : () => NeededBySubjectAsync(node), _stop);
        }
        finally
        {
            _limits.Slots.Release();
        }

        bool quota = result.Error?.Kind is RegistryErrorKind.QuotaExceeded;
        if (deletion.Tries < MostTries && (quota || (result.Refused && await IsUnsettledAsync(result.Reason, node))))
        {
            _ = AgainLaterAsync(node, FirstPause * Math.Pow(2, deletion.Tries - 1));
            return null;
        }

        return result;

        RemovedImage NotReached(string reason) => new(image, RemovalStatus.NotReached, reason);
    }

    /// <summary>
    /// True if waiting helps: all parents that the refusal names are gone, by this run, by an interrupted one before
    /// it or by somebody else, and the service has not settled yet. A parent that is there stays, one that was pushed
    /// meanwhile for example. (The service's words: "manifest has referenced parents: IMAGE/manifests/sha256:…".)
    /// </summary>
    private async Task<bool> IsUnsettledAsync(string refusal, ImageNode node)
    {
        bool any = false;
        foreach (string digest in Digest.AllIn(refusal).Where(digest => digest != node.Image.Digest).Distinct())
        {
            any = true;
            if (_plan.Graph.Find(digest)?.Deletion is { Gone: true }) continue;
            try
            {
                if (await DeleteDigest.ExistsAsync(_client, node.Image.Name.WithDigest(digest), _stop)) return false;
            }
            catch (RegistryException)
            {
                // Not to be known now; the next try tells.
            }
        }

        return any || node.Deletion!.HadParents;
    }

    /// <summary>
    /// Why a signature, attestation or SBOM stays after all: what it is about has gained a tag since it was listed, or
    /// stays for another reason. The service would let it go, so this look is all that protects it.
    /// </summary>
    private async Task<RemovedImage?> NeededBySubjectAsync(ImageNode node)
    {
        if (node.SubjectDigest is not string digest) return null;
        string about = $"is about {Digest.Shorten(digest)}";
        try
        {
            (bool isThere, string? tag) = await LookAsync(node.Image.Name.WithDigest(digest));
            if (!isThere) return null;
            if (tag is not null) return Kept($"which has the tag {tag} by now");
            if (_plan.Graph.Find(digest) is not { Deletion: not null } subject) return Kept("which stays");
            if (subject.Referrers.FirstOrDefault(other => other.Deletion is { Stays: true }) is ImageNode staying)
                return Kept($"which stays with {staying}");
            foreach (ImageNode above in Above(subject))
            {
                if (above.Deletion is null or { HeldBy: not null } or { Stays: true }) return Kept($"which stays with {above}");
                if (!above.Deletion.Gone && (await LookAsync(above.Image.Name)).Tag is string gained)
                    return Kept($"which stays with {above}, which has the tag {gained} by now");
            }

            return null;
        }
        catch (RegistryException e)
        {
            // Not merely kept: nobody decided so, and the next run may well delete it.
            string reason = $"{about}, and whether that is still needed cannot be read: {e.Message}";
            return new RemovedImage(node.Image, RemovalStatus.Failed, reason) { Error = e.Told($"'{node.Image}' {reason}") };
        }

        RemovedImage Kept(string why) => new(node.Image, RemovalStatus.Kept, $"{about}, {why}");
    }

    /// <summary>What has to go before the service lets a digest go, and what that is about, and so on upwards.</summary>
    private static IEnumerable<ImageNode> Above(ImageNode node)
    {
        HashSet<ImageNode> seen = [node];
        Queue<ImageNode> next = new(seen);
        while (next.TryDequeue(out ImageNode? each))
        {
            foreach (ImageNode above in each.Subject is null ? each.Indexes : each.Indexes.Append(each.Subject))
            {
                if (!seen.Add(above)) continue;
                next.Enqueue(above);
                yield return above;
            }
        }
    }

    /// <summary>Whether a digest is there, and a tag that it has by now.</summary>
    private async Task<(bool IsThere, string? Tag)> LookAsync(ImageName digest)
    {
        try
        {
            return (true, (await _client.GetDockerImageAsync(digest, _stop)).Tags is { Count: > 0 } tags ? tags[0] : null);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return (false, null);
        }
    }

    private async Task AgainLaterAsync(ImageNode node, TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _stop);
            _ready.Writer.TryWrite(node);
        }
        catch (OperationCanceledException)
        {
            // The sweep has ended, and its workers with it.
        }
    }

    /// <summary>Lets go what waited for this digest.</summary>
    private void Release(ImageNode node, RemovedImage result)
    {
        bool gone = result.Status is RemovalStatus.Removed or RemovalStatus.AlreadyGone;
        (node.Deletion!.Gone, node.Deletion.Stays) = (gone, !gone && result.Status is not RemovalStatus.NotReached);
        foreach (ImageNode held in node.Held.Distinct())
        {
            if (held.Deletion is not Deletion waiting) continue;
            if (gone) waiting.HadParents = true;
            if (node.Deletion.Stays) waiting.HeldBy = node;
            if (Interlocked.Decrement(ref waiting.Waiting) == 0) _ready.Writer.TryWrite(held);
        }

        if (Interlocked.Decrement(ref _unfinished) == 0) _ready.Writer.TryComplete();
    }
}
