using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Takes a tag away, if it is on the digest that was meant.</summary>
internal static class DeleteTag
{
    private const int Tries = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Looks and deletes. The service has no etag for tags, so this look just before is what protects a tag that has
    /// moved; and where an answer is lost it looks again, since the tag may have been created anew meanwhile.
    /// </summary>
    /// <returns>Once the tag is gone, whether by this or already before.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.TagMoved"/>, or what the service said.
    /// </exception>
    public static async Task RunAsync(
        ArtifactRegistryClient client, ImageName tag, string digest, CancellationToken stop)
    {
        for (int tried = 1; ; tried++)
        {
            try
            {
                ImageName now = await FindImages.ResolveTagAsync(client, tag, stop);
                if (now.Digest != digest) throw Moved(tag, digest, now);
                await client.DeleteTagAsync(tag, stop);
                return;
            }
            catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
            {
                return;
            }
            catch (RegistryException e) when (e.OutcomeUnknown && tried < Tries)
            {
                await Task.Delay(FirstPause * Math.Pow(2, Math.Min(tried, 5) - 1), stop);
            }
        }
    }

    public static RegistryException Moved(ImageName tag, string from, ImageName to) => new(
        RegistryErrorKind.TagMoved, $"The tag '{tag}' has moved: it was listed on {from} and is now on {to.Digest}.");
}
