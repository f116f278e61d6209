using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Takes a tag away, if it is on the digest that was meant.</summary>
internal static class DeleteTag
{
    /// <summary>
    /// Looks and deletes. The service has no etag for tags, so this look just before is what protects a tag that has
    /// moved; and it looks again before each further try, since after a pause or a lost answer the tag may be on another
    /// digest.
    /// </summary>
    /// <returns>Once the tag is gone, whether by this or already before.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.TagMoved"/>, or what the service said; with
    /// <see cref="RegistryException.AfterLostAnswer"/> if the tag may be gone all the same.
    /// </exception>
    public static async Task DeleteAsync(
        ArtifactRegistryClient client, ImageName tag, string digest, CancellationToken stop)
    {
        try
        {
            await LookAsync(stop);
            await client.DeleteTagAsync(tag, LookAsync, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
        }

        async Task LookAsync(CancellationToken token)
        {
            ImageName now = await FindImages.ResolveTagAsync(client, tag, token);
            if (now.Digest != digest) throw Moved(tag, digest, now);
        }
    }

    public static RegistryException Moved(ImageName tag, string from, ImageName to) => new(
        RegistryErrorKind.TagMoved, $"The tag '{tag}' has moved: it was listed on {from} and is now on {to.Digest}.");
}
