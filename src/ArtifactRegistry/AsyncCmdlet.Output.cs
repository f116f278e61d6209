using System.Management.Automation;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <content>What the pipeline thread writes and asks for work.</content>
public abstract partial class AsyncCmdlet
{
    /// <summary>Writes a warning, with secrets hidden and control characters shown.</summary>
    private protected new void WriteWarning(string text) => base.WriteWarning(SafeText.Clean(text));

    /// <summary>Writes a verbose line, with secrets hidden and control characters shown.</summary>
    private protected new void WriteVerbose(string text) => base.WriteVerbose(SafeText.Clean(text));

    /// <summary>Writes a debug line, with secrets hidden and control characters shown.</summary>
    private protected new void WriteDebug(string text) => base.WriteDebug(SafeText.Clean(text));

    /// <summary>Writes a line for the information stream, with secrets hidden and control characters shown.</summary>
    private protected void WriteInformation(string text, params string[] tags) =>
        base.WriteInformation(SafeText.Clean(text), tags);

    /// <summary>Asks or reports what would be done, with secrets hidden and control characters shown.</summary>
    private protected new bool ShouldProcess(string target, string action) =>
        base.ShouldProcess(SafeText.Clean(target), SafeText.Clean(action));

    /// <summary>Posts an action to the pipeline thread, and waits for its result.</summary>
    protected async Task<T> PerformAsync<T>(Func<T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
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

    /// <summary>Has the pipeline thread ask a question, and waits for the answer.</summary>
    /// <param name="ask">Asks the question.</param>
    /// <param name="isSeen">Whether the user sees something of it, so that it must wait for its turn.</param>
    private protected async Task<bool> AskAsync(Func<bool> ask, Func<bool> isSeen)
    {
        int? turn = _order.Mine;
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
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
    /// Writes objects as they arrive. The first is written before the second is requested. After that, all objects that
    /// are available without waiting are passed on together, and written while the next page is on its way.
    /// </summary>
    protected async Task EmitAsync<T>(IAsyncEnumerable<T> items)
    {
        await using IAsyncEnumerator<T> each = items.GetAsyncEnumerator(StopToken);
        if (!await each.MoveNextAsync()) return;
        T first = each.Current;
        Task<bool> written = PerformAsync(() => Emit(first));
        await written;
        var batch = new List<T>();
        while (true)
        {
            ValueTask<bool> next = each.MoveNextAsync();
            if (!next.IsCompleted && batch.Count > 0)
            {
                // No more than one page waits to be written, no matter how slow the consumer is.
                await written;
                List<T> page = batch;
                written = PerformAsync(() => Emit(page));
                batch = [];
            }

            try
            {
                if (!await next) break;
            }
            catch (RegistryException)
            {
                // Write the objects that were listed before the error.
                await written;
                await PerformAsync(() => Emit(batch));
                throw;
            }

            batch.Add(each.Current);
        }

        await written;
        await PerformAsync(() => Emit(batch));
    }

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
    protected void Note(Action action)
    {
        _noted.Enqueue(action);
        _posted.Writer.TryWrite(PerformNoted);
    }

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

    private bool Emit(object? item)
    {
        WriteObject(item);
        Progress.Emitted++;
        return true;
    }

    private bool Emit<T>(List<T> items)
    {
        foreach (T item in items) Emit((object?)item);
        return true;
    }

    private void PerformNoted()
    {
        while (_noted.TryDequeue(out Action? action)) action();
    }
}
