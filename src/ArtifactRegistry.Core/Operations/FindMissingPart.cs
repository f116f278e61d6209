using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>A part of an image's name.</summary>
internal enum NamePart
{
    /// <summary>The region or multi-region.</summary>
    Location,

    /// <summary>The project.</summary>
    Project,

    /// <summary>The repository.</summary>
    Repository,

    /// <summary>The image within the repository.</summary>
    Image,

    /// <summary>The tag.</summary>
    Tag,

    /// <summary>The digest.</summary>
    Digest,
}

/// <summary>
/// Finds which part of a name does not exist after a 404, because the service then only says "entity".
/// </summary>
internal static class FindMissingPart
{
    /// <summary>
    /// Finds the first part that is missing, starting with the repository; null if that cannot be determined.
    /// </summary>
    /// <param name="client">The service.</param>
    /// <param name="name">The name for which the service answered 404.</param>
    /// <param name="stop">Cancelled when the command ends, or when this takes too long.</param>
    public static async Task<NamePart?> FindAsync(ArtifactRegistryClient client, ImageName name, CancellationToken stop)
    {
        try
        {
            await client.GetRepositoryAsync(name.ToRepository(), stop);
        }
        catch (RegistryException e)
        {
            return e.Kind is RegistryErrorKind.NotFound ? NamePart.Repository : null;
        }

        if (name.IsRepository) return null; // it exists by now
        try
        {
            await client.GetPackageAsync(name.ToImage(), stop);
        }
        catch (RegistryException e)
        {
            return e.Kind is RegistryErrorKind.NotFound ? NamePart.Image : null;
        }

        if (name.Tag is null && name.Digest is null) return null;
        try
        {
            if (name.Digest is not null) await client.GetVersionAsync(name.ToImage().WithDigest(name.Digest), stop);
            else await client.GetTagAsync(name, stop);
        }
        catch (RegistryException e)
        {
            return e.Kind is not RegistryErrorKind.NotFound ? null
                : name.Digest is not null ? NamePart.Digest
                : NamePart.Tag;
        }

        return null; // the answer was about something else, such as the destination of a copy
    }
}
