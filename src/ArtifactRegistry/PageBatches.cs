namespace ArtifactRegistry;

/// <summary>Groups the objects of a listing so that they are written while the next page is on its way.</summary>
internal static class PageBatches
{
    /// <summary>
    /// Writes objects as they arrive. The first is written before the second is requested. After that, all objects that
    /// are available without waiting are passed on together.
    /// </summary>
    /// <param name="items">The objects.</param>
    /// <param name="writeAsync">Writes some of them, in order.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async Task WriteAsync<T>(
        IAsyncEnumerable<T> items, Func<IReadOnlyList<T>, Task> writeAsync, CancellationToken stop)
    {
        await using IAsyncEnumerator<T> each = items.GetAsyncEnumerator(stop);
        if (!await each.MoveNextAsync()) return;
        Task written = writeAsync([each.Current]);
        await written;
        List<T> batch = new();
        while (true)
        {
            ValueTask<bool> next = each.MoveNextAsync();
            if (!next.IsCompleted && batch.Count > 0)
            {
                // No more than one page waits to be written, no matter how slow the consumer is.
                await written;
                written = writeAsync(batch);
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
                await writeAsync(batch);
                throw;
            }

            batch.Add(each.Current);
        }

        await written;
        await writeAsync(batch);
    }
}
