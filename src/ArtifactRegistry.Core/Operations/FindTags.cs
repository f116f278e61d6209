using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Lists tags, and digests without any.</summary>
internal static class FindTags
{
    /// <summary>
    /// One row for each tag, and one with an empty tag for each untagged digest; only rows with a tag if a tag was asked for.
    /// </summary>
    /// <param name="client">The service.</param>
    /// <param name="what">A repository, image, tag or digest, or a pattern.</param>
    /// <param name="wanted">Says which tags are wanted; null for all rows.</param>
    /// <param name="warn">Told which rows of the listing are passed over.</param>
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
