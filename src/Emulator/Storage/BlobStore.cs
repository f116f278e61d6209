namespace ArtifactRegistry.Emulator.Storage;

/// <summary>
/// The blobs of all repositories, each stored once. Used only while the state's lock is held, except for
/// <see cref="Begin"/>.
/// </summary>
/// <remarks>
/// Without a folder of its own, it keeps small blobs in memory, and the others in a temporary folder that is deleted
/// with the store. In a folder, <c>uploads/</c> contains uploads under way, and <c>blobs/sha256/</c> complete blobs.
/// </remarks>
internal sealed class BlobStore : IDisposable
{
    private const int MaxInMemory = 1 << 20;

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private List<(string Digest, BlobContent Content)> _released = [];
    private readonly Lazy<string> _folder;
    private readonly bool _isTemporary;

    public BlobStore(string? folder)
    {
        _isTemporary = folder is null;
        _folder = new Lazy<string>(() =>
        {
            string root = folder ?? Directory.CreateTempSubdirectory("ar-emulator-").FullName;
            Directory.CreateDirectory(Path.Combine(root, "uploads"));
            return root;
        });
    }

    /// <summary>The digests of the blobs that at least one repository holds.</summary>
    public IReadOnlyCollection<string> Digests => _entries.Keys;

    /// <summary>Starts an upload.</summary>
    public BlobWriter Begin() => new(
        () => Path.Combine(_folder.Value, "uploads", Guid.NewGuid().ToString("N")),
        _isTemporary ? MaxInMemory : 0);

    /// <summary>Gets a blob's bytes; null if no repository holds it.</summary>
    public BlobContent? Find(string digest) => _entries.GetValueOrDefault(digest)?.Content;

    /// <summary>Adds an upload whose digest was verified, unless the same blob exists. It has no holder yet.</summary>
    public void Take(BlobWriter upload)
    {
        string digest = upload.Digest;
        if (!_entries.ContainsKey(digest)) _entries.Add(digest, new Entry(upload.Finish(() => PathOf(digest))));
    }

    /// <summary>Adds a blob that nobody uploaded. It has no holder yet.</summary>
    public void Add(string digest, BlobContent content)
    {
        if (_entries.ContainsKey(digest)) return;
        if (!_isTemporary)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(digest))!);
            using FileStream file = File.Create(PathOf(digest));
            using Stream bytes = content.Open();
            bytes.CopyTo(file);
        }

        _entries.Add(digest, new Entry(_isTemporary ? content : new BlobContent(PathOf(digest), content.Length)));
    }

    /// <summary>Adds the wanted blobs that an earlier run left in the folder; the others are deleted.</summary>
    public void Recover(IReadOnlySet<string> wanted)
    {
        // An upload that was under way no longer has a client that could continue it.
        foreach (string upload in Directory.EnumerateFiles(Path.Combine(_folder.Value, "uploads"))) File.Delete(upload);

        DirectoryInfo blobs = Directory.CreateDirectory(Path.Combine(_folder.Value, "blobs", "sha256"));
        foreach (FileInfo file in blobs.EnumerateFiles())
        {
            string digest = $"sha256:{file.Name}";
            if (wanted.Contains(digest)) _entries.Add(digest, new Entry(new BlobContent(file.FullName, file.Length)));
            else file.Delete();
        }
    }

    /// <summary>Adds a repository that holds a blob.</summary>
    public void Hold(string digest) => _entries[digest].Holders++;

    /// <summary>Removes a repository that holds a blob; without any, the blob is released.</summary>
    public void Release(string digest)
    {
        Entry entry = _entries[digest];
        if (--entry.Holders > 0) return;
        _entries.Remove(digest);
        _released.Add((digest, entry.Content));
    }

    /// <summary>Gets the blobs that have lost their last holder since the last call.</summary>
    public IReadOnlyList<(string Digest, BlobContent Content)> TakeReleased()
    {
        List<(string Digest, BlobContent Content)> released = _released;
        if (released.Count > 0) _released = [];
        return released;
    }

    /// <summary>
    /// Deletes the bytes of released blobs. Call this after the change that released them is on the disk, so that a
    /// kill in between leaves one file too many and never one too few.
    /// </summary>
    public void Delete(IReadOnlyList<(string Digest, BlobContent Content)> released)
    {
        foreach ((string digest, BlobContent content) in released)
        {
            // The same bytes may have been pushed again in the meantime, to the same file.
            if (!_entries.ContainsKey(digest)) content.Delete();
        }
    }

    public void Dispose()
    {
        if (_isTemporary && _folder.IsValueCreated) Directory.Delete(_folder.Value, recursive: true);
    }

    private string PathOf(string digest) =>
        Path.Combine(_folder.Value, "blobs", "sha256", digest["sha256:".Length..]);

    private sealed class Entry(BlobContent content)
    {
        public BlobContent Content => content;

        public int Holders { get; set; }
    }
}
