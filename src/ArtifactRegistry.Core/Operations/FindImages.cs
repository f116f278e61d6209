using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Lists the digests of a repository, of an image or of a pattern, or the one that a name identifies.
/// </summary>
internal static class FindImages
{
    // The service documents at most 100 tags per version in one response; the tags of a digest with that many are
    // listed.
    private const int TagsThatMayBeCut = 100;

    /// <summary>
    /// Lists the digests that a name stands for, in the order of the service, page by page, each digest once.
    /// </summary>
    /// <param name="client">The service.</param>
    /// <param name="what">A repository, image, tag or digest, or a pattern.</param>
    /// <param name="warn">Receives the rows of the listing that are skipped.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">Nothing of that name exists, or the listing cannot be completed.</exception>
    public static IAsyncEnumerable<DockerImage> ListAsync(
        ArtifactRegistryClient client, ImagePattern what, Action<string> warn, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(what);
        ImageName name = what.Name;
        return name.Digest is not null || name.Tag is not null ? OneAsync(client, name, stop)
            : name.IsRepository ? ToImagesAsync(client, client.ListDockerImagesAsync(name, stop), what, warn, stop)
            : ToImagesAsync(client, OfImageAsync(client, name, stop), what, warn, stop);
    }

    /// <inheritdoc cref="ListAsync(ArtifactRegistryClient, ImagePattern, Action{string}, CancellationToken)"/>
    public static IAsyncEnumerable<DockerImage> ListAsync(
        ArtifactRegistryClient client,
        ImagePattern what,
        CancellationToken stop
    ) => ListAsync(client, what, _ => { }, stop);

    /// <summary>
    /// Reads the digest that a name by digest or by tag stands for. If the name has both, the digest takes precedence.
    /// </summary>
    public static async Task<DockerImage> ReadAsync(
        ArtifactRegistryClient client,
        ImageName name,
        CancellationToken stop
    )
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(name);
        ImageName digest = name.Digest is not null ? name : await ResolveTagAsync(client, name, stop);
        digest = digest.WithDigest(digest.Digest!); // a tag beside it is not part of the row
        DockerImageMessage message = await client.GetDockerImageAsync(digest, stop);
        DockerImage image = DockerImage.From(message, digest);
        return image.Tags.Count < TagsThatMayBeCut ? image : await WithAllTagsAsync(client, message, image, stop);
    }

    /// <summary>Reads the digest that a tag points to.</summary>
    internal static async Task<ImageName> ResolveTagAsync(
        ArtifactRegistryClient client, ImageName tag, CancellationToken stop)
    {
        TagMessage message = await client.GetTagAsync(tag, stop);
        return ImageName.TryParse(message.Version, out ImageName? version) && version.Digest is not null
            ? tag.WithDigest(version.Digest)
            : throw new RegistryException(
                RegistryErrorKind.UnexpectedAnswer,
                $"The tag '{tag}' points to '{message.Version}', which is not a digest."
            );
    }

    private static async IAsyncEnumerable<DockerImage> OneAsync(
        ArtifactRegistryClient client, ImageName name, [EnumeratorCancellation] CancellationToken stop)
    {
        yield return await ReadAsync(client, name, stop);
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

        // An empty listing says nothing about the name: it may be misspelled, or the filter may have missed it. The
        // whole repository is listed only if the image has versions, because there may be many images without any
        // digests.
        await client.GetPackageAsync(image, stop);
        if (!await MayHaveVersionsAsync(client, image, stop))
            yield break;
        await foreach (DockerImageMessage message in client.ListAllDockerImagesOfAsync(image, stop))
            yield return message;
    }

    private static async Task<bool> MayHaveVersionsAsync(
        ArtifactRegistryClient client,
        ImageName image,
        CancellationToken stop
    )
    {
        try
        {
            return await client.HasVersionsAsync(image, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.PermissionDenied)
        {
            return true; // a custom role may allow listing images but not versions
        }
    }

    /// <summary>
    /// Creates the objects. A row whose name was not requested is skipped, and does not end the listing.
    /// </summary>
    private static async IAsyncEnumerable<DockerImage> ToImagesAsync(
        ArtifactRegistryClient client,
        IAsyncEnumerable<DockerImageMessage> messages,
        ImagePattern what,
        Action<string> warn,
        [EnumeratorCancellation] CancellationToken stop)
    {
        ImageName repository = what.Name.ToRepository();
        ListedNames names = new(repository);
        int odd = 0;
        string? first = null;
        await foreach (DockerImageMessage message in messages.WithCancellation(stop))
        {
            if (names.Read(message.Name) is not ImageName name)
            {
                odd++;
                first ??= message.Name;
                continue;
            }

            if (!what.MatchesPackage(name.Package!) || !names.IsNew(name)) continue;
            // Awaited only if a request is needed, because a listing may have a hundred thousand digests.
            DockerImage image = DockerImage.From(message, name, names: names);
            if (image.Tags.Count >= TagsThatMayBeCut) image = await WithAllTagsAsync(client, message, image, stop);
            if (what.TagPattern is null || image.Tags.Any(what.MatchesTag)) yield return image;
        }

        if (odd > 0)
            warn(
                $"{odd} {(odd == 1 ? "row" : "rows")} of the listing of '{repository}' {(odd == 1 ? "is" : "are")} not "
                    + $"shown, because the name is invalid or belongs to another repository: '{first}'."
            );
    }

    private static async Task<DockerImage> WithAllTagsAsync(
        ArtifactRegistryClient client, DockerImageMessage message, DockerImage image, CancellationToken stop)
    {
        HashSet<string> tags = new(image.Tags, StringComparer.Ordinal);
        await foreach (TagMessage tag in client.ListTagsOfAsync(image.Name, stop))
            if (ImageName.TryParse(tag.Name, out ImageName? name) && name.Tag is not null)
                tags.Add(name.Tag);
        return DockerImage.From(message, image.Name, [.. tags]);
    }
}
