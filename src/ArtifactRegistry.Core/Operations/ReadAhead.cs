using System.Runtime.CompilerServices;

namespace ArtifactRegistry.Operations;

/// <summary>Processes a sequence ahead of the consumer, which gets the results in the order of the sequence.</summary>
internal static class ReadAhead
{
    /// <summary>Begins to process the next items while a result is awaited or used.</summary>
    /// <param name="items">The items to process.</param>
    /// <param name="atOnce">The maximum number of items that are processed at once.</param>
    /// <param name="work">
    /// Processes one item. Ending the enumeration early, or by an error, cancels and awaits the work that has begun.
    /// </param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async IAsyncEnumerable<TResult> InOrderAsync<TItem, TResult>(
        this IAsyncEnumerable<TItem> items,
        int atOnce,
        Func<TItem, CancellationToken, Task<TResult>> work,
        [EnumeratorCancellation] CancellationToken stop)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Queue<Task<TResult>> begun = new();
        try
        {
            await foreach (TItem item in items.WithCancellation(stop))
            {
                begun.Enqueue(work(item, ended.Token));
                if (begun.Count < atOnce) continue;
                yield return await begun.Peek();
                _ = begun.Dequeue();
            }

            while (begun.Count > 0)
            {
                yield return await begun.Peek();
                _ = begun.Dequeue();
            }
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAny(Task.WhenAll(begun)); // nobody is left to receive an error
        }
    }
}
