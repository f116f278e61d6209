using ArtifactRegistry.Clients;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Deletes a digest together with the digests that refer to it. Each digest is tried before those that hold it: the
/// service refuses, and its refusal names the holders. So no image that stays for another reason loses its signature.
/// </summary>
/// <param name="client">The API.</param>
/// <param name="image">The digest that was named.</param>
/// <param name="nodes">The digest and those that go with it, in the order in which they can be deleted.</param>
/// <param name="warn">Receives what can no longer be returned because the command was cancelled.</param>
internal sealed class DeleteTogether(
    ArtifactRegistryClient client, DockerImage image, IReadOnlyList<ImageNode> nodes, Action<string> warn)
{
    private readonly List<RemovedImage> _rows = [];
    private readonly HashSet<string> _begun = [];
    private readonly HashSet<string> _gone = [];

    /// <summary>Gets the reason for the row of a digest that is deleted with another one.</summary>
    public static string ReasonOf(ImageNode node, DockerImage image) =>
        node.Image.Digest == image.Digest
            ? "deleted by name"
            : $"{InWords(node)} of {Digest.Shorten(image.Digest)}, which is deleted too";

    /// <summary>Gets the kind of a referrer, in words.</summary>
    public static string InWords(ImageNode node) =>
        node.Kind is ImageKind.Index ? "index of referrers" : node.Kind.InWords();

    /// <summary>Deletes the digests and returns the outcome of each one that was tried.</summary>
    public async Task<IReadOnlyList<RemovedImage>> DeleteAsync(CancellationToken stop)
    {
        // A digest that is connected only by a tag does not hold this one. It goes last, and stays if this one stays.
        await DeleteAsync(nodes.Single(node => node.Image.Digest == image.Digest), stop);
        if (_gone.Contains(image.Digest))
            foreach (ImageNode node in nodes)
                if (!_begun.Contains(node.Image.Digest))
                    await DeleteAsync(node, stop);
        return _rows;
    }

    private async Task DeleteAsync(ImageNode node, CancellationToken stop)
    {
        DockerImage each = node.Image.Digest == image.Digest ? image : node.Image; // the digest was read again after the question
        _begun.Add(each.Digest);
        RemovedImage row = await DeleteTagged.DeleteAsync(
            client,
            each,
            each.Tags,
            token => DeleteUntaggedAsync(node, each, token),
            warn,
            pacer: null,
            stop
        );
        _rows.Add(row);
        if (row.RemovalStatus is RemovalStatus.Removed or RemovalStatus.AlreadyGone) _gone.Add(each.Digest);
    }

    private async Task<RemovedImage> DeleteUntaggedAsync(ImageNode node, DockerImage each, CancellationToken stop)
    {
        for (int attempt = 1; ; attempt++)
        {
            RemovedImage result = await DeleteDigest.DeleteAsync(
                client,
                new DigestDeletion(each, ReasonOf(node, image)),
                stop
            );
            string[] holders = [.. Digest.AllIn(result.Reason).Where(digest => digest != each.Digest)];
            if (!result.Refused || holders.Length == 0 || attempt == Settling.MaxAttempts || !holders.All(MayGo))
                return Judged(each, result);

            ImageNode[] left = [.. nodes.Where(other => !_begun.Contains(other.Image.Digest)
                && (node.Parents.Contains(other) || holders.Contains(other.Image.Digest)))];
            foreach (ImageNode holder in left)
            {
                await DeleteAsync(holder, stop);
                if (!_gone.Contains(holder.Image.Digest)) return Judged(each, result);
            }

            if (left.Length == 0) await Task.Delay(Settling.PauseAfter(attempt), stop);
        }
    }

    /// <summary>Returns whether a digest is planned and is not itself waiting for this deletion.</summary>
    private bool MayGo(string digest) =>
        _gone.Contains(digest) || (!_begun.Contains(digest) && nodes.Any(node => node.Image.Digest == digest));

    /// <summary>
    /// Adds an error to a refusal by the service: a user who names a digest wants it deleted, so a row is not enough.
    /// </summary>
    private static RemovedImage Judged(DockerImage image, RemovedImage result) =>
        result.RemovalStatus is not RemovalStatus.Kept || result.Error is not null
            ? result
            : new(image, result.RemovalStatus, result.Reason)
            {
                Error = new RegistryException(
                    result.Refused ? RegistryErrorKind.StillReferenced : RegistryErrorKind.StillTagged,
                    $"'{image}' was not deleted: {result.Reason}."
                ),
            };
}
