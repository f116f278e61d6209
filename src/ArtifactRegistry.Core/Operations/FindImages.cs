using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Lists digests: of a repository, of an image, by pattern; or the one that a digest or tag names.</summary>
public static class FindImages
{
    // The service documents at most 100 tags in one answer for a version; a digest with so many is asked for again.
    private const int TagsThatMayBeCut = 100;

    /// <summary>Lists what the name stands for, in the order of the service, page by page.</summary>
    /// <exception cref="RegistryException">Nothing of that name is there, or the listing cannot be completed.</exception>
    public static IAsyncEnumerable<DockerImage> RunAsync(
        ArtifactRegistryClient client, ImagePattern what, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(what);
        ImageName name = what.Name;
        return name.Digest is not null || name.Tag is not null ? OneAsync(client, name, stop)
            : name.IsRepository ? WithAllTagsAsync(client, OfRepositoryAsync(client, what, stop), what, stop)
            : WithAllTagsAsync(client, OfImageAsync(client, name, stop), what, stop);
    }

    /// <summary>Reads the digest that a name by digest or by tag stands for. A digest rules over a tag beside it.</summary>
    public static async Task<DockerImage> ReadAsync(ArtifactRegistryClient client, ImageName name, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(name);
        ImageName digest = name.Digest is not null ? name : await ResolveTagAsync(client, name, stop);
        DockerImageMessage message = await client.GetDockerImageAsync(digest, stop);
        var image = DockerImage.From(message);
        return image.Tags.Count < TagsThatMayBeCut ? image : await WithAllTagsAsync(client, message, image, stop);
    }

    /// <summary>Reads where a tag points.</summary>
    internal static async Task<ImageName> ResolveTagAsync(
        ArtifactRegistryClient client, ImageName tag, CancellationToken stop)
    {
        TagMessage message = await client.GetTagAsync(tag, stop);
        return ImageName.TryParse(message.Version, out ImageName? version) && version.Digest is not null
            ? tag.WithDigest(version.Digest)
            : throw new RegistryException(
                RegistryErrorKind.UnexpectedAnswer, $"The tag '{tag}' points to '{message.Version}', which is no digest.");
    }

    private static async IAsyncEnumerable<DockerImage> OneAsync(
        ArtifactRegistryClient client, ImageName name, [EnumeratorCancellation] CancellationToken stop)
    {
        yield return await ReadAsync(client, name, stop);
    }

    private static async IAsyncEnumerable<DockerImageMessage> OfRepositoryAsync(
        ArtifactRegistryClient client, ImagePattern what, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (DockerImageMessage message in client.ListDockerImagesAsync(what.Name, stop))
            if (what.PackagePattern is null
                || (ImageName.TryParse(message.Name, out ImageName? name) && what.MatchesPackage(name.Package!)))
                yield return message;
    }

    private static async IAsyncEnumerable<DockerImageMessage> OfImageAsync(
        ArtifactRegistryClient client, ImageName image, [EnumeratorCancellation] CancellationToken stop)
    {
        bool any = false;
        await foreach (DockerImageMessage message in client.ListDockerImagesOfAsync(image, stop))
        {
            any = true;
            yield return message;
        }

        if (any) yield break;

        // An empty listing says nothing about the name: it may be misspelt, or the filter may have missed it. Only then is
        // the whole repository listed, since an image outlives its last digest, and there may be many such images.
        await client.GetPackageAsync(image, stop);
        if (!await MayHaveVersionsAsync(client, image, stop)) yield break;
        await foreach (DockerImageMessage message in client.ListDockerImagesAsync(image.ToRepository(), stop))
            if (ImageName.TryParse(message.Name, out ImageName? name) && name.Package == image.Package)
                yield return message;
    }

    private static async Task<bool> MayHaveVersionsAsync(ArtifactRegistryClient client, ImageName image, CancellationToken stop)
    {
        try
        {
            return await client.HasVersionsAsync(image, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.PermissionDenied)
        {
            return true; // a role of its own may list images and not versions
        }
    }

    private static async IAsyncEnumerable<DockerImage> WithAllTagsAsync(
        ArtifactRegistryClient client,
        IAsyncEnumerable<DockerImageMessage> messages,
        ImagePattern what,
        [EnumeratorCancellation] CancellationToken stop)
    {
        var names = new ListedNames();
        await foreach (DockerImageMessage message in messages.WithCancellation(stop))
        {
            // Awaited only where something is asked for: a listing may have a hundred thousand digests.
            var image = DockerImage.From(message, names: names);
            if (image.Tags.Count >= TagsThatMayBeCut) image = await WithAllTagsAsync(client, message, image, stop);
            if (what.TagPattern is null || image.Tags.Any(what.MatchesTag)) yield return image;
        }
    }

    private static async Task<DockerImage> WithAllTagsAsync(
        ArtifactRegistryClient client, DockerImageMessage message, DockerImage image, CancellationToken stop)
    {
        var tags = new HashSet<string>(image.Tags, StringComparer.Ordinal);
        await foreach (TagMessage tag in client.ListTagsOfAsync(image.Name, stop))
            if (ImageName.TryParse(tag.Name, out ImageName? name) && name.Tag is not null)
                tags.Add(name.Tag);
        return DockerImage.From(message, [.. tags]);
    }
}
