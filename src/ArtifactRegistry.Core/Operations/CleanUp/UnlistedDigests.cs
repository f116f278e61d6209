namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Finds out about digests that were asked for and that the listing of their image does not have.</summary>
/// <param name="reader">Reads manifests.</param>
/// <param name="slots">The slots for the requests of all images together.</param>
/// <param name="concurrency">The number of digests that are requested at once.</param>
internal sealed class UnlistedDigests(ManifestReader reader, SemaphoreSlim slots, int concurrency)
{
    /// <summary>
    /// Gets the rows of digests that are missing from the listing. A listing may lag behind, so each digest is
    /// requested; one that exists after all stays, because nothing is known about what it belongs to.
    /// </summary>
    public async Task<IReadOnlyList<RemovedImage>> RowsAsync(IReadOnlyList<ImageName> digests, CancellationToken stop)
    {
        RemovedImage[] rows = new RemovedImage[digests.Count];
        await Parallel.ForAsync(
            0,
            digests.Count,
            new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = stop },
            async (i, token) => rows[i] = await RowAsync(digests[i], token));
        return rows;
    }

    private async Task<RemovedImage> RowAsync(ImageName digest, CancellationToken stop)
    {
        await slots.WaitAsync(stop);
        try
        {
            return await reader.FindAsync(digest, stop) is not null
                ? Row(RemovalStatus.Kept, "the listing of its image does not have it yet")
                : Row(RemovalStatus.AlreadyGone, "is not in this image, or no longer in it");
        }
        catch (RegistryException e)
        {
            string reason =
                $"the listing of its image does not have it, and whether it is there cannot be read: {e.Message}";
            return new RemovedImage(digest, TagList.Empty, 0, RemovalStatus.Failed, reason)
            {
                Error = e.WithMessage($"'{digest}': {reason}"),
            };
        }
        finally
        {
            slots.Release();
        }

        RemovedImage Row(RemovalStatus status, string reason) => new(digest, TagList.Empty, 0, status, reason);
    }
}
