using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Deletes a tag if it is on the expected digest.</summary>
internal static class DeleteTag
{
    /// <summary>
    /// Checks where the tag is, and deletes it. The service has no etag for tags, so only this check just before the
    /// deletion protects a tag that has moved. It is repeated before each further attempt, because after a pause or a
    /// lost response the tag may be on another digest.
    /// </summary>
    /// <returns>True if the tag was there; it is gone now. False if it was gone before.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.TagMoved"/>, or the error of the service; with
    /// <see cref="RegistryException.AfterLostAnswer"/> if the tag may be gone nevertheless.
    /// </exception>
    public static async Task<bool> DeleteAsync(
        ArtifactRegistryClient client, ImageName tag, string digest, CancellationToken stop)
    {
        bool wasThere = false;
        try
        {
            await LookAsync(stop);
            wasThere = true;
            await client.DeleteTagAsync(tag, LookAsync, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
        }

        return wasThere;

        async Task LookAsync(CancellationToken token)
        {
            ImageName now = await FindImages.ResolveTagAsync(client, tag, token);
            if (now.Digest != digest) throw Moved(tag, digest, now);
        }
    }

    public static RegistryException Moved(ImageName tag, string from, ImageName to) => new(
        RegistryErrorKind.TagMoved, $"The tag '{tag}' has moved: it was listed on {from} and is now on {to.Digest}.");
}
