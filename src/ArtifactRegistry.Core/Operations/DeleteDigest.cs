using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Deletes one digest without force: the service refuses if it has a tag or if something refers to it.
/// </summary>
internal sealed class DeleteDigest
{
    private readonly ArtifactRegistryClient _client;
    private readonly DigestDeletion _deletion;
    private bool _isRepeated;
    private RemovedImage? _spared;

    private DeleteDigest(ArtifactRegistryClient client, DigestDeletion deletion) =>
        (_client, _deletion) = (client, deletion);

    /// <summary>
    /// Sends the deletion, follows it to its end and returns the outcome. Never throws a RegistryException.
    /// </summary>
    public static Task<RemovedImage> DeleteAsync(
        ArtifactRegistryClient client, DigestDeletion deletion, CancellationToken stop) =>
        new DeleteDigest(client, deletion).DeleteAsync(stop);

    private async Task<RemovedImage> DeleteAsync(CancellationToken stop)
    {
        OperationMessage operation;
        try
        {
            operation = await _client.DeleteVersionAsync(_deletion.Image.Name, _deletion.Pacer, LookAgainAsync, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return WasGone(e.AfterLostAnswer);
        }
        catch (RegistryException e) when (e.AfterLostAnswer)
        {
            return await AfterLostAnswerAsync(e, stop);
        }
        catch (RegistryException) when (_spared is not null)
        {
            return _spared;
        }
        catch (RegistryException e)
        {
            return e.Kind is RegistryErrorKind.FailedPrecondition ? await RefusedAsync(e, stop) : Failed(e);
        }

        try
        {
            await WaitForOperation.WaitAsync(_client, operation, stop);
            return Removed();
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.OperationLost)
        {
            return await UnseenAsync(e, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return WasGone(_isRepeated);
        }
        catch (RegistryException e)
        {
            return e.Kind is RegistryErrorKind.FailedPrecondition ? await RefusedAsync(e, stop) : Failed(e);
        }
    }

    /// <summary>Called before each further attempt, which is not made if the digest stays after all.</summary>
    private async Task LookAgainAsync(CancellationToken stop)
    {
        _isRepeated = true;
        if (_deletion.SparedAsync is null) return;
        _spared = await _deletion.SparedAsync(stop);
        if (_spared is not null) throw new RegistryException(RegistryErrorKind.StillReferenced, _spared.Reason);
    }

    /// <summary>
    /// Gets the row of a digest that did not exist when the deletion reached it: an immediate 404 and code 5 in the
    /// operation mean the same. It may have been deleted with an index, or by an earlier attempt whose response was
    /// lost.
    /// </summary>
    private RemovedImage WasGone(bool afterLostAnswer) =>
        afterLostAnswer ? Removed("it is gone after a try whose answer was lost")
        : _deletion.DeletedIndex is string index ? Removed($"it went with {index}")
        : new RemovedImage(_deletion.Image, RemovalStatus.AlreadyGone, "was gone already");

    /// <summary>
    /// Gets the outcome for a digest whose deletion began and cannot be followed, by requesting the digest itself.
    /// </summary>
    private async Task<RemovedImage> UnseenAsync(RegistryException unseen, CancellationToken stop)
    {
        try
        {
            return await WaitForOperation.UntilGoneAsync(
                _client,
                token => DigestLookup.ExistsAsync(_client, _deletion.Image.Name, token),
                _deletion.Patience,
                stop
            )
                ? Removed()
                : await GainedTagAsync(stop) ?? Unfinished(unseen, "it is still there");
        }
        catch (RegistryException e)
        {
            return e.Kind is RegistryErrorKind.NotFound ? Removed()
                : Unfinished(unseen, $"whether it is still there cannot be read: {e.Message}");
        }
    }

    /// <summary>
    /// Gets the outcome for a digest whose last attempt failed and for which an earlier attempt may have been carried
    /// out.
    /// </summary>
    private async Task<RemovedImage> AfterLostAnswerAsync(RegistryException error, CancellationToken stop)
    {
        try
        {
            return !await DigestLookup.ExistsAsync(_client, _deletion.Image.Name, stop) ? WasGone(afterLostAnswer: true)
                : _spared
                ?? (error.Kind is RegistryErrorKind.FailedPrecondition
                    ? await RefusedAsync(error, stop)
                    : Unfinished(error, "it is still there"));
        }
        catch (RegistryException e)
        {
            return Unfinished(error, $"whether it is still there cannot be read: {e.Message}");
        }
    }

    private async Task<RemovedImage> RefusedAsync(RegistryException refusal, CancellationToken stop)
    {
        try
        {
            if (await GainedTagAsync(stop) is RemovedImage kept) return kept;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return WasGone(refusal.AfterLostAnswer);
        }
        catch (RegistryException)
        {
            // The refusal counts; this request was only made to find a better reason.
        }

        return new RemovedImage(
            _deletion.Image,
            RemovalStatus.Kept,
            $"the service refuses to delete it: {refusal.Message}"
        )
        {
            Refused = true,
        };
    }

    /// <summary>
    /// Gets the row of a digest that the service keeps because it has gained a tag; null if it has none.
    /// </summary>
    private async Task<RemovedImage?> GainedTagAsync(CancellationToken stop) =>
        (await _client.GetDockerImageAsync(_deletion.Image.Name, stop)).Tags is not { Count: > 0 } tags ? null
            : new RemovedImage(
                _deletion.Image.Name, new TagList([.. tags]), _deletion.Image.SizeBytes, RemovalStatus.Kept,
                $"has gained the {(tags.Count == 1 ? "tag" : "tags")} {string.Join(", ", tags)}");

    private RemovedImage Removed(string? how = null) =>
        new(_deletion.Image, RemovalStatus.Removed, how is null ? _deletion.Reason : $"{_deletion.Reason}; {how}");

    private RemovedImage Failed(RegistryException error) =>
        new(_deletion.Image, RemovalStatus.Failed, error.RowReason) { Error = error };

    private RemovedImage Unfinished(RegistryException error, string seen)
    {
        string reason = $"{error.Message.TrimEnd('.')}; {seen}, and may still be deleted";
        return new(_deletion.Image, RemovalStatus.Failed, reason)
        {
            Error = error.WithMessage($"{reason}."),
            MayStillHappen = true,
        };
    }
}
