using System.Collections.Concurrent;
using System.Management.Automation;
using System.Threading.Channels;

namespace ArtifactRegistry;

/// <summary>The work of one cmdlet on other threads, and the actions that it posts to the pipeline thread.</summary>
/// <remarks>
/// PowerShell accepts Write* and ShouldProcess only on the thread that called ProcessRecord. So work posts actions, and
/// the pipeline thread performs them whenever it would otherwise wait. Only this file blocks or starts tasks.
/// </remarks>
internal sealed class WorkLoop : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Action> _posted = Channel.CreateBounded<Action>(64);
    private readonly Dictionary<Task, object> _running = []; // used only by the pipeline thread
    private readonly ConcurrentQueue<Action> _noted = new();
    private readonly Action<IReadOnlyCollection<object>> _whileWaiting;

    /// <summary>Initializes the token that cancels all work.</summary>
    /// <param name="whileWaiting">
    /// Called on the pipeline thread between actions and while it waits, with the items of the work under way.
    /// </param>
    public WorkLoop(Action<IReadOnlyCollection<object>> whileWaiting)
    {
        StopToken = _stop.Token; // outlives _stop, for work that outlives the grace period
        _whileWaiting = whileWaiting;
    }

    /// <summary>Cancelled when the work must end.</summary>
    public CancellationToken StopToken { get; }

    /// <summary>The number of works under way.</summary>
    public int Count => _running.Count;

    /// <summary>Returns whether work has not ended yet.</summary>
    public bool IsRunning(Task work) => _running.ContainsKey(work);

    /// <summary>Starts work on another thread.</summary>
    /// <param name="item">The item that the work is about.</param>
    /// <param name="work">The work; it returns the action with which it ends on the pipeline thread.</param>
    public Task Start(object item, Func<Task<Action>> work)
    {
        Task self = null!;
        self = Task.Run(async () =>
        {
            Action end;
            try
            {
                end = await work();
            }
            catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
            {
                return;
            }

            await PostAsync(() =>
            {
                _running.Remove(self);
                end();
            });
        });
        _running.Add(self, item);
        return self;
    }

    /// <summary>
    /// Posts an action to the pipeline thread. May be called from any thread; waits if the pipeline thread is far
    /// behind.
    /// </summary>
    public ValueTask PostAsync(Action action) => _posted.Writer.WriteAsync(action, StopToken);

    /// <summary>Posts an action to the pipeline thread, and waits for its result.</summary>
    public async Task<T> PerformAsync<T>(Func<T> action)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await PostAsync(() =>
        {
            try
            {
                done.SetResult(action());
            }
            finally
            {
                done.TrySetCanceled();
            }
        });
        return await done.Task.WaitAsync(StopToken);
    }

    /// <summary>
    /// Posts an action to the pipeline thread without waiting for it, no matter how far behind that is.
    /// </summary>
    public void Note(Action action)
    {
        _noted.Enqueue(action);
        _posted.Writer.TryWrite(PerformNoted);
    }

    /// <summary>Performs the actions that were noted. Call this on the pipeline thread, as the methods below.</summary>
    public void PerformNoted()
    {
        while (_noted.TryDequeue(out Action? action)) action();
    }

    /// <summary>Performs the actions that were posted so far.</summary>
    public void PerformPosted()
    {
        while (_posted.Reader.TryRead(out Action? action)) action();
    }

    /// <summary>Waits for an action, and performs it.</summary>
    /// <exception cref="PipelineStoppedException">The work was cancelled.</exception>
    public void PerformNext()
    {
        Action? action;
        try
        {
            // On Ctrl+C the token ends this wait even if the work is slow to react.
            StopToken.ThrowIfCancellationRequested();
            while (!_posted.Reader.TryRead(out action))
            {
                Task<bool> posted = _posted.Reader.WaitToReadAsync(StopToken).AsTask();
                while (Task.WaitAny([posted], WaitingBar.BetweenLooks) < 0) _whileWaiting(_running.Values);
                posted.GetAwaiter().GetResult();
            }
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        action();
        _whileWaiting(_running.Values);
    }

    /// <summary>Cancels the work. May be called from any thread.</summary>
    public void Cancel() => _stop.Cancel();

    /// <summary>Cancels the work, and waits for its end.</summary>
    public void CancelAndWait()
    {
        _stop.Cancel();
        try
        {
            Task.WaitAll([.. _running.Keys], Grace);
        }
        catch (AggregateException)
        {
            // Cancelled work: nobody is left to receive its errors.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();
}

/// <summary>Work that belongs to no cmdlet: names for tab completion, which must not wait for long.</summary>
internal static class Background
{
    /// <summary>Starts work on another thread than that of the prompt.</summary>
    public static Task<T> Start<T>(Func<Task<T>> work) => Task.Run(work);

    /// <summary>
    /// Gets the result of work that must not fail; null if it is not available in time. The work continues.
    /// </summary>
    public static T? Within<T>(Task<T> work, TimeSpan patience)
        where T : class => Task.WaitAny([work], patience) < 0 ? null : work.Result;
}
