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
    private const string DeletePermission = "artifactregistry.versions.delete";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    // 250 ms, doubled each time: about a minute in all; some eight seconds were observed.
    private const int MostTries = 9;

    private readonly ArtifactRegistryClient _client;
    private readonly SweepLimits _limits;
    private readonly CancellationToken _stop;
    private readonly CleanUpPlan _plan;
    private readonly SubjectLook _subjects;
    private readonly ImageName _repository;
    private readonly Channel<ImageNode> _ready = Channel.CreateUnbounded<ImageNode>();
    private readonly Channel<RemovedImage> _results;
    private int _unfinished;

    private Sweep(ArtifactRegistryClient client, CleanUpPlan plan, SweepLimits limits, CancellationToken stop)
    {
        (_client, _limits, _stop) = (client, limits, stop);
        _results = Channel.CreateBounded<RemovedImage>(limits.Concurrency * 2);
        _plan = plan;
        _subjects = new SubjectLook(client, plan.Graph);
        _repository = plan.Image.ToRepository();
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
        if ((deletion.Tries == 0 ? _limits.Take(_repository) : _limits.Ended) is string ended) return NotReached(ended);

        await _limits.Slots.WaitAsync(_stop);
        RemovedImage result;
        try
        {
            if (await _limits.WaitForTurnAsync(_stop) is string late) return NotReached(late);
            // Last of all, since that wait may be long.
            if (await _subjects.SparedAsync(node, _stop) is RemovedImage spared) return spared;
            if (deletion.Tries == 0 && _limits.Journal?.Intend(image) is false) return NotReached(Journal.Broken);
            deletion.Tries++;
            result = await DeleteDigest.RunAsync(
                _client, image, node.Reason, _limits.Pacer,
                node.SubjectDigest is null ? null : token => _subjects.SparedAsync(node, token), _stop);
        }
        finally
        {
            _limits.Slots.Release();
        }

        // A refusal that names no permission may be that of a proxy, or be over with the next request.
        if (result.Error is { Kind: RegistryErrorKind.PermissionDenied, Permission: DeletePermission })
            _limits.Deny(_repository, $"the permission to delete is missing, as for {Digest.Shorten(image.Digest)}");
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
        bool gone = result.RemovalStatus is RemovalStatus.Removed or RemovalStatus.AlreadyGone;
        (node.Deletion!.Gone, node.Deletion.Stays) = (gone, !gone && result.RemovalStatus is not RemovalStatus.NotReached);
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
