using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Deletes tags; their digests stay.</summary>
/// <remarks>
/// One command may remove thousands of tags from one digest. So a digest and its tags are read once rather than per
/// tag, and the rows share their common data: time, traffic and memory grow linearly with the number of tags.
/// </remarks>
/// <param name="client">The service.</param>
internal sealed class RemoveTag(ArtifactRegistryClient client)
{
    // Somebody else may tag the digest in the meantime, so the information that is shown must not be old.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<ImageName, Lazy<Task<TaggedDigest>>> _digests = [];

    /// <summary>Reads where the tag points, asks for confirmation, and removes the tag.</summary>
    /// <param name="name">
    /// An image with a tag. If the name also has a digest, the tag must still be on that digest.
    /// </param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>The removed tag, which <see cref="AddTag"/> can restore; null if the answer was no.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryErrorKind.NameNotSpecific"/>, <see cref="RegistryErrorKind.TagMoved"/>, or what the service
    /// said.
    /// </exception>
    public async Task<ImageTag?> RemoveAsync(
        ImageName name,
        Func<string, string, Task<bool>> confirm,
        CancellationToken stop
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(confirm);
        if (name.Tag is not string tag)
            throw new RegistryException(
                RegistryErrorKind.NameNotSpecific,
                $"'{name}' names no tag to remove."
            );

        ImageName target = name.WithTag(tag);
        ImageName digest = await FindImages.ResolveTagAsync(client, target, stop);
        if (name.Digest is not null && name.Digest != digest.Digest) throw DeleteTag.Moved(target, name.Digest, digest);

        TaggedDigest tagged = await ReadAsync(target.WithDigest(digest.Digest!), stop);
        if (!await confirm(target.ToString(), $"Remove the tag ({digest.Digest} {tagged.WhatStays(tag)})")) return null;

        await DeleteTag.DeleteAsync(client, target, digest.Digest!, stop);
        return new ImageTag(tagged.Image, tag) { Tags = tagged.Without(tag) };
    }

    /// <summary>Finds those of some digests that have no tags now.</summary>
    /// <param name="client">The service.</param>
    /// <param name="digests">The digests, of any number of images.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async Task<IReadOnlyList<ImageName>> FindUntaggedAsync(
        ArtifactRegistryClient client, IEnumerable<ImageName> digests, CancellationToken stop)
    {
        List<ImageName> untagged = [];
        foreach (IGrouping<ImageName, ImageName> image in digests.Distinct().GroupBy(digest => digest.ToImage()))
        {
            Dictionary<string, ImageName> left = image.ToDictionary(digest => digest.Digest!);
            // One listing is enough for many digests; for one, the service looks for its tags only.
            IAsyncEnumerable<TagMessage> tags = left.Count == 1
                ? client.ListTagsOfAsync(left.Values.Single(), stop)
                : client.ListTagsAsync(image.Key, stop);
            await foreach (TagMessage tag in tags)
            {
                if (ImageName.TryParse(tag.Version, out ImageName? version) && version.Digest is not null)
                    left.Remove(version.Digest);
                else
                    left.Clear(); // it may be on any of them
            }

            untagged.AddRange(left.Values);
        }

        return untagged;
    }

    private async Task<TaggedDigest> ReadAsync(ImageName digest, CancellationToken stop)
    {
        while (true)
        {
            Lazy<Task<TaggedDigest>> read = _digests.GetOrAdd(digest, name => new Lazy<Task<TaggedDigest>>(
                async () => new TaggedDigest(await FindImages.ReadAsync(client, name, stop))));
            try
            {
                TaggedDigest tagged = await read.Value;
                if (tagged.Age < MaxAge) return tagged;
            }
            catch (RegistryException)
            {
                _digests.TryRemove(new(digest, read));
                throw;
            }

            _digests.TryRemove(new(digest, read));
        }
    }

    /// <summary>A digest, and the tags that this command has left on it.</summary>
    private sealed class TaggedDigest(DockerImage image)
    {
        private const int NamedTags = 10; // in a question; nobody reads a thousand

        private readonly long _read = Stopwatch.GetTimestamp();
        private ImmutableSortedSet<string> _tags = image.Tags.ToImmutableSortedSet(StringComparer.Ordinal);

        public DockerImage Image => image;

        public TimeSpan Age => Stopwatch.GetElapsedTime(_read);

        public string WhatStays(string tag)
        {
            ImmutableSortedSet<string> tags = _tags;
            string[] named = [.. tags.Where(other => other != tag).Take(NamedTags)];
            int left = tags.Count - (tags.Contains(tag) ? 1 : 0);
            return left == 0 ? "stays without a tag"
                : $"keeps {string.Join(", ", named)}{(left > named.Length ? $" and {left - named.Length} more" : "")}";
        }

        public TagList Without(string tag)
        {
            ImmutableInterlocked.Update(ref _tags, (tags, gone) => tags.Remove(gone), tag);
            return new TagList(_tags);
        }
    }
}
