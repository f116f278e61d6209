using System.Diagnostics;
using System.Globalization;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations;

/// <summary>Follows a long-running operation to its end: a first look at once, then with growing pauses.</summary>
internal static class WaitForOperation
{
    /// <summary>
    /// The time that a deletion gets to show its effect where its operation cannot be followed. Deletions end within
    /// seconds, so this is much shorter than the time that an operation gets which says that it is under way.
    /// </summary>
    private static readonly TimeSpan UnseenTimeout = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);

    /// <summary>Returns once the operation has succeeded.</summary>
    /// <exception cref="RegistryException">
    /// The operation failed; or it cannot be followed (<see cref="RegistryErrorKind.OperationLost"/>): it may not be
    /// read, is not known any more, or did not end within <see cref="TransportOptions.OperationTimeout"/>. The deletion
    /// may still be carried out then.
    /// </exception>
    public static async Task WaitAsync(ArtifactRegistryClient client, OperationMessage operation, CancellationToken stop)
    {
        var pauses = new Pauses(client.OperationTimeout);
        while (!operation.Done)
        {
            if (!await pauses.NextAsync(stop)) throw Unfinished(operation.Name, client.OperationTimeout);
            operation = await LookAsync(client, operation.Name, stop);
        }

        if (operation.Error is StatusMessage error)
            throw new RegistryException(
                ErrorEnvelope.KindOfRpcCode(error.Code),
                error.Message is { Length: > 0 } message ? message : $"The operation failed with code {error.Code}.");
    }

    /// <summary>
    /// Asks for a digest until it is gone, since its deletion cannot be followed: an account with rights on one repository
    /// only gets 403 for the operations of its location.
    /// </summary>
    /// <param name="client">The service.</param>
    /// <param name="isThere">Asks whether what is deleted is still there.</param>
    /// <param name="patience">The time that it gets; null for a minute.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>True once it is gone; false if it is still there when the time is over.</returns>
    /// <exception cref="RegistryException">Whether it is there could not be read until the time was over.</exception>
    public static async Task<bool> UntilGoneAsync(
        ArtifactRegistryClient client,
        Func<CancellationToken, Task<bool>> isThere,
        TimeSpan? patience,
        CancellationToken stop)
    {
        TimeSpan limit = patience ?? UnseenTimeout;
        var pauses = new Pauses(limit < client.OperationTimeout ? limit : client.OperationTimeout);
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

    private static async Task<OperationMessage> LookAsync(ArtifactRegistryClient client, string name, CancellationToken stop)
    {
        try
        {
            return await client.GetOperationAsync(name, stop);
        }
        catch (RegistryException e)
        {
            // Not as "not found" or "denied": that would read as if it were said of the image.
            string message = e.Kind is RegistryErrorKind.NotFound
                ? $"The service does not know the operation '{name}' any more."
                : $"The operation '{name}' cannot be read: {e.Message}";
            throw new RegistryException(RegistryErrorKind.OperationLost, message, e) { Status = e.Status, Request = e.Request };
        }
    }

    private static RegistryException Unfinished(string name, TimeSpan limit) => new(
        RegistryErrorKind.OperationLost,
        string.Create(
            CultureInfo.InvariantCulture,
            $"The operation '{name}' did not end within {limit.TotalSeconds:0.#} s; it may still do so."));

    /// <summary>Growing pauses between looks, up to a time limit.</summary>
    private sealed class Pauses(TimeSpan limit)
    {
        private readonly long _started = Stopwatch.GetTimestamp();
        private TimeSpan _pause = TimeSpan.Zero;

        /// <summary>Waits for the next look; false if the time is over.</summary>
        public async Task<bool> NextAsync(CancellationToken stop)
        {
            TimeSpan left = limit - Stopwatch.GetElapsedTime(_started);
            if (left <= TimeSpan.Zero) return false;
            await Task.Delay(_pause < left ? _pause : left, stop);
            _pause = _pause == TimeSpan.Zero ? FirstPause : _pause * 1.5 < MaxPause ? _pause * 1.5 : MaxPause;
            return true;
        }
    }
}
