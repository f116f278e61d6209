using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Lists tags, and digests without tags.</summary>
internal static class FindTags
{
    /// <summary>
    /// Lists one row per tag, and one with an empty tag per untagged digest; only rows with a tag if a tag was
    /// requested.
    /// </summary>
    /// <param name="client">The service.</param>
    /// <param name="what">A repository, image, tag or digest, or a pattern.</param>
    /// <param name="wanted">Selects tags; null for all rows.</param>
    /// <param name="warn">Receives the rows of the listing that are skipped.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async IAsyncEnumerable<ImageTag> ListAsync(
        ArtifactRegistryClient client,
        ImagePattern what,
        Func<string, bool>? wanted,
        Action<string> warn,
        [EnumeratorCancellation] CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(what);
        bool onlyTags = wanted is not null || what.TagPattern is not null || what.Name is { Tag: not null, Digest: null };

        await foreach (DockerImage image in FindImages.ListAsync(client, what, warn, stop))
        {
            foreach (string tag in image.Tags)
                if (what.MatchesTag(tag) && wanted?.Invoke(tag) != false)
                    yield return new ImageTag(image, tag);
            if (!onlyTags && image.Tags.Count == 0) yield return new ImageTag(image, null);
        }
    }
}
