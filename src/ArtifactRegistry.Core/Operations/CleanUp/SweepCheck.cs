using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Compares the rows of a sweep with the registry: lists the image's versions once more, and requests each digest that
/// differs. Where the service supports no filter, dockerImages would list the whole repository for each image.
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

        HashSet<string> kept =
        [
            .. plan.Keep.Concat(
                plan.Delete.Where(node => node.Deletion is { State: DeletionState.Stays or DeletionState.Marked }))
                .Select(node => node.Image.Digest),
        ];
        List<(ImageName Digest, ImageNode? Gone)> suspects = new();
        await foreach (ImageName listed in ListAsync(client, plan.Image, stop))
        {
            kept.Remove(listed.Digest!);
            if (gone.TryGetValue(listed.Digest!, out ImageNode? node)) suspects.Add((listed, node));
        }

        suspects.AddRange(kept.Select(digest => (plan.Image.WithDigest(digest), (ImageNode?)null)));
        string?[] contradicted = new string?[suspects.Count];
        await Parallel.ForAsync(
            0,
            suspects.Count,
            new ParallelOptions { MaxDegreeOfParallelism = LooksAtOnce, CancellationToken = stop },
            async (i, token) =>
            {
                (ImageName digest, ImageNode? node) = suspects[i];
                // A listing may lag behind, so only the request for the digest itself counts.
                if (node is not null)
                {
                    if (await IsStillThereAsync(client, node, token))
                        contradicted[i] = "its row says that it is gone, and the registry still has it";
                }
                else if (!await DigestLookup.ExistsAsync(client, digest, token))
                {
                    contradicted[i] = "its row says that it stays, but the registry no longer has it";
                }
            }
        );
        return [
            .. suspects
                .Zip(contradicted)
                .Where(pair => pair.Second is not null)
                .Select(pair => (pair.First.Digest, pair.Second!)),
        ];
    }

    private static async IAsyncEnumerable<ImageName> ListAsync(
        ArtifactRegistryClient client,
        ImageName image,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        await using IAsyncEnumerator<VersionMessage> each =
            client.ListBasicVersionsAsync(image, stop).GetAsyncEnumerator(stop);
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

            if (ImageName.TryParse(each.Current.Name, out ImageName? name) && name.Digest is not null
                && ListedNames.IsOfImage(image, name))
                yield return image.WithDigest(name.Digest);
        }
    }

    private static async Task<bool> IsStillThereAsync(
        ArtifactRegistryClient client, ImageNode node, CancellationToken stop) =>
        await DigestLookup.FindAsync(client, node.Image.Name, stop) is DockerImageMessage now
        // One that has been pushed again since then has a different upload time.
        && DockerImage.From(now, node.Image.Name).UploadTime == node.Image.UploadTime;
}
