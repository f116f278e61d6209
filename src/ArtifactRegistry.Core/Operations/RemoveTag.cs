using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Takes a tag away; its digest stays.</summary>
public static class RemoveTag
{
    /// <summary>Looks where the tag points, asks, and removes it.</summary>
    /// <param name="client">The service.</param>
    /// <param name="name">An image with a tag. If a digest stands beside it, the tag must still be on that digest.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>What was removed, which <see cref="AddTag"/> can put back; null if the answer was no.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.NameNotSpecific"/>, <see cref="RegistryErrorKind.TagMoved"/>, or what the service said.
    /// </exception>
    public static async Task<ImageTag?> RunAsync(
        ArtifactRegistryClient client,
        ImageName name,
        Func<string, string, Task<bool>> confirm,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(confirm);
        if (name.Tag is not string tag)
            throw new RegistryException(RegistryErrorKind.NameNotSpecific, $"'{name}' names no tag, so there is none to remove.");

        ImageName target = name.WithTag(tag);
        ImageName digest = await FindImages.ResolveTagAsync(client, target, stop);
        if (name.Digest is not null && name.Digest != digest.Digest) throw DeleteTag.Moved(target, name.Digest, digest);

        DockerImage image = await FindImages.ReadAsync(client, digest, stop);
        TagList left = new([.. image.Tags.Where(other => other != tag)]);
        string stays = left.Count == 0 ? "stays without a tag" : $"keeps {left}";
        if (!await confirm(target.ToString(), $"Remove the tag ({image.Digest} {stays})")) return null;

        await DeleteTag.RunAsync(client, target, digest.Digest!, stop);
        return new ImageTag(image, tag) { Tags = left };
    }
}
