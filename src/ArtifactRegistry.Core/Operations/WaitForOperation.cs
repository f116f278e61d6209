using System.Diagnostics;
using System.Globalization;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations;

/// <summary>Waits for a long-running operation: a first look at once, then with growing pauses.</summary>
internal static class WaitForOperation
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Returns once the operation has succeeded.</summary>
    /// <exception cref="RegistryException">
    /// The operation failed, did not end within <see cref="TransportOptions.OperationTimeout"/>, or is not known any
    /// more (<see cref="RegistryErrorKind.OperationLost"/>).
    /// </exception>
    public static async Task RunAsync(ArtifactRegistryClient client, OperationMessage operation, CancellationToken stop)
    {
        TimeSpan pause = TimeSpan.Zero;
        long started = Stopwatch.GetTimestamp();
        while (!operation.Done)
        {
            TimeSpan left = client.OperationTimeout - Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) throw Unfinished(operation.Name, client.OperationTimeout);
            await Task.Delay(pause < left ? pause : left, stop);
            operation = await LookAsync(client, operation.Name, stop);
            pause = pause == TimeSpan.Zero ? FirstPause : pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }

        if (operation.Error is StatusMessage error)
            throw new RegistryException(
                ErrorEnvelope.KindOfRpcCode(error.Code),
                error.Message is { Length: > 0 } message ? message : $"The operation failed with code {error.Code}.");
    }

    private static async Task<OperationMessage> LookAsync(ArtifactRegistryClient client, string name, CancellationToken stop)
    {
        try
        {
            return await client.GetOperationAsync(name, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            // Not as "not found": that would read as if the image were not there.
            throw new RegistryException(RegistryErrorKind.OperationLost, $"The service does not know the operation '{name}' any more.", e)
            {
                Status = e.Status,
                Request = e.Request,
            };
        }
    }

    private static RegistryException Unfinished(string name, TimeSpan limit) => new(
        RegistryErrorKind.TimedOut,
        string.Create(
            CultureInfo.InvariantCulture,
            $"The operation '{name}' did not end within {limit.TotalSeconds:0.#} s; it may still do so."));
}
