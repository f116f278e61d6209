using System.Collections.Concurrent;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Archive;

/// <summary>The digests of an archive, and what each image of it needs to be restored.</summary>
internal sealed class ArchiveContent
{
    private readonly ArchiveFolder _folder;
    private readonly ILookup<ImageName, ArchivedImage> _images;
    private readonly ConcurrentDictionary<ImageName, Task<ILookup<string, string>>> _referrers = new();

    private ArchiveContent(ArchiveFolder folder, IReadOnlyList<ArchivedImage> all)
    {
        (_folder, All) = (folder, all);
        _images = all.ToLookup(image => image.Name.ToImage());
    }

    /// <summary>All archived digests.</summary>
    public IReadOnlyList<ArchivedImage> All { get; }

    /// <summary>The folder, from which blobs are read.</summary>
    public ArchiveFolder Folder => _folder;

    /// <summary>Reads which digests a folder has.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryErrorKind.ArchiveNotReadable"/>.</exception>
    public static ArchiveContent Read(string path)
    {
        ArchiveFolder folder = new(path);
        return new ArchiveContent(folder, folder.ReadImages());
    }

    /// <summary>Gets the tags that a digest had; none if it is not archived.</summary>
    public IReadOnlyList<string> TagsOf(ImageName digest) =>
        _images[digest.ToImage()].FirstOrDefault(image => image.Name == digest)?.Tags ?? [];

    /// <summary>Gets an image of the archive as a source.</summary>
    /// <param name="image">The image, without tag and digest.</param>
    /// <param name="registry">
    /// The image in the registry, for children of an index that were not deleted and so may not be archived.
    /// </param>
    public IContentSource Open(ImageName image, IContentSource registry) => new Source(this, image, registry);

    private Task<ILookup<string, string>> ReferrersAsync(ImageName image, CancellationToken stop) =>
        _referrers.GetOrAdd(image, _ => ReadReferrersAsync(image, stop));

    private async Task<ILookup<string, string>> ReadReferrersAsync(ImageName image, CancellationToken stop)
    {
        List<(string Subject, string Digest)> found = [];
        foreach (ArchivedImage each in _images[image])
        {
            try
            {
                Manifest? manifest = await _folder.FindManifestAsync(each.Descriptor.Digest, stop);
                if (manifest?.Subject is Descriptor subject) found.Add((subject.Digest, manifest.Digest));
            }
            catch (RegistryException)
            {
                // What is damaged is an error when it is to be restored itself.
            }
        }

        return found.ToLookup(pair => pair.Subject, pair => pair.Digest);
    }

    private sealed class Source(ArchiveContent archive, ImageName image, IContentSource registry) : IContentSource
    {
        public async Task<Manifest?> FindManifestAsync(string reference, CancellationToken stop)
        {
            if (Digest.IsValid(reference))
                return await archive._folder.FindManifestAsync(reference, stop)
                    ?? await registry.FindManifestAsync(reference, stop);
            return archive._images[image].LastOrDefault(each => each.Tags?.Contains(reference) is true)
                is ArchivedImage tagged
                ? await archive._folder.FindManifestAsync(tagged.Descriptor.Digest, stop)
                : null;
        }

        public async Task<IReadOnlyList<string>> ListReferrersAsync(string digest, CancellationToken stop) =>
            [.. (await archive.ReferrersAsync(image, stop))[digest]];

        public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken stop) =>
            archive._folder.HasBlobAsync(blob, stop);

        public Task<Stream> OpenBlobAsync(Descriptor blob, long from, CancellationToken stop) =>
            archive._folder.OpenBlobAsync(blob, from, stop);
    }
}
