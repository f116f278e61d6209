using System.Collections.Concurrent;
using System.Management.Automation;
using System.Threading.Channels;

namespace ArtifactRegistry;

/// <summary>A cmdlet that processes several items at once.</summary>
/// <remarks>
/// PowerShell accepts Write* and ShouldProcess only on the thread that called ProcessRecord. So work posts actions, and
/// the pipeline thread performs them whenever it would otherwise wait. Only this file blocks, posts or starts tasks.
/// </remarks>
public abstract partial class AsyncCmdlet : PSCmdlet, IDisposable
{
    // The number of items that may have ended while an item before them has not: a change should not be reported much later.
    private const int MaxTurns = 256;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Action> _posted = Channel.CreateBounded<Action>(64);
    private readonly Dictionary<Task, object> _running = []; // used only by the pipeline thread
    private readonly ConcurrentQueue<Action> _noted = new();
    private readonly ConcurrentQueue<string> _lastWords = new();
    private readonly OutputOrder _order = new();
    private ErrorRecord? _ending;

    /// <summary>Initializes the token that cancels all work.</summary>
    protected AsyncCmdlet()
    {
        StopToken = _stop.Token; // outlives _stop, for work that outlives the grace period
        Progress = new WaitingBar(this);
    }

    /// <summary>Cancelled on Ctrl+C, and when the pipeline ends early for any other reason.</summary>
    protected CancellationToken StopToken { get; }

    /// <summary>Gets the maximum number of items that are processed at once.</summary>
    protected virtual int MaxConcurrency => 1;

    /// <summary>
    /// Starts work on an item when a slot is free; meanwhile performs the actions that other work posts.
    /// </summary>
    /// <param name="item">The item, which becomes the target of its error record.</param>
    /// <param name="work">
    /// The work. It must use locals, not parameters, which PowerShell binds again for the next record.
    /// </param>
    protected void Start(object item, Func<Task> work) => Start(item, work, takesTurn: false);

    /// <summary>
    /// Starts work on an item of a list, as <see cref="Start(object, Func{Task})"/> does. Its rows, questions and errors
    /// follow those of the items before it at once.
    /// </summary>
    /// <param name="item">The item.</param>
    /// <param name="work">The work.</param>
    protected void StartInTurn(object item, Func<Task> work) => Start(item, work, takesTurn: true);

    private void Start(object item, Func<Task> work, bool takesTurn)
    {
        while (_running.Count >= MaxConcurrency || (takesTurn && _order.Count >= MaxTurns)) PerformNext();
        if (IsEnding) Drain();
        int? turn = takesTurn ? _order.Take() : null;
        StartNow(item, turn is int mine ? () => _order.RunAsync(mine, work) : work, turn);
        while (_posted.Reader.TryRead(out Action? action)) action();
    }

    /// <summary>
    /// Runs work and waits for its result; meanwhile performs the actions that it and other work post.
    /// </summary>
    /// <returns>The result; null after an error, which has been written.</returns>
    protected T? Wait<T>(object item, Func<Task<T>> work)
        where T : class
    {
        T? result = null;
        Task task = StartNow(item, async () => result = await work());
        while (_running.ContainsKey(task)) PerformNext();
        return result;
    }

    /// <summary>Waits until no work is left.</summary>
    protected void Drain()
    {
        while (_running.Count > 0) PerformNext();
        PerformNoted();
        Progress.Hide();
        if (_ending is ErrorRecord error) WriteError(error);
    }

    /// <summary>Writes an error. Call this on the pipeline thread.</summary>
    /// <remarks>
    /// With -ErrorAction Stop the first error ends the command. Work that changes something is finished first: a change
    /// that has begun may be complete by now, and must be reported.
    /// </remarks>
    private protected void Fail(ErrorRecord error)
    {
        if (IsEnding)
        {
            WriteWarning(error.ToString());
        }
        else if (FinishesWhatRuns && (_running.Count > 0 || _order.Count > 0) && StopsAtErrors)
        {
            _ending = error;
            StopStartingWork();
        }
        else
        {
            WriteError(error);
        }
    }

    /// <summary>Writes an error from work, in its turn; an error that ends the command takes effect at once.</summary>
    private protected async Task FailAsync(ErrorRecord error)
    {
        int? turn = _order.Mine;
        await PerformAsync(() => FailInTurn(turn, error));
    }

    private bool FailInTurn(int? turn, ErrorRecord error)
    {
        if (StopsAtErrors) Fail(error);
        else _order.Rows.Perform(turn, () => Fail(error));
        return true;
    }

    /// <summary>Gets whether an error that ends the command waits for the other work under way.</summary>
    private protected virtual bool FinishesWhatRuns => false;

    /// <summary>Gets whether an error is going to end the command as soon as all work has finished.</summary>
    private protected bool IsEnding => _ending is not null;

    /// <summary>Called when no more work should be started.</summary>
    private protected virtual void StopStartingWork()
    {
    }

    /// <summary>The progress bar of a command that takes longer than a second.</summary>
    private protected WaitingBar Progress { get; }

    /// <summary>
    /// Posts an action to the pipeline thread. May be called from any thread; waits if the pipeline thread is far
    /// behind.
    /// </summary>
    protected ValueTask PostAsync(Action action) => _posted.Writer.WriteAsync(action, StopToken);

    /// <inheritdoc/>
    protected override void EndProcessing() => Drain();

    /// <summary>
    /// Cancels the work, and nothing else: it runs on another thread while the pipeline thread waits.
    /// </summary>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Cancels and awaits work that is still running, so that no request outlives its cmdlet.</summary>
    /// <remarks>
    /// Select-Object -First ends a pipeline without StopProcessing or EndProcessing, but Dispose is always called.
    /// </remarks>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>See <see cref="Dispose()"/>.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        _stop.Cancel();
        try
        {
            Task.WaitAll([.. _running.Keys], Grace);
        }
        catch (AggregateException)
        {
            // Cancelled work: nobody is left to receive its errors.
        }

        OnEnded();
        _stop.Dispose();
        // The host exists as long as the pipeline; a host without a screen shows nothing.
        while (_lastWords.TryDequeue(out string? text)) Host?.UI?.WriteWarningLine(text);
    }

    /// <summary>Called when no work is left, even after Ctrl+C. May call <see cref="ReportAtEnd"/>.</summary>
    private protected virtual void OnEnded()
    {
    }

    /// <summary>
    /// Creates the record of an error about an item. Finding out more about the error takes a moment at most.
    /// </summary>
    private protected virtual Task<ErrorRecord> ExplainAsync(Exception error, object item) =>
        Task.FromResult(ErrorRecords.For(error, item));

    private Task StartNow(object item, Func<Task> work, int? turn = null)
    {
        Task self = null!;
        self = Task.Run(async () =>
        {
            ErrorRecord? failure = null;
            try
            {
                await work();
            }
            catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                failure = await ExplainAsync(error, item);
            }

            await PostAsync(() =>
            {
                _running.Remove(self);
                if (failure is not null) FailInTurn(turn, failure);
                if (turn is int mine) _order.Leave(mine);
            });
        });
        _running.Add(self, item);
        return self;
    }

    private bool StopsAtErrors => LanguagePrimitives.TryConvertTo(
        MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? given) ? given : GetVariableValue("ErrorActionPreference"),
        out ActionPreference preference) && preference is ActionPreference.Stop;

    private void PerformNext()
    {
        Action? action;
        try
        {
            // On Ctrl+C the token ends this wait even if the work is slow to react.
            StopToken.ThrowIfCancellationRequested();
            while (!_posted.Reader.TryRead(out action))
            {
                Task<bool> posted = _posted.Reader.WaitToReadAsync(StopToken).AsTask();
                while (Task.WaitAny([posted], WaitingBar.BetweenLooks) < 0) Progress.Show(_running.Values);
                posted.GetAwaiter().GetResult();
            }
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        action();
        Progress.Show(_running.Values);
    }
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
