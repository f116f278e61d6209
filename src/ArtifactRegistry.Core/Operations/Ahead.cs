using System.Runtime.CompilerServices;

namespace ArtifactRegistry.Operations;

/// <summary>Work on a sequence, some of it ahead of who reads the results, which come in the order of the sequence.</summary>
internal static class Ahead
{
    /// <summary>Begins work on the next items while a result is awaited or used.</summary>
    /// <param name="items">What to work on.</param>
    /// <param name="atOnce">On how many at most.</param>
    /// <param name="work">The work. Whoever ends the enumeration early, or by an error, cancels and awaits what is begun.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async IAsyncEnumerable<TResult> InOrderAsync<TItem, TResult>(
        this IAsyncEnumerable<TItem> items,
        int atOnce,
        Func<TItem, CancellationToken, Task<TResult>> work,
        [EnumeratorCancellation] CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var begun = new Queue<Task<TResult>>();
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
            await Task.WhenAny(Task.WhenAll(begun)); // an error of theirs comes too late for anyone
        }
    }
}
