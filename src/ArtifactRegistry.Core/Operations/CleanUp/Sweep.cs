using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Carries out the plan of one image: processes each digest in the order that the service accepts, and releases the
/// digests that wait for it when it is done. <see cref="SweepStep"/> does the work for one digest.
/// </summary>
internal sealed class Sweep
{
    private readonly SweepOrder _order;
    private readonly SweepControl _control;
    private readonly SweepStep _step;
    private readonly CancellationToken _stop;
    private readonly Channel<ImageNode> _ready = Channel.CreateUnbounded<ImageNode>();
    private readonly Channel<RemovedImage> _results;
    private int _unfinished;

    private Sweep(SweepOrder order, SweepControl control, SweepStep step, CancellationToken stop)
    {
        (_order, _control, _step, _stop) = (order, control, step, stop);
        _results = Channel.CreateBounded<RemovedImage>(control.Concurrency * 2);
    }

    /// <summary>Deletes every digest of <see cref="CleanUpPlan.Delete"/> and returns the outcome of each.</summary>
    /// <param name="client">The API.</param>
    /// <param name="plan">The plan to carry out.</param>
    /// <param name="order">The order of the deletions.</param>
    /// <param name="control">The state that all sweeps of the command share.</param>
    /// <param name="look">Creates the look that finds which digests of the plan stay after all.</param>
    /// <param name="warn">Receives the tags that could not be put back after Ctrl+C.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async IAsyncEnumerable<RemovedImage> CarryOutAsync(
        ArtifactRegistryClient client,
        CleanUpPlan plan,
        SweepOrder order,
        SweepControl control,
        Func<CancellationToken, ImageLook> look,
        Action<string> warn,
        [EnumeratorCancellation] CancellationToken stop)
    {
        // Ending the enumeration early ends the deletions too.
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        ImageLook newest = look(ended.Token);
        SweepStep step = new(client, plan.Graph, control, newest, warn);
        Sweep sweep = new(order, control, step, ended.Token);
        Task work = sweep.WorkAsync();
        try
        {
            await foreach (RemovedImage result in sweep._results.Reader.ReadAllAsync(stop)) yield return result;
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAny(work); // an error is rethrown below, if the caller still waits for results
            await newest.EndAsync();
        }

        await work;
    }

    private async Task WorkAsync()
    {
        try
        {
            ImageNode[] digests = [.. _order.Digests];
            _unfinished = digests.Length;
            // Set up all of them before the first deletion begins.
            foreach (ImageNode node in digests) node.Deletion = new Deletion(_order.Before(node).Count());
            foreach (ImageNode node in digests)
                if (node.Deletion!.IsReady)
                    _ready.Writer.TryWrite(node);
            if (digests.Length == 0) _ready.Writer.TryComplete();

            int workers = Math.Min(_control.Concurrency, digests.Length);
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
                if (await _step.CarryOutAsync(node, _stop) is RemovedImage result) await FinishAsync(node, result);
                else _ = AgainAsync(node, Settling.PauseAfter(node.Deletion!.Tries));
            }
        }
        catch (Exception e)
        {
            // A defect. No worker may continue with the state that it left behind.
            _ready.Writer.TryComplete(e);
            throw;
        }
    }

    /// <summary>Queues a digest again after a pause, during which others are processed.</summary>
    private async Task AgainAsync(ImageNode node, TimeSpan pause)
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

    private async Task FinishAsync(ImageNode node, RemovedImage result)
    {
        // An intent without a result means that the run was killed.
        await _control.FinishAsync(node.Image, result);
        await _results.Writer.WriteAsync(result, _stop);
        Deletion deletion = node.Deletion!;
        deletion.State = result.RemovalStatus switch
        {
            RemovalStatus.Removed or RemovalStatus.AlreadyGone => DeletionState.Gone,
            RemovalStatus.NotReached => DeletionState.NotReached,
            RemovalStatus.Quarantined => DeletionState.Marked,
            _ => DeletionState.Stays,
        };
        foreach (ImageNode waiting in _order.After(node))
        {
            if (deletion.State is DeletionState.Gone) waiting.Deletion!.HadParents = true;
            else if (deletion.State is DeletionState.Stays) waiting.Deletion!.HeldBy = node;
            if (waiting.Deletion!.IsReadyAfterOne()) _ready.Writer.TryWrite(waiting);
        }

        if (Interlocked.Decrement(ref _unfinished) == 0) _ready.Writer.TryComplete();
    }
}
