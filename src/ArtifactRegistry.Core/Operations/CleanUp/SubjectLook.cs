using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Checks, just before a signature, attestation or SBOM is deleted, whether its subject is needed after all: the
/// subject may have gained a tag since it was listed, may have been pushed again, or may stay for another reason. The
/// service would allow the deletion, so only these checks protect the signature.
/// </summary>
/// <param name="client">The API.</param>
/// <param name="graph">The image, with the state of the deletions.</param>
internal sealed class SubjectLook(ArtifactRegistryClient client, ImageGraph graph)
{
    /// <summary>
    /// Gets the row, with the reason, of a digest that stays after all; null if it may go, or has no subject.
    /// </summary>
    public async Task<RemovedImage?> SparedAsync(ImageNode node, CancellationToken stop)
    {
        if (node.SubjectDigest is not string digest) return null;
        string about = $"is about {Digest.Shorten(digest)}";
        try
        {
            (bool isThere, string? need) = await LookAsync(
                node.Image.Name.WithDigest(digest),
                graph.Find(digest),
                stop);
            if (!isThere)
                return null;
            if (need is not null)
                return Kept($"which {need}");
            if (graph.Find(digest) is not { Deletion: not null } subject)
                return Kept("which stays");
            if (
                subject.Referrers.FirstOrDefault(other => other.Deletion is { State: DeletionState.Stays })
                is ImageNode staying
            )
                return Kept($"which stays with {staying}");
            foreach (ImageNode above in Above(subject))
            {
                if (above.Deletion is null or { HeldBy: not null } or { State: DeletionState.Stays })
                    return Kept($"which stays with {above}");
                if (above.Deletion.State is not DeletionState.Gone
                    && (await LookAsync(above.Image.Name, above, stop)).Need is string gained)
                    return Kept($"which stays with {above}, which {gained}");
            }

            return null;
        }
        catch (RegistryException e)
        {
            // The status is not "kept", because nothing decided to keep it, and the next run may well delete it.
            string reason = $"{about}, and whether that is still needed cannot be read: {e.Message}";
            return new RemovedImage(node.Image, RemovalStatus.Failed, reason)
            {
                Error = e.WithMessage($"'{node.Image}' {reason}"),
            };
        }

        RemovedImage Kept(string why) => new(node.Image, RemovalStatus.Kept, $"{about}, {why}");
    }

    /// <summary>
    /// Gets the indexes that must go before the service allows a digest to be deleted, its subject, and so on upwards.
    /// </summary>
    private static IEnumerable<ImageNode> Above(ImageNode node)
    {
        HashSet<ImageNode> seen = [node];
        Queue<ImageNode> next = new(seen);
        while (next.TryDequeue(out ImageNode? each))
        {
            foreach (ImageNode above in each.Subject is null ? each.Indexes : each.Indexes.Append(each.Subject))
            {
                if (!seen.Add(above)) continue;
                next.Enqueue(above);
                yield return above;
            }
        }
    }

    /// <summary>
    /// Gets whether a digest exists, and why it is needed by now: it has a tag other than those that are deleted with
    /// it, or was pushed again.
    /// </summary>
    private async Task<(bool IsThere, string? Need)> LookAsync(
        ImageName digest, ImageNode? node, CancellationToken stop)
    {
        try
        {
            DockerImage now = DockerImage.From(await client.GetDockerImageAsync(digest, stop), digest);
            string? need =
                now.Tags.FirstOrDefault(tag => node?.TagsToRemove.Contains(tag) is not true) is string tag
                    ? $"has the tag {tag} by now"
                : node is not null && now.UploadTime != node.Image.UploadTime ? "has been pushed again"
                : null;
            // What was seen also keeps the digest itself, whose own turn may come before the next look at the image.
            if (need is not null && node?.Deletion is Deletion deletion) deletion.Need = need;
            return (true, need);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return (false, null);
        }
    }
}
