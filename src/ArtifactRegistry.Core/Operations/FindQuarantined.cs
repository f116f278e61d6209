using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Operations;

/// <summary>Lists the digests that are in quarantine.</summary>
internal static class FindQuarantined
{
    /// <summary>Gets one row for each quarantine mark that is on its digest, in the order of the listing.</summary>
    /// <param name="client">The service.</param>
    /// <param name="what">A repository, image or digest, or a pattern.</param>
    /// <param name="warn">Receives the rows of the listing that are skipped.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async IAsyncEnumerable<QuarantinedImage> ListAsync(
        ArtifactRegistryClient client,
        ImagePattern what,
        Action<string> warn,
        [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (DockerImage image in FindImages.ListAsync(client, what, warn, stop).WithCancellation(stop))
        {
            if (QuarantineState.Of(image) is not QuarantineState quarantine) continue;
            foreach (QuarantineMark mark in quarantine.Marks)
                if (what.MatchesTag(mark.Tag))
                    yield return new QuarantinedImage(image, quarantine, mark.Tag, client.ServiceTime);
        }
    }
}
