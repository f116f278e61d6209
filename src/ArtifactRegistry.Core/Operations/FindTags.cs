using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Lists tags, and digests without tags.</summary>
internal static class FindTags
{
    /// <summary>
    /// One row for each tag, and one with an empty tag for each untagged digest; only rows with a tag if a tag was
    /// asked for. Of each image, tags come first, page by page, and untagged digests after the last of them; the newest
    /// first as far as it is at hand.
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
        bool onlyTags =
            wanted is not null || what.TagPattern is not null || what.Name is { Tag: not null, Digest: null };

        List<ImageTag> tagged = [], untagged = [];
        string? current = null;
        ExceptionDispatchInfo? error = null;
        IAsyncEnumerable<DockerImage> images = FindImages.ListAsync(client, what, warn, stop);
        await using IAsyncEnumerator<DockerImage> each = (
            onlyTags ? images : images.WithAttestationsAsync(stop)
        ).GetAsyncEnumerator(stop);
        while (true)
        {
            ValueTask<bool> next = each.MoveNextAsync();
            if (!next.IsCompleted && tagged.Count > 0)
            {
                // Another page is on its way: tags are not held back for it.
                foreach (ImageTag row in NewestFirst(tagged)) yield return row;
                tagged.Clear();
            }

            try
            {
                if (!await next) break;
            }
            catch (RegistryException e)
            {
                error = ExceptionDispatchInfo.Capture(e); // what was listed before it is listed
                break;
            }

            DockerImage image = each.Current;
            if (image.Image != current)
            {
                foreach (ImageTag row in NewestFirst(tagged).Concat(NewestFirst(untagged))) yield return row;
                tagged.Clear();
                untagged.Clear();
                current = image.Image;
            }

            tagged.AddRange(
                image
                    .Tags.Where(tag => what.MatchesTag(tag) && wanted?.Invoke(tag) != false)
                    .Select(tag => new ImageTag(image, tag))
            );
            if (!onlyTags && image.Tags.Count == 0)
                untagged.Add(new ImageTag(image, null));
        }

        foreach (ImageTag row in NewestFirst(tagged).Concat(NewestFirst(untagged))) yield return row;
        error?.Throw();
    }

    private static IEnumerable<ImageTag> NewestFirst(List<ImageTag> rows) =>
        rows.OrderByDescending(row => row.UpdateTime ?? DateTime.MinValue);
}
