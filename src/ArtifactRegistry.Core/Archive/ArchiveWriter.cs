using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using ArtifactRegistry.Files;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Archive;

/// <summary>
/// Writes to an <see cref="ArchiveFolder"/>, from many tasks at once. Everything that a manifest needs is on the disk
/// before index.json names it, so that the folder is a whole image layout whenever the process is killed.
/// </summary>
internal sealed class ArchiveWriter : IDisposable
{
    // What a run that was killed while it created the folder may have left there.
    private static readonly string[] OwnNames = [".lock", "ingest", "blobs", "index.json"];

    private readonly ArchiveFolder _folder;
    private readonly FileStream _lock;
    private readonly string _ingest;
    private readonly ConcurrentDictionary<string, Task<bool>> _written = new(StringComparer.Ordinal);
    private readonly object _entries = new();
    private readonly SemaphoreSlim _turn = new(1);
    private ArchiveIndex _index = ArchiveIndex.Empty();
    private long _version, _versionOnDisk;
    private int _temporaries;

    private ArchiveWriter(ArchiveFolder folder, FileStream held) =>
        (_folder, _lock, _ingest) = (folder, held, Path.Combine(folder.FullName, "ingest"));

    /// <summary>The folder.</summary>
    public string FullName => _folder.FullName;

    /// <summary>Opens a folder, which is created if it does not exist, and keeps other runs out.</summary>
    /// <exception cref="FileInUseException">Another run is writing to it.</exception>
    /// <exception cref="IOException">It cannot be written, is damaged, or has other files.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing to it is not permitted.</exception>
    public static ArchiveWriter Open(string path)
    {
        ArchiveFolder folder = new(path);
        Directory.CreateDirectory(path);
        RequireOwn(folder);
        ArchiveWriter writer = new(folder, LockFile.Open(LockOf(path)));
        try
        {
            writer.Prepare();
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a folder if it is an archive already, or another run makes it one. Otherwise it is created when something is
    /// saved, and what can be in the way of that is an error now.
    /// </summary>
    /// <exception cref="FileInUseException">Another run is writing to it.</exception>
    /// <exception cref="IOException">It cannot be written, is damaged, or has other files.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing to it is not permitted.</exception>
    public static Lazy<ArchiveWriter> OpenWhenNeeded(string path)
    {
        if (File.Exists(new ArchiveFolder(path).Marker) || File.Exists(LockOf(path))) return new(Open(path));
        Look(path);
        string? folder = path;
        while (folder is not null && !Directory.Exists(folder)) folder = Path.GetDirectoryName(folder);
        if (folder is not null) RequireWritable(folder);
        return new(() => Open(path));
    }

    /// <summary>
    /// Checks, without writing anything, whether a folder can be an archive, as far as can be seen. One that does not
    /// exist yet can.
    /// </summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void Look(string path)
    {
        for (string? place = path; place is not null; place = Path.GetDirectoryName(place))
        {
            if (File.Exists(place)) throw new IOException($"'{place}' is a file, and an archive is a folder.");
            if (Directory.Exists(place)) break;
        }

        if (!Directory.Exists(path)) return;
        ArchiveFolder folder = new(path);
        RequireOwn(folder);
        if (File.Exists(folder.Index)) ReadIndex(folder);
    }

    /// <summary>Writes a blob, unless the folder has it.</summary>
    /// <exception cref="RegistryException">It cannot be read from the source.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public Task PutBlobAsync(Descriptor blob, IContentSource source, CancellationToken stop) =>
        PutAsync(blob.Digest, async file =>
        {
            await using BlobReader reader = new(source, blob);
            await reader.CopyToAsync(bytes => file.WriteAsync(bytes, stop), stop);
        }, stop);

    /// <summary>Writes the bytes of a manifest, unless the folder has them.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public Task PutManifestAsync(Manifest manifest, CancellationToken stop) =>
        PutAsync(manifest.Digest, file => file.WriteAsync(manifest.Bytes, stop).AsTask(), stop);

    /// <summary>
    /// Adds digests whose content was written to index.json. Calls at the same time are written together.
    /// </summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task CommitAsync(IEnumerable<ArchivedImage> images, CancellationToken stop)
    {
        long mine;
        lock (_entries)
        {
            bool changed = false;
            foreach (ArchivedImage image in images) changed |= _index.Add(image);
            mine = changed ? ++_version : _version;
        }

        await _turn.WaitAsync(stop);
        try
        {
            if (_versionOnDisk >= mine) return;
            long version;
            byte[] bytes;
            lock (_entries) (version, bytes) = (_version, _index.ToBytes());
            DurableFile.Write(Temporary(), _folder.Index, bytes);
            _versionOnDisk = version;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        _turn.Dispose();
    }

    private void Prepare()
    {
        Directory.CreateDirectory(_folder.Blobs);
        Directory.CreateDirectory(_ingest);
        foreach (string left in Directory.EnumerateFiles(_ingest)) DurableFile.TryDelete(left);
        if (File.Exists(_folder.Index))
        {
            _index = ReadIndex(_folder);
        }
        else
        {
            DurableFile.Write(Temporary(), _folder.Index, _index.ToBytes());
        }

        // Last, since a folder with this file is an image layout.
        if (!File.Exists(_folder.Marker))
            DurableFile.Write(Temporary(), _folder.Marker, """{"imageLayoutVersion":"1.0.0"}"""u8);
    }

    /// <summary>Writes a file of a digest once, whoever else needs it at the same time.</summary>
    private async Task PutAsync(string digest, Func<FileStream, Task> write, CancellationToken stop)
    {
        while (true)
        {
            TaskCompletionSource<bool> mine = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<bool> first = _written.GetOrAdd(digest, mine.Task);
            if (first != mine.Task)
            {
                if (await first.WaitAsync(stop)) return;
                continue; // the other one failed, perhaps because it was cancelled
            }

            bool done = false;
            try
            {
                if (!await _folder.IsIntactAsync(digest, stop))
                    await DurableFile.WriteAsync(Temporary(), _folder.PathOf(digest), write);
                done = true;
                return;
            }
            finally
            {
                if (!done) _written.TryRemove(digest, out _);
                mine.SetResult(done);
            }
        }
    }

    private string Temporary() =>
        Path.Combine(_ingest, Interlocked.Increment(ref _temporaries).ToString(CultureInfo.InvariantCulture));

    private static ArchiveIndex ReadIndex(ArchiveFolder folder)
    {
        try
        {
            return ArchiveIndex.Parse(File.ReadAllBytes(folder.Index));
        }
        catch (JsonException e)
        {
            throw new IOException($"its index.json is damaged: {e.Message}", e);
        }
    }

    private static string LockOf(string path) => Path.Combine(path, ".lock");

    private static void RequireWritable(string folder)
    {
        try
        {
            // Permissions do not tell of a file system that is read-only.
            string probe = Path.Combine(folder, $".{Guid.NewGuid():N}");
            using FileStream _ = new(
                probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"nothing can be created in '{folder}'.", e);
        }
    }

    private static void RequireOwn(ArchiveFolder folder)
    {
        if (File.Exists(folder.Marker)) return;
        if (Directory.EnumerateFileSystemEntries(folder.FullName).Select(Path.GetFileName)
            .FirstOrDefault(name => !OwnNames.Contains(name)) is string other)
            throw new IOException($"it is not an image layout, and contains '{other}'.");
    }
}
