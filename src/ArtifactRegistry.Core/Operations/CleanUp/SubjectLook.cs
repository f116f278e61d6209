using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Looks, just before a signature, attestation or SBOM is deleted, whether what it is about is needed after all: it may have
/// gained a tag since it was listed, or stay for another reason. The service would let the signature go, so these looks are
/// all that protects it.
/// </summary>
/// <param name="client">The API.</param>
/// <param name="graph">The image, with how far the deletions are.</param>
internal sealed class SubjectLook(ArtifactRegistryClient client, ImageGraph graph)
{
    /// <summary>The row of a digest that stays after all, with the reason; null if it may go, or is about nothing.</summary>
    public async Task<RemovedImage?> SparedAsync(ImageNode node, CancellationToken stop)
    {
        if (node.SubjectDigest is not string digest) return null;
        string about = $"is about {Digest.Shorten(digest)}";
        try
        {
            (bool isThere, string? tag) = await LookAsync(node.Image.Name.WithDigest(digest), graph.Find(digest), stop);
            if (!isThere) return null;
            if (tag is not null) return Kept($"which has the tag {tag} by now");
            if (graph.Find(digest) is not { Deletion: not null } subject) return Kept("which stays");
            if (subject.Referrers.FirstOrDefault(other => other.Deletion is { State: DeletionState.Stays }) is ImageNode staying)
                return Kept($"which stays with {staying}");
            foreach (ImageNode above in Above(subject))
            {
                if (above.Deletion is null or { HeldBy: not null } or { State: DeletionState.Stays })
                    return Kept($"which stays with {above}");
                if (above.Deletion.State is not DeletionState.Gone
                    && (await LookAsync(above.Image.Name, above, stop)).Tag is string gained)
                    return Kept($"which stays with {above}, which has the tag {gained} by now");
            }

            return null;
        }
        catch (RegistryException e)
        {
            // Not merely kept: nobody decided so, and the next run may well delete it.
            string reason = $"{about}, and whether that is still needed cannot be read: {e.Message}";
            return new RemovedImage(node.Image, RemovalStatus.Failed, reason) { Error = e.WithMessage($"'{node.Image}' {reason}") };
        }

        RemovedImage Kept(string why) => new(node.Image, RemovalStatus.Kept, $"{about}, {why}");
    }

    /// <summary>What has to go before the service lets a digest go, and what that is about, and so on upwards.</summary>
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

    /// <summary>Whether a digest is there, and a tag that it has by now, other than those that go with it.</summary>
    private async Task<(bool IsThere, string? Tag)> LookAsync(ImageName digest, ImageNode? node, CancellationToken stop)
    {
        try
        {
            IReadOnlyList<string> tags = (await client.GetDockerImageAsync(digest, stop)).Tags ?? [];
            return (true, tags.FirstOrDefault(tag => node?.ReferrerTags.Contains(tag) is not true));
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return (false, null);
        }
    }
}
