using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations;

/// <summary>Waits for a long-running operation: a first look at once, then with growing pauses.</summary>
internal static class WaitForOperation
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30); // what gcloud waits

    /// <summary>Returns once the operation has succeeded.</summary>
    /// <exception cref="RegistryException">The operation failed, or did not end in half an hour.</exception>
    public static async Task RunAsync(ArtifactRegistryClient client, OperationMessage operation, CancellationToken stop)
    {
        TimeSpan pause = TimeSpan.Zero, waited = TimeSpan.Zero;
        while (!operation.Done)
        {
            if (waited > Patience)
                throw new RegistryException(
                    RegistryErrorKind.TimedOut, $"The operation '{operation.Name}' did not end within 30 minutes.");
            await Task.Delay(pause, stop);
            waited += pause;
            operation = await client.GetOperationAsync(operation.Name, stop);
            pause = pause == TimeSpan.Zero ? FirstPause : pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }

        if (operation.Error is StatusMessage error)
            throw new RegistryException(
                ErrorEnvelope.KindOfRpcCode(error.Code),
                error.Message is { Length: > 0 } message ? message : $"The operation failed with code {error.Code}.");
    }
}
