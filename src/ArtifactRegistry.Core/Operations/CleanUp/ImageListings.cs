using System.Collections.Concurrent;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>The content of one listing about an image.</summary>
/// <param name="Odd">The name of a row of the image that is not a valid digest; null if there is none.</param>
internal sealed record ImageListing(string? Odd)
{
    /// <summary>Its digests.</summary>
    public Dictionary<string, ListedDigest> Digests { get; } = new(StringComparer.Ordinal);
}

/// <summary>The content of one listing about a digest.</summary>
/// <param name="Image">The complete row; null in a listing of versions.</param>
/// <param name="MediaType">The manifest's type.</param>
/// <param name="Updated">The time of the last update according to versions.list; null in another listing.</param>
/// <param name="Tags">Its tags.</param>
internal sealed record ListedDigest(
    DockerImage? Image,
    string? MediaType,
    DateTimeOffset? Updated,
    IReadOnlyList<string> Tags
)
{
    private const int MaxTags = 100; // a listing of versions does not contain more

    /// <summary>Returns whether another listing contradicts this one.</summary>
    public bool Differs(ListedDigest other) =>
        (Updated is not null && other.Updated is not null && Updated != other.Updated)
        || (Tags.Count == 0) != (other.Tags.Count == 0)
        || (
            Tags.Count < MaxTags
            && other.Tags.Count < MaxTags
            && !Tags.ToHashSet(StringComparer.Ordinal).SetEquals(other.Tags)
        );
}

/// <summary>
/// Lists the digests of images: image by image if the service supports a filter, otherwise with one listing of the
/// repository for all of its images.
/// </summary>
/// <param name="client">The API.</param>
/// <param name="progress">Counts what is listed.</param>
internal sealed class ImageListings(ArtifactRegistryClient client, PlanningProgress progress) : IDisposable
{
    // An image is removed when it is requested, so that no more of a large repository is held than necessary.
    private readonly ConcurrentDictionary<ImageName, Lazy<Task<Dictionary<ImageName, ImageListing>>>> _repositories =
    [];

    // One request determines whether the service supports a filter, not one for each image that is planned ahead.
    private readonly SemaphoreSlim _first = new(1);
    private bool _filters;

    /// <summary>Lists an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="others">Whether others of its repository will be asked for.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public async Task<ImageListing> OfAsync(ImageName image, bool others, CancellationToken stop)
    {
        if (!_filters && !client.Features.RefusesImageFilter)
        {
            await _first.WaitAsync(stop);
            try
            {
                if (!client.Features.RefusesImageFilter && await FilteredAsync(image, stop) is ImageListing first)
                    return first;
            }
            finally
            {
                _first.Release();
            }
        }

        return (_filters ? await FilteredAsync(image, stop) : null) ?? await UnfilteredAsync(image, others, stop);
    }

    /// <inheritdoc/>
    public void Dispose() => _first.Dispose();

    /// <summary>Lists an image with a filter; returns null if the service rejects it.</summary>
    private async Task<ImageListing?> FilteredAsync(ImageName image, CancellationToken stop)
    {
        try
        {
            ImageListing listing = TakeFrom(
                await ReadAsync(image.ToRepository(), client.ListFilteredDockerImagesOfAsync(image, stop), stop),
                image
            );
            _filters = true;
            return listing;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.InvalidArgument)
        {
            client.Features.RefusesImageFilter = true;
            return null;
        }
    }

    /// <summary>Lists an image without a filter, because a filter may miss digests.</summary>
    /// <param name="image">The image.</param>
    /// <param name="others">Whether others of its repository will be asked for.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public async Task<ImageListing> UnfilteredAsync(ImageName image, bool others, CancellationToken stop)
    {
        ImageName repository = image.ToRepository();
        if (!others)
            return TakeFrom(await ReadAsync(repository, client.ListAllDockerImagesOfAsync(image, stop), stop), image);
        Lazy<Task<Dictionary<ImageName, ImageListing>>> all = _repositories.GetOrAdd(repository, name =>
            new(() => ReadAsync(name, client.ListDockerImagesAsync(name, stop), stop))
        );
        try
        {
            return TakeFrom(await all.Value, image);
        }
        catch
        {
            _repositories.TryRemove(new(repository, all)); // the next one tries again
            throw;
        }
    }

    private static ImageListing TakeFrom(Dictionary<ImageName, ImageListing> images, ImageName image)
    {
        lock (images) return images.Remove(image, out ImageListing? listing) ? listing : new ImageListing(null);
    }

    private async Task<Dictionary<ImageName, ImageListing>> ReadAsync(
        ImageName repository, IAsyncEnumerable<DockerImageMessage> messages, CancellationToken stop)
    {
        Dictionary<ImageName, ImageListing> images = new();
        ListedNames names = new(repository);
        using PlanningProgress.Listing listed = progress.BeginListing();
        await foreach (DockerImageMessage message in messages.WithCancellation(stop))
        {
            ImageName? name = names.Read(message.Name);
            ImageName? image = name is not null ? name.ToImage() : ImageOf(repository, message.Name);
            if (image is null) continue; // of another repository, or of an image that the listing of images skips
            if (!images.TryGetValue(image, out ImageListing? listing)) images[image] = listing = new ImageListing(null);
            if (name is null) images[image] = listing with { Odd = message.Name };
            else if (names.IsNew(name))
            {
                listed.Add(name);
                listing.Digests[name.Digest!] = ToListed(DockerImage.From(message, name, names: names));
            }
        }

        return images;
    }

    private static ListedDigest ToListed(DockerImage image) => new(image, image.MediaType, null, image.Tags);

    /// <summary>Gets the image of a row whose digest is invalid.</summary>
    private static ImageName? ImageOf(ImageName repository, string text)
    {
        int at = text.LastIndexOf('@');
        string digest = $"{Digest.Prefix}{new string('0', Digest.HexLength)}";
        return at > 0
            && ImageName.TryParse($"{text[..at]}@{digest}", out ImageName? name)
            && ListedNames.IsOf(repository, name)
            ? repository.WithPackage(name.Package!)
            : null;
    }
}
