using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Checks the outcome of the deletions that an earlier run began and for which its journal has no result. If a digest
/// is still there, the tags that the run had removed are put back.
/// </summary>
internal static class InterruptedDeletions
{
    /// <summary>
    /// Checks each digest and records the outcome in the journal. Returns a summary; null if there was nothing to
    /// check.
    /// </summary>
    /// <param name="client">The API.</param>
    /// <param name="journal">The journal that this run continues.</param>
    /// <param name="concurrency">The number of digests that are checked at once.</param>
    /// <param name="warn">Receives what a person should look at.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async Task<string?> CheckAsync(
        ArtifactRegistryClient client, Journal journal, int concurrency, Action<string> warn, CancellationToken stop)
    {
        if (journal.Unresolved.Count == 0) return null;
        int gone = 0, there = 0;
        await Parallel.ForEachAsync(
            journal.Unresolved,
            new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = stop },
            async (deletion, token) =>
            {
                try
                {
                    ImageName digest = deletion.Digest;
                    if (await DigestLookup.ExistsAsync(client, digest, token))
                    {
                        Interlocked.Increment(ref there);
                        // While a tag is missing, the entry stays open, and the next run tries again.
                        if (await PutBackAsync(client, deletion, token))
                            await journal.TryResolveAsync(
                                digest,
                                RemovalStatus.Kept,
                                "is still there; an earlier run began its deletion and was ended"
                                    + (deletion.Tags.Count == 0 ? ""
                                        : "; its tags were put back where they were missing "
                                            + $"({string.Join(", ", deletion.Tags)})")
                            );
                        else
                            warn($"An earlier run may have removed tags of '{digest}', which could not be put back: "
                                + $"{string.Join(", ", deletion.Tags)}. The next run with this journal tries again.");
                    }
                    else
                    {
                        Interlocked.Increment(ref gone);
                        await journal.TryResolveAsync(
                            digest,
                            RemovalStatus.AlreadyGone,
                            "is gone; an earlier run began its deletion and was ended"
                        );
                    }
                }
                catch (RegistryException)
                {
                    // The outcome cannot be determined now; it stays open, and the next run checks again.
                }
            });
        return $"an earlier run was ended while {journal.Unresolved.Count} deletions were under way; "
            + $"{gone} of these digests are gone, {there} are there, {journal.Unresolved.Count - gone - there} cannot "
            + $"be read.";
    }

    private static async Task<bool> PutBackAsync(
        ArtifactRegistryClient client, UnresolvedDeletion deletion, CancellationToken stop)
    {
        foreach (string tag in deletion.Tags)
            if (await DeleteTagged.PutBackAsync(client, deletion.Digest, tag, stop) is false)
                return false;
        return true;
    }
}
