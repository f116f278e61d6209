using System.Collections.Concurrent;
using System.Management.Automation;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>A cmdlet that processes several items at once.</summary>
/// <remarks>
/// Work runs in a <see cref="WorkLoop"/>, and what it has to say is said on the pipeline thread. The rows and questions
/// of a list come in its order (<see cref="OutputOrder"/>).
/// </remarks>
public abstract class AsyncCmdlet : SafeTextCmdlet, IDisposable
{
    // The number of items that may have ended while an item before them has not: a change should not be reported much
    // later.
    private const int MaxTurns = 256;

    private readonly WorkLoop _loop;
    private readonly ConcurrentQueue<string> _lastWords = new();
    private readonly OutputOrder _order = new();
    private ErrorRecord? _ending;

    /// <summary>Initializes the loop of the work.</summary>
    protected AsyncCmdlet()
    {
        Progress = new WaitingBar(this);
        _loop = new WorkLoop(Progress.Show);
    }

    /// <summary>Cancelled on Ctrl+C, and when the pipeline ends early for any other reason.</summary>
    protected CancellationToken StopToken => _loop.StopToken;

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
    /// Starts work on an item of a list, as <see cref="Start(object, Func{Task})"/> does. Its rows, questions and
    /// errors follow those of the items before it at once.
    /// </summary>
    /// <param name="item">The item.</param>
    /// <param name="work">The work.</param>
    protected void StartInTurn(object item, Func<Task> work) => Start(item, work, takesTurn: true);

    private void Start(object item, Func<Task> work, bool takesTurn)
    {
        while (_loop.Count >= MaxConcurrency || (takesTurn && _order.Count >= MaxTurns)) _loop.PerformNext();
        if (IsEnding) Drain();
        int? turn = takesTurn ? _order.Take() : null;
        StartNow(item, turn is int mine ? () => _order.RunAsync(mine, work) : work, turn);
        _loop.PerformPosted();
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
        while (_loop.IsRunning(task)) _loop.PerformNext();
        return result;
    }

    /// <summary>Waits until no work is left.</summary>
    protected void Drain()
    {
        while (_loop.Count > 0) _loop.PerformNext();
        _loop.PerformNoted();
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
        else if (FinishesWhatRuns && (_loop.Count > 0 || _order.Count > 0) && StopsAtErrors)
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
    protected ValueTask PostAsync(Action action) => _loop.PostAsync(action);

    /// <inheritdoc/>
    protected override void EndProcessing() => Drain();

    /// <summary>
    /// Cancels the work, and nothing else: it runs on another thread while the pipeline thread waits.
    /// </summary>
    protected override void StopProcessing() => _loop.Cancel();

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
        _loop.CancelAndWait();
        OnEnded();
        _loop.Dispose();
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

    private Task StartNow(object item, Func<Task> work, int? turn = null) => _loop.Start(item, async () =>
    {
        ErrorRecord? failure = null;
        try
        {
            await work();
        }
        catch (Exception e) when (e is not OperationCanceledException || !StopToken.IsCancellationRequested)
        {
            failure = await ExplainAsync(e, item);
        }

        return () =>
        {
            if (failure is not null) FailInTurn(turn, failure);
            if (turn is int mine) _order.Leave(mine);
        };
    });

    private bool StopsAtErrors =>
        LanguagePrimitives.TryConvertTo(
            MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? given)
                ? given
                : GetVariableValue("ErrorActionPreference"),
            out ActionPreference preference
        )
        && preference is ActionPreference.Stop;

    /// <summary>Posts an action to the pipeline thread, and waits for its result.</summary>
    protected Task<T> PerformAsync<T>(Func<T> action) => _loop.PerformAsync(action);

    /// <summary>Has the pipeline thread ask a question, and waits for the answer.</summary>
    /// <param name="ask">Asks the question.</param>
    /// <param name="isSeen">Whether the user sees something of it, so that it must wait for its turn.</param>
    private protected async Task<bool> AskAsync(Func<bool> ask, Func<bool> isSeen)
    {
        int? turn = _order.Mine;
        TaskCompletionSource<bool> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await PostAsync(() =>
        {
            if (isSeen()) _order.Questions.Perform(turn, Ask);
            else Ask();
        });
        return await answer.Task.WaitAsync(StopToken);

        void Ask()
        {
            bool agreed;
            try
            {
                answer.SetResult(agreed = ask());
            }
            finally
            {
                answer.TrySetCanceled();
            }

            // The work may take long, and the next question need not wait for it. After a No, the row comes first.
            if (turn is int mine && agreed) _order.Questions.Pass(mine);
        }
    }

    /// <summary>
    /// Writes objects as they arrive: the first before the second is requested, and the others while the next page is
    /// on its way.
    /// </summary>
    protected Task EmitAsync<T>(IAsyncEnumerable<T> items) =>
        PageBatches.WriteAsync(items, page => PerformAsync(() => Emit(page)), StopToken);

    /// <summary>Writes one object from work, in its turn.</summary>
    /// <param name="item">The object.</param>
    /// <param name="onWritten">Called on the pipeline thread just before the pipeline gets the object.</param>
    protected ValueTask EmitAsync(object item, Action? onWritten = null)
    {
        int? turn = _order.Mine;
        return PostAsync(() => _order.Rows.Perform(turn, () =>
        {
            onWritten?.Invoke();
            Emit(item);
        }));
    }

    /// <summary>
    /// Posts an action, such as a warning or a line for -Verbose, to the pipeline thread without waiting for it.
    /// </summary>
    protected void Note(Action action) => _loop.Note(action);

    /// <summary>
    /// Reports a text even after Ctrl+C, when a pipeline accepts no more warnings: it is written to the screen before
    /// the prompt returns.
    /// </summary>
    private protected void ReportAtEnd(string text) => _lastWords.Enqueue(SafeText.Clean(text));

    /// <summary>Selects the view for a kind of row, such as Removed for tags that no longer exist.</summary>
    private protected static PSObject Shown(object row, string kind)
    {
        PSObject shown = PSObject.AsPSObject(row);
        shown.TypeNames.Insert(0, $"{row.GetType().FullName}#{kind}");
        return shown;
    }

    private void Emit(object? item)
    {
        WriteObject(item);
        Progress.Emitted++;
    }

    private bool Emit<T>(IReadOnlyList<T> items)
    {
        foreach (T item in items) Emit((object?)item);
        return true;
    }
}
