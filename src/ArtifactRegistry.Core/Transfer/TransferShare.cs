using System.Collections.Concurrent;

namespace ArtifactRegistry.Transfer;

/// <summary>Shares a limit of requests and the progress among the transfers of one command.</summary>
/// <param name="concurrency">The maximum number of blobs and other requests under way.</param>
internal sealed class TransferShare(int concurrency) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(concurrency);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Repository, string Blob), bool> _readable = new();
    private long _total, _done;

    /// <summary>The number of bytes that are to be transferred, as far as it is known.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>The number of bytes that need no transfer any more.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Adds bytes that are to be transferred.</summary>
    public void Expect(long bytes) => Interlocked.Add(ref _total, bytes);

    /// <summary>Adds bytes that were transferred; a negative number if that has to be repeated.</summary>
    public void Moved(long bytes) => Interlocked.Add(ref _done, bytes);

    /// <summary>Remembers that a repository can send a blob.</summary>
    public void RememberBlob(string repository, string blob) => _readable[(repository, blob)] = true;

    /// <summary>Returns whether it was seen that a repository can send a blob.</summary>
    public bool RemembersBlob(string repository, string blob) => _readable.ContainsKey((repository, blob));

    /// <summary>Runs a step when there is room for it.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> step, CancellationToken stop)
    {
        await _slots.WaitAsync(stop);
        try
        {
            return await step();
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>
    /// Runs a step on a blob while no other transfer of this command is at the same blob, so that a layer that several
    /// images share is sent once.
    /// </summary>
    public async Task<T> RunAloneAsync<T>(string blob, Func<Task<T>> step, CancellationToken stop)
    {
        SemaphoreSlim turn = _turns.GetOrAdd(blob, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(stop);
        try
        {
            return await RunAsync(step, stop);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _slots.Dispose();
        foreach (SemaphoreSlim turn in _turns.Values) turn.Dispose();
    }
}
