using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Compares the rows of a sweep with the registry: lists the image once more, and requests each digest that differs.
/// </summary>
internal static class SweepCheck
{
    private const int LooksAtOnce = 8;

    /// <summary>
    /// Lists the image again and returns the digests whose row the registry contradicts, each with what was observed.
    /// </summary>
    /// <param name="client">The API.</param>
    /// <param name="plan">The plan that was carried out.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">The image cannot be listed, so the rows cannot be checked.</exception>
    public static async Task<IReadOnlyList<(ImageName Digest, string Seen)>> CheckAsync(
        ArtifactRegistryClient client, CleanUpPlan plan, CancellationToken stop)
    {
        Dictionary<string, ImageNode> gone = plan.Delete.Where(node => node.Deletion is { State: DeletionState.Gone })
            .ToDictionary(node => node.Image.Digest, StringComparer.Ordinal);
        if (gone.Count == 0) return [];

        List<(ImageName Digest, bool IsListed)> suspects = new();
        HashSet<string> kept =
        [
            .. plan.Keep.Concat(
                plan.Delete.Where(node => node.Deletion is { State: DeletionState.Stays or DeletionState.Marked }))
                .Select(node => node.Image.Digest),
        ];
        await foreach (DockerImage listed in ListAsync(client, plan.Image, stop))
        {
            kept.Remove(listed.Digest);
            // A digest that has been pushed again since then has a different upload time.
            if (gone.TryGetValue(listed.Digest, out ImageNode? node) && listed.UploadTime == node.Image.UploadTime)
                suspects.Add((listed.Name, true));
        }

        suspects.AddRange(kept.Select(digest => (plan.Image.WithDigest(digest), false)));
        string?[] contradicted = new string?[suspects.Count];
        await Parallel.ForAsync(
            0,
            suspects.Count,
            new ParallelOptions { MaxDegreeOfParallelism = LooksAtOnce, CancellationToken = stop },
            async (i, token) =>
            {
                (ImageName digest, bool isListed) = suspects[i];
                // A listing may lag behind, so only the request for the digest itself counts.
                if (await DigestLookup.ExistsAsync(client, digest, token) == isListed)
                    contradicted[i] = isListed
                        ? "its row says that it is gone, and the registry still has it"
                        : "its row says that it stays, but the registry no longer has it";
            }
        );
        return [
            .. suspects
                .Zip(contradicted)
                .Where(pair => pair.Second is not null)
                .Select(pair => (pair.First.Digest, pair.Second!)),
        ];
    }

    private static async IAsyncEnumerable<DockerImage> ListAsync(
        ArtifactRegistryClient client,
        ImageName image,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        await using IAsyncEnumerator<DockerImage> each =
            FindImages.ListAsync(client, ImagePattern.Exactly(image), stop).GetAsyncEnumerator(stop);
        while (true)
        {
            try
            {
                if (!await each.MoveNextAsync()) yield break;
            }
            catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
            {
                yield break; // the image was deleted with its last digest
            }

            yield return each.Current;
        }
    }
}
