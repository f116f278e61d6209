using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>
/// The blobs of a repository: those that its manifests refer to, those whose manifest has not been pushed yet, and
/// those that nothing refers to any more but that have not been collected yet.
/// </summary>
/// <remarks>
/// All images of a repository share them: the service's addresses for uploading and downloading blobs contain the
/// repository and no image.
/// </remarks>
internal sealed class RepositoryBlobs(string repository, BlobStore store, Journal? journal)
{
    private readonly Dictionary<string, int> _references = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, DateTimeOffset>> _expected = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _orphans = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _collected = new(StringComparer.Ordinal);
    private readonly HashSet<string> _withoutBytes = new(StringComparer.Ordinal);

    public BlobContent? Find(string digest) =>
        _references.ContainsKey(digest) || _expected.ContainsKey(digest) || _orphans.ContainsKey(digest)
            ? store.Find(digest)
            : null;

    /// <summary>Gets whether a blob waits for its collection, since nothing refers to it any more.</summary>
    public bool IsOrphan(string digest) => _orphans.ContainsKey(digest);

    /// <summary>Gets the length of a blob that was collected; null if none was.</summary>
    public long? LengthOfCollected(string digest) => _collected.TryGetValue(digest, out long length) ? length : null;

    /// <summary>
    /// Keeps a blob for the manifest of an image that is expected: it was pushed or mounted, or a client was told that
    /// it need not push it. Each image waits by itself, as each has clients of its own.
    /// </summary>
    public void Expect(string digest, string image, DateTimeOffset now)
    {
        if (Find(digest) is null) store.Hold(digest);
        _orphans.Remove(digest);
        if (!_expected.TryGetValue(digest, out Dictionary<string, DateTimeOffset>? images))
            _expected.Add(digest, images = new(StringComparer.Ordinal));
        images[image] = now;
        Record(digest, images);
    }

    /// <summary>Keeps a blob that an earlier run kept.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="record">What <see cref="Expect"/> recorded.</param>
    public void ExpectAgain(string digest, JsonObject record)
    {
        if (record["since"] is not JsonObject images) return; // a folder of version 0.1 does not say which image waits
        foreach ((string image, JsonNode? since) in images)
            Expect(digest, image, DateTimeOffset.Parse((string)since!, CultureInfo.InvariantCulture));
    }

    /// <summary>Adds a blob whose manifest follows, without an upload. Returns its digest.</summary>
    public string Put(string digest, BlobContent content, string image, DateTimeOffset now)
    {
        store.Add(digest, content);
        Expect(digest, image, now);
        return digest;
    }

    /// <summary>
    /// Keeps the name of a blob without bytes, which an image that nobody pushed has: it is mounted, and cannot be
    /// pulled.
    /// </summary>
    public void AddWithoutBytes(string digest) => _withoutBytes.Add(digest);

    /// <summary>Returns whether a manifest may refer to a blob.</summary>
    public bool AllowsReferenceTo(string digest) => Find(digest) is not null || _withoutBytes.Contains(digest);

    /// <summary>Counts a manifest's references; its blobs are no longer waiting for it.</summary>
    /// <returns>
    /// The blobs among them that exist, to pass to <see cref="Release"/> when the manifest is deleted.
    /// </returns>
    public IReadOnlyList<string> Refer(IEnumerable<string> digests, string image)
    {
        string[] here = [.. digests.Distinct().Where(digest => Find(digest) is not null)];
        foreach (string digest in here)
        {
            _references[digest] = _references.GetValueOrDefault(digest) + 1;
            _orphans.Remove(digest);
        }
        Arrived(here, image);
        return here;
    }

    /// <summary>
    /// Does the same as <see cref="Refer"/> for a manifest of an earlier run, whose blobs are in the store but may not
    /// be held yet.
    /// </summary>
    public IReadOnlyList<string> ReferAgain(IEnumerable<string> digests, string image)
    {
        string[] stored = [.. digests.Where(digest => store.Find(digest) is not null)];
        foreach (string digest in stored.Where(digest => Find(digest) is null))
        {
            store.Hold(digest);
            _references[digest] = 0;
        }
        return Refer(stored, image);
    }

    /// <summary>Records that the expected manifest of these blobs has been pushed to an image.</summary>
    public void Arrived(IEnumerable<string> digests, string image)
    {
        foreach (string digest in digests)
            if (_expected.TryGetValue(digest, out Dictionary<string, DateTimeOffset>? images) && images.Remove(image))
                Record(digest, images);
    }

    /// <summary>Removes a manifest's references; blobs that nothing else holds are collected.</summary>
    /// <param name="digests">The blobs of the manifest.</param>
    /// <param name="due">The time of the collection; null for at once.</param>
    public void Release(IEnumerable<string> digests, DateTimeOffset? due)
    {
        foreach (string digest in digests)
        {
            if (--_references[digest] > 0) continue;
            _references.Remove(digest);
            if (_expected.ContainsKey(digest)) continue;
            if (due is DateTimeOffset later) _orphans[digest] = later;
            else Drop(digest);
        }
    }

    /// <summary>Collects the blobs that nothing refers to any more and whose time has come.</summary>
    public void Collect(DateTimeOffset now)
    {
        if (_orphans.Count == 0) return;
        foreach ((string digest, DateTimeOffset due) in _orphans.ToArray())
        {
            if (due > now) continue;
            _orphans.Remove(digest);
            Drop(digest);
        }
    }

    /// <summary>Releases blobs whose manifest has not been pushed since a time.</summary>
    public void Forget(DateTimeOffset before)
    {
        foreach ((string digest, Dictionary<string, DateTimeOffset> images) in _expected.ToArray())
        {
            string[] late = [.. images.Where(each => each.Value < before).Select(each => each.Key)];
            if (late.Length == 0) continue;
            foreach (string image in late) images.Remove(image);
            Record(digest, images);
            if (images.Count == 0 && !_references.ContainsKey(digest)) Drop(digest);
        }
    }

    /// <summary>Releases everything when the repository is deleted.</summary>
    public void Clear()
    {
        foreach (string digest in _references.Keys.Union(_expected.Keys).Union(_orphans.Keys)) store.Release(digest);
        _references.Clear();
        _expected.Clear();
        _orphans.Clear();
    }

    private void Drop(string digest)
    {
        if (store.Find(digest) is BlobContent content) _collected[digest] = content.Length;
        store.Release(digest);
    }

    private void Record(string digest, Dictionary<string, DateTimeOffset> images)
    {
        if (images.Count > 0)
        {
            journal?.Put(NameOf(digest), () => new JsonObject
            {
                ["since"] = new JsonObject(
                    images.Select(each => KeyValuePair.Create(each.Key, (JsonNode?)Json.Time(each.Value)))),
            });
            return;
        }

        _expected.Remove(digest);
        journal?.Drop(NameOf(digest));
    }

    private string NameOf(string digest) => $"{repository}/blobs/{digest}";
}
