using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Adds a tag to a digest, or moves it there if moving is allowed.</summary>
internal static class AddTag
{
    /// <summary>Reads where the tag points, asks for confirmation, and then sets the tag with one request.</summary>
    /// <param name="client">The service.</param>
    /// <param name="image">The digest that gets the tag, as just read.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="mayMove">Whether a tag may be moved from another digest.</param>
    /// <param name="expectedDigest">The digest that the tag must be on now to be moved; null if that does not
    /// matter.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>The tag as it is now; null if the answer to <paramref name="confirm"/> was no.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.TagPointsElsewhere"/>, <see cref="RegistryErrorKind.TagMoved"/>, or what the
    /// service said.
    /// </exception>
    public static async Task<ImageTag?> AddAsync(
        ArtifactRegistryClient client,
        DockerImage image,
        string tag,
        bool mayMove,
        string? expectedDigest,
        Func<string, string, Task<bool>> confirm,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(confirm);
        ImageName target = image.Name.WithTag(tag);
        string? current = await CheckAsync(client, image.Name, tag, mayMove, expectedDigest, stop);
        if (current == image.Digest) return Result(image, tag, current);

        string action = current is null
            ? $"Add the tag to {image.Digest}"
            : $"Move the tag from {current} to {image.Digest}";
        if (!await confirm(target.ToString(), action))
            return null;

        // The service has no etag for tags, and a question may stay open for an hour, so the tag is read once more.
        string? now = current is null ? null : await CurrentDigestAsync(client, target, stop);
        if (now is null) return Result(image, tag, await CreateAsync(client, target, image.Name, mayMove, stop));
        if (now != current) throw Moved(target, current, now);
        await MoveAsync(client, target, now, image.Name, stop);
        return Result(image, tag, current);
    }

    /// <summary>Reads where a tag points, and requires that it may be put on a digest.</summary>
    /// <returns>The digest that it is on now; null if it does not exist.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.TagPointsElsewhere"/> or <see cref="RegistryErrorKind.TagMoved"/>.
    /// </exception>
    public static async Task<string?> CheckAsync(
        ArtifactRegistryClient client,
        ImageName digest,
        string tag,
        bool mayMove,
        string? expectedDigest,
        CancellationToken stop)
    {
        ImageName target = digest.WithTag(tag);
        string? current = await CurrentDigestAsync(client, target, stop);
        if (current == digest.Digest) return current;
        if (expectedDigest is not null && current != expectedDigest)
            throw new RegistryException(
                RegistryErrorKind.TagMoved,
                $"The tag '{target}' was expected on {expectedDigest}, but it "
                    + $"{(current is null ? "does not exist" : $"is on {current}")}."
            );
        return current is null || mayMove || expectedDigest is not null
            ? current
            : throw new RegistryException(
                RegistryErrorKind.TagPointsElsewhere, $"The tag '{target}' exists already, on {current}.");
    }

    /// <summary>Moves the tag if it is still where it was; checks again before each further attempt.</summary>
    private static async Task MoveAsync(
        ArtifactRegistryClient client, ImageName target, string from, ImageName to, CancellationToken stop)
    {
        bool arrived = false;
        try
        {
            await client.PatchTagAsync(target, to, LookAsync, stop);
        }
        catch (RegistryException) when (arrived)
        {
            // An earlier attempt was carried out although its response was lost, or somebody else did the same.
        }

        async Task LookAsync(CancellationToken token)
        {
            string? now = await CurrentDigestAsync(client, target, token);
            arrived = now == to.Digest;
            if (now != from) throw Moved(target, from, now);
        }
    }

    private static RegistryException Moved(ImageName tag, string? from, string? to) =>
        new(
            RegistryErrorKind.TagMoved,
            $"The tag '{tag}' has moved: it was on {from} a moment ago and "
                + $"{(to is null ? "is gone now" : $"is now on {to}")}."
        );

    private static async Task<string?> CurrentDigestAsync(
        ArtifactRegistryClient client, ImageName target, CancellationToken stop)
    {
        try
        {
            return (await FindImages.ResolveTagAsync(client, target, stop)).Digest;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Creates the tag; if somebody else created it first, moves it if moving is allowed. Returns the digest that it
    /// was on.
    /// </summary>
    internal static async Task<string?> CreateAsync(
        ArtifactRegistryClient client, ImageName target, ImageName digest, bool mayMove, CancellationToken stop)
    {
        try
        {
            await client.CreateTagAsync(target, digest, stop);
            return null;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.AlreadyExists)
        {
            string? current = await CurrentDigestAsync(client, target, stop);
            // The first attempt arrived although its response was lost, or somebody else did the same.
            if (current == digest.Digest) return null;
            if (!mayMove || current is null)
                throw new RegistryException(
                    RegistryErrorKind.TagPointsElsewhere,
                    $"The tag '{target}' was created by somebody else just now, on "
                        + $"{current ?? "a digest that is gone again"}.",
                    e
                );
            await MoveAsync(client, target, current, digest, stop);
            return current;
        }
    }

    private static ImageTag Result(DockerImage image, string tag, string? previous) => new(image, tag)
    {
        PreviousDigest = previous,
        Tags = image.Tags.Contains(tag) ? image.Tags : new TagList([.. image.Tags, tag]),
    };
}
