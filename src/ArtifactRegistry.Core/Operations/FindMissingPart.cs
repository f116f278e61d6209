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
/// Finds which part of a name is not there. After a 404, for the service then says "entity" whatever it was.
/// </summary>
internal static class FindMissingPart
{
    /// <summary>The first part that is missing, from the repository on; null if that cannot be told.</summary>
    /// <param name="client">The service.</param>
    /// <param name="name">The name for which it answered 404.</param>
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

        if (name.IsRepository) return null; // it is there by now
        try
        {
            await client.GetPackageAsync(name.ToImage(), stop);
        }
        catch (RegistryException e)
        {
            return e.Kind is RegistryErrorKind.NotFound ? NamePart.Image : null;
        }

        return name.Digest is not null ? NamePart.Digest : name.Tag is not null ? NamePart.Tag : null;
    }
}
