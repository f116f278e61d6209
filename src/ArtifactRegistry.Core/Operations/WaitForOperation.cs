using System.Diagnostics;
using System.Globalization;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations;

/// <summary>Follows a long-running operation to its end: polls at once, then with growing pauses.</summary>
internal static class WaitForOperation
{
    /// <summary>
    /// The time to wait for the effect of a deletion if its operation cannot be followed. Deletions finish within
    /// seconds, so this is much shorter than the time allowed for an operation that reports to be under way.
    /// </summary>
    private static readonly TimeSpan UnseenTimeout = TimeSpan.FromMinutes(1);

    // Short, since a deletion that is as good as done holds a slot for the whole pause.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);

    /// <summary>Returns once the operation has succeeded.</summary>
    /// <exception cref="RegistryException">
    /// The operation failed; or it cannot be followed (<see cref="RegistryErrorKind.OperationLost"/>): reading it is
    /// not permitted, the service no longer knows it, or it did not end within
    /// <see cref="TransportOptions.OperationTimeout"/>. The deletion may then still be carried out.
    /// </exception>
    public static async Task WaitAsync(
        ArtifactRegistryClient client,
        OperationMessage operation,
        CancellationToken stop
    )
    {
        Pauses pauses = new(client.OperationTimeout);
        while (!operation.Done)
        {
            if (!await pauses.NextAsync(stop)) throw Unfinished(operation.Name, client.OperationTimeout);
            operation = await LookAsync(client, operation.Name, stop);
        }

        if (operation.Error is StatusMessage error) throw ErrorEnvelope.TranslateStatus(error.Code, error.Details);
    }

    /// <summary>
    /// Requests a digest until it is gone, because its deletion cannot be followed: an account with access to only one
    /// repository gets 403 for the operations of its location.
    /// </summary>
    /// <param name="client">The service.</param>
    /// <param name="isThere">Returns whether the item to be deleted still exists.</param>
    /// <param name="patience">The time to wait; null for one minute.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>True if it is gone; false if it still exists when the time is over.</returns>
    /// <exception cref="RegistryException">When the time ran out, its existence could not be read.</exception>
    public static async Task<bool> UntilGoneAsync(
        ArtifactRegistryClient client,
        Func<CancellationToken, Task<bool>> isThere,
        TimeSpan? patience,
        CancellationToken stop)
    {
        TimeSpan limit = patience ?? UnseenTimeout;
        Pauses pauses = new(limit < client.OperationTimeout ? limit : client.OperationTimeout);
        RegistryException? unreadable = null;
        while (await pauses.NextAsync(stop))
        {
            try
            {
                if (!await isThere(stop)) return true;
                unreadable = null;
            }
            catch (RegistryException e)
            {
                unreadable = e;
            }
        }

        return unreadable is null ? false : throw unreadable;
    }

    private static async Task<OperationMessage> LookAsync(
        ArtifactRegistryClient client,
        string name,
        CancellationToken stop
    )
    {
        try
        {
            return await client.GetOperationAsync(name, stop);
        }
        catch (RegistryException e)
        {
            // Not as "not found" or "denied", which would seem to refer to the image.
            string message =
                e.Kind is RegistryErrorKind.NotFound
                    ? $"The service no longer knows the operation '{name}'."
                    : $"The operation '{name}' cannot be read: {e.Message}";
            throw new RegistryException(RegistryErrorKind.OperationLost, message, e)
            {
                Status = e.Status,
                Request = e.Request,
            };
        }
    }

    private static RegistryException Unfinished(string name, TimeSpan limit) => new(
        RegistryErrorKind.OperationLost,
        string.Create(
            CultureInfo.InvariantCulture,
            $"The operation '{name}' did not end within {limit.TotalSeconds:0.#} s; it may still do so."));

    /// <summary>Growing pauses between polls, up to a time limit.</summary>
    private sealed class Pauses(TimeSpan limit)
    {
        private readonly long _started = Stopwatch.GetTimestamp();
        private TimeSpan _pause = TimeSpan.Zero;

        /// <summary>Waits until the next poll; returns false if the time is over.</summary>
        public async Task<bool> NextAsync(CancellationToken stop)
        {
            TimeSpan left = limit - Stopwatch.GetElapsedTime(_started);
            if (left <= TimeSpan.Zero) return false;
            await Task.Delay(_pause < left ? _pause : left, stop);
            _pause = _pause == TimeSpan.Zero ? FirstPause : _pause * 2 < MaxPause ? _pause * 2 : MaxPause;
            return true;
        }
    }
}
