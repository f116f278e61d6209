using System.Collections.Concurrent;
using System.Management.Automation;
using System.Threading.Channels;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>A cmdlet that works on several items at once.</summary>
/// <remarks>
/// PowerShell accepts Write* and ShouldProcess only from the thread that called ProcessRecord. So work posts actions, and
/// the pipeline thread performs them whenever it would otherwise wait. This file alone blocks, posts or starts tasks.
/// </remarks>
public abstract class AsyncCmdlet : PSCmdlet, IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Action> _posted = Channel.CreateBounded<Action>(64);
    private readonly Dictionary<Task, object> _running = []; // touched by the pipeline thread alone
    private readonly ConcurrentQueue<Action> _noted = new();
    private readonly ConcurrentQueue<string> _lastWords = new();
    private ErrorRecord? _ending;

    /// <summary>Prepares the token that ends all work.</summary>
    protected AsyncCmdlet()
    {
        StopToken = _stop.Token; // outlives _stop, for work that outlives the grace
        Progress = new WaitingBar(this);
    }

    /// <summary>Cancelled on Ctrl+C, and when the pipeline ends early for any other reason.</summary>
    protected CancellationToken StopToken { get; }

    /// <summary>How many items are worked on at once.</summary>
    protected virtual int MaxConcurrency => 1;

    /// <summary>Starts work on an item, once there is room; meanwhile performs what other work posts.</summary>
    /// <param name="item">The item, which becomes the target of its error record.</param>
    /// <param name="work">The work. It reads locals, not parameters: PowerShell binds those anew for the next record.</param>
    protected void Start(object item, Func<Task> work)
    {
        while (_running.Count >= MaxConcurrency) PerformNext();
        if (IsEnding) Drain();
        StartNow(item, work);
        while (_posted.Reader.TryRead(out Action? action)) action();
    }

    /// <summary>Does work and waits for its result; meanwhile performs what it and other work post.</summary>
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

    /// <summary>Writes an error; on the pipeline thread.</summary>
    /// <remarks>
    /// With -ErrorAction Stop the first one ends the command. Work that changes something is brought to its end before:
    /// what it has begun may be done by now, and has to be told.
    /// </remarks>
    private protected void Fail(ErrorRecord error)
    {
        if (IsEnding)
        {
            WriteWarning(error.ToString());
        }
        else if (FinishesWhatRuns && _running.Count > 0 && StopsAtErrors)
        {
            _ending = error;
            StopStartingWork();
        }
        else
        {
            WriteError(error);
        }
    }

    /// <summary>Whether an error that ends the command waits for the work beside it.</summary>
    private protected virtual bool FinishesWhatRuns => false;

    /// <summary>True once an error is going to end the command, as soon as nothing runs any more.</summary>
    private protected bool IsEnding => _ending is not null;

    /// <summary>Called when work should come to its end.</summary>
    private protected virtual void StopStartingWork()
    {
    }

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

    /// <summary>What takes longer than a second shows that it goes on.</summary>
    private protected WaitingBar Progress { get; }

    /// <summary>Has the pipeline thread perform an action. Safe from any thread; waits if that thread is far behind.</summary>
    protected ValueTask PostAsync(Action action) => _posted.Writer.WriteAsync(action, StopToken);

    /// <summary>Has the pipeline thread perform an action, and waits for what it returns.</summary>
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

    /// <summary>
    /// Writes objects as they come. The first is out before the second is asked for; after it, what is there without
    /// waiting is handed over at once, and written while the next page is on its way.
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
                // No more than one page waits to be written, however slow who reads is.
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
                // What was listed before something went wrong is listed.
                await written;
                await PerformAsync(() => Emit(batch));
                throw;
            }

            batch.Add(each.Current);
        }

        await written;
        await PerformAsync(() => Emit(batch));
    }

    /// <summary>Writes one object from work.</summary>
    protected ValueTask EmitAsync(object item) => PostAsync(() => Emit(item));

    /// <summary>Has the pipeline thread perform an action soon, without waiting for it: a warning, a line for -Verbose.</summary>
    protected void Note(Action action)
    {
        _noted.Enqueue(action);
        _posted.Writer.TryWrite(PerformNoted);
    }

    /// <summary>
    /// What must be said even after Ctrl+C, when a pipeline takes no more warnings: it is written to the screen before the
    /// prompt is back.
    /// </summary>
    private protected void ReportAtEnd(string text) => _lastWords.Enqueue(SafeText.Clean(text));

    /// <inheritdoc/>
    protected override void EndProcessing() => Drain();

    /// <summary>Only cancels: it runs on another thread while the pipeline thread waits.</summary>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Cancels and awaits what still runs, so that no request outlives its cmdlet.</summary>
    /// <remarks>Select-Object -First ends a pipeline without StopProcessing or EndProcessing; Dispose is always called.</remarks>
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
            // Cancelled work: nobody is left to hear its errors.
        }

        OnEnded();
        _stop.Dispose();
        // The host itself is there as long as the pipeline is; one without a screen shows nothing.
        while (_lastWords.TryDequeue(out string? text)) Host?.UI?.WriteWarningLine(text);
    }

    /// <summary>Called once no work is left, also after Ctrl+C: the place for a <see cref="ReportAtEnd"/>.</summary>
    private protected virtual void OnEnded()
    {
    }

    /// <summary>The record of an error about an item. What can be found out about it takes a moment at most.</summary>
    private protected virtual Task<ErrorRecord> ExplainAsync(Exception error, object item) =>
        Task.FromResult(ErrorRecords.For(error, item));

    private Task StartNow(object item, Func<Task> work)
    {
        Task self = null!;
        self = Task.Run(async () =>
        {
            Action done = () => _running.Remove(self);
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
                ErrorRecord record = await ExplainAsync(error, item);
                done += () => Fail(record);
            }

            await PostAsync(done);
        });
        _running.Add(self, item);
        return self;
    }

    private bool StopsAtErrors => LanguagePrimitives.TryConvertTo(
        MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? given) ? given : GetVariableValue("ErrorActionPreference"),
        out ActionPreference preference) && preference is ActionPreference.Stop;

    /// <summary>Gives a row the view that is for this kind of rows, such as Removed for tags that are not there any more.</summary>
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

    private void PerformNext()
    {
        Action? action;
        try
        {
            // The token ends this wait on Ctrl+C even if work is slow to notice it.
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

/// <summary>Work that belongs to no cmdlet: names for the Tab key, which may wait for a moment and no longer.</summary>
internal static class Background
{
    /// <summary>Starts work away from the thread of the prompt.</summary>
    public static Task<T> Start<T>(Func<Task<T>> work) => Task.Run(work);

    /// <summary>The result of work that must not fail; null if it is not there in time. The work goes on.</summary>
    public static T? Within<T>(Task<T> work, TimeSpan patience)
        where T : class => Task.WaitAny([work], patience) < 0 ? null : work.Result;
}
