using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The work for one digest: confirm that it may still be deleted, delete it, and, if the service still sees a parent
/// that has just been deleted, wait until the service has caught up.
/// </summary>
internal sealed class SweepStep(
    ArtifactRegistryClient client, ImageGraph graph, SweepControl control, ImageLook look, Action<string> warn)
{
    /// <summary>
    /// The maximum age of the last look at the image when the service itself protects the digest that is deleted: it
    /// refuses to delete one that has gained a tag or a parent.
    /// </summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The same for a digest that is about another one, which the service deletes even if its subject is needed.
    /// </summary>
    private static readonly TimeSpan MaxAgeOfReferrer = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The time to wait for a child to be gone if its deletion cannot be followed: the deletion may have been refused.
    /// </summary>
    private static readonly TimeSpan PatienceAfterParents = TimeSpan.FromSeconds(8);

    private readonly SubjectLook _subjects = new(client, graph);

    /// <summary>Makes one attempt. Returns the outcome; null if another attempt is to follow after a pause.</summary>
    public async Task<RemovedImage?> CarryOutAsync(ImageNode node, CancellationToken stop)
    {
        if (WhyNotBegun(node) is RemovedImage row) return row;
        bool isMarked = node.MarkFor is not null;
        await control.Slots.WaitAsync(stop);
        RemovedImage result;
        try
        {
            await control.WaitForTurnAsync(stop);
            // Confirm last, because that wait may be long, and saving too; then check the limits again, because
            // confirming may take long as well.
            if ((WhyNotBegun(node)
                ?? (isMarked
                    ? null
                    : await SaveAsync(node, stop)) ?? await ConfirmAsync(node, stop) ?? WhyNotBegun(node))
                is RemovedImage late)
                return late;
            if (isMarked)
            {
                RemovedImage marked = await QuarantineSteps.MarkAsync(client, node, stop);
                control.Learn(marked);
                return marked;
            }

            if (!await control.TryBeginAsync(node.Image))
                return Row(node, RemovalStatus.NotReached, Journal.Broken);
            node.Deletion!.Tries++;
            result = await DeleteAsync(node, stop);
        }
        finally
        {
            control.Slots.Release();
        }

        return node.Deletion.Tries < Settling.MaxAttempts && await IsUnsettledAsync(node, result, stop) ? null : result;
    }

    /// <summary>
    /// Gets the row of a digest whose deletion must not begin, or no longer may; null if it may begin.
    /// </summary>
    private RemovedImage? WhyNotBegun(ImageNode node)
    {
        if (node.Deletion!.Need is string need) return Row(node, RemovalStatus.Kept, need);
        if (node.Deletion.HeldBy is not ImageNode parent)
            return control.Refuses(node) is string reason ? Row(node, RemovalStatus.NotReached, reason) : null;
        string undone = parent.MarkFor is null ? "was not deleted" : "was not marked";
        return Row(
            node,
            RemovalStatus.Kept,
            parent.Image.Digest == node.SubjectDigest ? $"it is about {parent}, which {undone}"
                : node.Parents.Contains(parent) ? $"{parent} refers to it and {undone}"
                : $"what it is about stays with {parent}, which {undone}");
    }

    /// <summary>Saves the digest to the archive, if there is one. Returns the row that says why not, or null.</summary>
    private async Task<RemovedImage?> SaveAsync(ImageNode node, CancellationToken stop)
    {
        if (control.Archive is null) return null;
        try
        {
            return (await control.Archive.SaveAsync([node.Image], stop)).Count == 0
                ? null
                : Row(node, RemovalStatus.AlreadyGone, "was gone already");
        }
        catch (RegistryException e)
        {
            return new RemovedImage(node.Image, RemovalStatus.Failed, e.RowReason) { Error = e };
        }
    }

    /// <summary>Checks whether the digest may still be deleted. Returns the row that says why not, or null.</summary>
    private async Task<RemovedImage?> ConfirmAsync(ImageNode node, CancellationToken stop)
    {
        bool isReferrer = node.SubjectDigest is not null && node.MarkFor is null;
        try
        {
            CleanUpPlan newest = await look.NoOlderThanAsync(isReferrer ? MaxAgeOfReferrer : MaxAge);
            if (newest.Graph.Find(node.Image.Digest) is ImageNode seen)
                return seen.KeepReason is string keep ? new RemovedImage(seen.Image, RemovalStatus.Kept, keep)
                    : node.MarkFor is not null ? null
                    : seen.MarkFor is not null ? Row(node, RemovalStatus.Kept, "is no longer in quarantine")
                    : await _subjects.SparedAsync(node, stop);

            return await DigestLookup.ExistsAsync(client, node.Image.Name, stop)
                ? Row(node, RemovalStatus.Kept, "the listing of its image no longer has it, but it still exists")
                : Row(node, RemovalStatus.AlreadyGone, "was gone already");
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return Row(node, RemovalStatus.AlreadyGone, "was gone already, with its image");
        }
        catch (RegistryException e)
        {
            string reason = $"it cannot be checked whether it is needed by now: {e.Message}";
            return new RemovedImage(node.Image, RemovalStatus.Failed, reason)
            {
                Error = e.WithMessage($"'{node.Image}': {reason}"),
            };
        }
    }

    private Task<RemovedImage> DeleteAsync(ImageNode node, CancellationToken stop)
    {
        DigestDeletion deletion = new(node.Image, node.Reason)
        {
            Pacer = control.Pacer,
            SparedAsync = node.SubjectDigest is null ? null : token => _subjects.SparedAsync(node, token),
            DeletedIndex = node
                .Indexes.FirstOrDefault(index => index.Deletion is { State: DeletionState.Gone })
                ?.ToString(),
            Patience = node.Deletion!.HadParents ? PatienceAfterParents : null,
        };
        return node.TagsToRemove.Count == 0
            ? DeleteDigest.DeleteAsync(client, deletion, stop)
            : DeleteTagged.DeleteAsync(
                client,
                node.Image,
                node.TagsToRemove,
                token => DeleteDigest.DeleteAsync(client, deletion, token),
                warn,
                control.Pacer,
                stop
            );
    }

    /// <summary>
    /// Returns whether waiting helps: all parents that the refusal names are gone, deleted by this run, by an
    /// interrupted run before it or by somebody else, and the service has not caught up yet. Waiting does not help if a
    /// parent exists, for example one that was pushed in the meantime. (The service's words: "manifest has referenced
    /// parents: IMAGE/manifests/sha256:…".)
    /// </summary>
    private async Task<bool> IsUnsettledAsync(ImageNode node, RemovedImage result, CancellationToken stop)
    {
        // Its deletion could not be followed, so it may have been refused because of a parent.
        // With tags, the row says which ones are missing now, and the journal leaves the deletion open.
        if (result.MayStillHappen) return node.Deletion!.HadParents && node.TagsToRemove.Count == 0;
        if (!result.Refused) return false;
        bool any = false;
        foreach (string digest in Digest.AllIn(result.Reason).Where(digest => digest != node.Image.Digest).Distinct())
        {
            any = true;
            if (graph.Find(digest)?.Deletion is { State: DeletionState.Gone }) continue;
            try
            {
                if (await DigestLookup.ExistsAsync(client, node.Image.Name.WithDigest(digest), stop)) return false;
            }
            catch (RegistryException)
            {
                // Unknown for now; the next attempt will tell.
            }
        }

        return any || node.Deletion!.HadParents;
    }

    private static RemovedImage Row(ImageNode node, RemovalStatus status, string reason) =>
        new(node.Image, status, reason);
}
