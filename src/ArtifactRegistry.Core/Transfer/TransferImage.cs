using System.Runtime.ExceptionServices;

namespace ArtifactRegistry.Transfer;

/// <summary>
/// Brings an image to a destination: the blobs, then the manifests in their order. What is there is not sent again, so
/// running it again finishes what was interrupted.
/// </summary>
/// <param name="source">The source of the blobs.</param>
/// <param name="destination">The destination.</param>
/// <param name="share">What the transfers of the command share.</param>
internal sealed class TransferImage(IContentSource source, IContentDestination destination, TransferShare share)
{
    private int _manifests, _mounted, _uploaded;
    private long _bytes;

    /// <summary>The amount transferred so far.</summary>
    public TransferResult Transferred => new(_manifests, _mounted, _uploaded, Interlocked.Read(ref _bytes));

    /// <summary>Transfers an image.</summary>
    /// <exception cref="RegistryException">
    /// The source or the destination failed; nothing incomplete is visible.
    /// </exception>
    public async Task<TransferResult> RunAsync(ImageContent content, CancellationToken stop)
    {
        bool[] there = await AllAsync(
            content.Manifests,
            (manifest, token) => share.RunAsync(() => destination.HasManifestAsync(manifest, token), token),
            stop);
        Manifest[] missing = [.. content.Manifests.Where((_, i) => !there[i])];
        Descriptor[] blobs = [.. missing.SelectMany(manifest => manifest.Blobs).DistinctBy(blob => blob.Digest)];
        share.Expect(blobs.Sum(blob => blob.Size));
        await AllAsync(blobs, (blob, token) => BringAsync(blob, skipIfThere: true, token), stop);
        foreach (Manifest manifest in missing) await WriteAsync(manifest, stop);
        return Transferred;
    }

    /// <summary>Writes a manifest. If it is refused, the destination may not have what it said that it has.</summary>
    private async Task WriteAsync(Manifest manifest, CancellationToken stop)
    {
        try
        {
            await PutAsync();
        }
        catch (RegistryException e)
            when (e.Kind is RegistryErrorKind.NotFound or RegistryErrorKind.InvalidArgument && manifest.Blobs.Count > 0)
        {
            share.Expect(manifest.Blobs.Sum(blob => blob.Size));
            await AllAsync(manifest.Blobs, (blob, token) => BringAsync(blob, skipIfThere: false, token), stop);
            await PutAsync();
        }

        _manifests++;

        Task PutAsync() => share.RunAsync(
            async () =>
            {
                await destination.PutManifestAsync(manifest, stop);
                return true;
            },
            stop);
    }

    /// <summary>Returns whether the destination has a blob, which is looked up once for all images.</summary>
    private async Task<bool> HasAsync(Descriptor blob, CancellationToken stop)
    {
        if (share.RemembersBlob(destination.Repository, blob.Digest)) return true;
        if (!await destination.HasBlobAsync(blob, stop)) return false;
        share.RememberBlob(destination.Repository, blob.Digest);
        return true;
    }

    private Task<bool> BringAsync(Descriptor blob, bool skipIfThere, CancellationToken stop) =>
        share.RunAloneAsync(
            blob.Digest,
            async () =>
            {
                if (skipIfThere && await HasAsync(blob, stop))
                {
                    share.Moved(blob.Size);
                    return true;
                }

                long moved = 0;
                BlobArrival arrival = await destination.PutBlobAsync(
                    blob,
                    source,
                    bytes =>
                    {
                        moved += bytes;
                        share.Moved(bytes);
                    },
                    stop);
                share.Moved(blob.Size - moved);
                if (arrival is BlobArrival.Mounted) Interlocked.Increment(ref _mounted);
                else Interlocked.Increment(ref _uploaded);
                if (arrival is BlobArrival.Uploaded) Interlocked.Add(ref _bytes, blob.Size);
                return false;
            },
            stop);

    /// <summary>Runs a step for each item at once; the first failure ends the others, and is thrown.</summary>
    private static async Task<TResult[]> AllAsync<T, TResult>(
        IReadOnlyList<T> items, Func<T, CancellationToken, Task<TResult>> step, CancellationToken stop)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Exception? first = null;
        TResult[] results = new TResult[items.Count];
        await Task.WhenAll(items.Select(async (item, i) =>
        {
            try
            {
                results[i] = await step(item, ended.Token);
            }
            catch (Exception e)
            {
                if (Interlocked.CompareExchange(ref first, e, null) is null) await ended.CancelAsync();
            }
        }));
        if (first is not null) ExceptionDispatchInfo.Throw(first);
        return results;
    }
}

/// <summary>The result of a transfer.</summary>
/// <param name="Manifests">The number of manifests written; none if all of them were there.</param>
/// <param name="BlobsMounted">The number of blobs that the destination took from another repository.</param>
/// <param name="BlobsUploaded">The number of blobs that were sent.</param>
/// <param name="BytesUploaded">The size of these.</param>
internal sealed record TransferResult(int Manifests, int BlobsMounted, int BlobsUploaded, long BytesUploaded);
