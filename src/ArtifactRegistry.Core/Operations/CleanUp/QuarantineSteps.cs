using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Puts one digest in quarantine, or ends its quarantine.</summary>
internal static class QuarantineSteps
{
    /// <summary>Gets the row of a digest that gets a mark.</summary>
    /// <param name="node">The digest.</param>
    /// <param name="status">The outcome.</param>
    /// <param name="now">The time by the service's clock.</param>
    public static RemovedImage Row(ImageNode node, RemovalStatus status, DateTimeOffset now) => Row(
        node, status, QuarantineMark.Of(node.Image.Digest, node.Tags, now, node.MarkFor!.Value));

    /// <summary>Adds the mark of a digest, and returns the outcome. Never throws a RegistryException.</summary>
    public static async Task<RemovedImage> MarkAsync(
        ArtifactRegistryClient client, ImageNode node, CancellationToken stop)
    {
        QuarantineMark mark = QuarantineMark.Of(
            node.Image.Digest, node.Tags, client.ServiceTime, node.MarkFor!.Value);
        try
        {
            await AddTag.CreateAsync(client, node.Image.Name.WithTag(mark.Tag), node.Image.Name, mayMove: false, stop);
            return Row(node, RemovalStatus.Quarantined, mark);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return new RemovedImage(node.Image, RemovalStatus.AlreadyGone, "was gone already");
        }
        catch (RegistryException e)
        {
            string reason = $"it could not be marked, so it stays: {e.Message}";
            return new RemovedImage(node.Image, RemovalStatus.Failed, reason)
            {
                Error = e.WithMessage($"'{node.Image}': {reason}"),
            };
        }
    }

    /// <summary>Gets the row of a needed digest whose marks this run does not take away.</summary>
    /// <param name="node">The digest.</param>
    /// <param name="isWhatIf">Whether the actual run would take them away.</param>
    public static RemovedImage NeededRow(ImageNode node, bool isWhatIf) => new(
        node.Image,
        RemovalStatus.Kept,
        node.KeepReason + (isWhatIf ? $"; {Words(node.Quarantine!.Marks)} would be removed" : ""));

    /// <summary>
    /// Removes the marks of needed digests, so that these are not deleted at once when nothing needs them any more.
    /// </summary>
    public static async IAsyncEnumerable<RemovedImage> RemoveMarksAsync(
        ArtifactRegistryClient client,
        IReadOnlyList<ImageNode> needed,
        SweepControl control,
        [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (ImageNode node in needed)
        {
            if (control.Refuses(node) is not null)
            {
                yield return NeededRow(node, isWhatIf: false);
                continue;
            }

            RegistryException? error = null;
            List<QuarantineMark> removed = [];
            try
            {
                foreach (QuarantineMark mark in node.Quarantine!.Marks)
                {
                    await control.WaitForTurnAsync(stop);
                    if (control.Refuses(node) is not null) break; // the wait may have been long
                    await DeleteTag.DeleteAsync(client, node.Image.Name.WithTag(mark.Tag), node.Image.Digest, stop);
                    removed.Add(mark);
                }
            }
            catch (RegistryException e)
            {
                error = e;
            }

            string outcome = removed.Count > 0 ? $"; {Words(removed)} was removed" : "";
            string failure = error is null
                ? ""
                : $"{Words(node.Quarantine!.Marks.Except(removed))} could not be removed: {error.Message}";
            RemovedImage row = new(
                node.Image,
                RemovalStatus.Kept,
                $"{node.KeepReason}{outcome}{(error is null ? "" : "; ")}{failure}")
            {
                Error = error?.WithMessage($"'{node.Image}': {failure}"),
            };
            control.Learn(row);
            yield return row;
        }
    }

    private static RemovedImage Row(ImageNode node, RemovalStatus status, QuarantineMark mark) => new(
        node.Image,
        status,
        $"{(status is RemovalStatus.Quarantined ? "is" : "would be")} in quarantine until "
            + $"{QuarantineState.Text(mark.Since + mark.Period)}: {node.Reason}");

    private static string Words(IEnumerable<QuarantineMark> marks) =>
        $"its quarantine mark {string.Join(", ", marks.Select(mark => mark.Tag))}";
}
