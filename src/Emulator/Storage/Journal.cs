using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Storage;

/// <summary>
/// What becomes of everything but the blobs, as lines of JSON at the end of a file: <c>{"set": NAME, "to": {…}}</c> and
/// <c>{"drop": NAME}</c>, names being the API's. The last line of a name counts.
/// </summary>
/// <remarks>
/// The lines of one request are written together, and it is answered once they are on the disk. A kill can leave the
/// last line incomplete: then nobody was told that it had been done, and it is left out.
/// </remarks>
internal sealed class Journal : IDisposable
{
    private readonly List<(string Name, Func<JsonObject>? Record)> _changes = [];
    private readonly SemaphoreSlim _flushing = new(1);
    private readonly FileStream _lock;
    private readonly FileStream _file;
    private bool _listens;
    private long _written;
    private long _flushed;

    private Journal(FileStream folderLock, FileStream file) => (_lock, _file) = (folderLock, file);

    /// <summary>From now on changes are noted; before, the state is made again from what was read.</summary>
    public void Start() => _listens = true;

    /// <summary>Notes what something is like at the end of the request. Under the state's lock.</summary>
    public void Put(string name, Func<JsonObject> record)
    {
        if (_listens) _changes.Add((name, record));
    }

    /// <summary>Notes that something is gone, and all whose name begins with its name and a slash.</summary>
    public void Drop(string name)
    {
        if (_listens) _changes.Add((name, null));
    }

    /// <summary>Writes what has been noted since the last time. Under the state's lock.</summary>
    public void Write()
    {
        if (_changes.Count == 0) return;
        Dictionary<string, int> last = new(StringComparer.Ordinal);
        for (int i = 0; i < _changes.Count; i++) last[_changes[i].Name] = i;
        for (int i = 0; i < _changes.Count; i++)
        {
            (string name, Func<JsonObject>? record) = _changes[i];
            // A drop takes along what lay below the name at that time, whatever came after it.
            if (record is null || last[name] == i) _file.Write(Line(name, record?.Invoke()));
        }
        _file.Flush();
        Interlocked.Exchange(ref _written, _file.Position);
        _changes.Clear();
    }

    /// <summary>Ends once all that was written before is on the disk. Not under the state's lock.</summary>
    public async Task FlushAsync()
    {
        long written = Interlocked.Read(ref _written);
        if (Interlocked.Read(ref _flushed) >= written) return;
        await _flushing.WaitAsync();
        try
        {
            // Who waited here is served by the flush of whoever came first.
            if (_flushed >= written) return;
            long now = Interlocked.Read(ref _written);
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
            Interlocked.Exchange(ref _flushed, now);
        }
        finally
        {
            _flushing.Release();
        }
    }

    public void Dispose()
    {
        Write();
        RandomAccess.FlushToDisk(_file.SafeFileHandle);
        _file.Dispose();
        _lock.Dispose();
        _flushing.Dispose();
    }

    /// <summary>Opens the journal of a folder, for this process alone, and reads it.</summary>
    /// <exception cref="IOException">Another emulator has the folder, or the journal is damaged.</exception>
    public static (Journal Journal, IReadOnlyDictionary<string, JsonObject> Records) Open(string folder)
    {
        Directory.CreateDirectory(folder);
        FileStream folderLock = Lock(folder);
        try
        {
            string path = Path.Combine(folder, "journal.jsonl");
            SortedDictionary<string, JsonObject> records = Read(path);

            // Begun anew with what is still true, or it would grow for ever.
            string fresh = path + ".new";
            using (FileStream file = File.Create(fresh))
            {
                foreach ((string name, JsonObject record) in records) file.Write(Line(name, record));
                file.Flush(flushToDisk: true);
            }
            File.Move(fresh, path, overwrite: true);
            return (new Journal(folderLock, new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read)), records);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    private static FileStream Lock(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new IOException($"The folder '{folder}' is in use by another emulator.", error);
        }
    }

    private static SortedDictionary<string, JsonObject> Read(string path)
    {
        SortedDictionary<string, JsonObject> records = new(StringComparer.Ordinal);
        if (!File.Exists(path)) return records;

        string text = File.ReadAllText(path);
        // What stands behind the last line break was never answered for.
        string[] lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < lines.Length; i++)
        {
            if (!Apply(lines[i], records))
                throw new IOException($"Line {i + 1} of '{path}' is damaged; nothing was changed. Restore it from a copy.");
        }
        return records;
    }

    private static bool Apply(string line, SortedDictionary<string, JsonObject> records)
    {
        try
        {
            JsonObject entry = JsonNode.Parse(line)!.AsObject();
            if ((string?)entry["set"] is string set)
            {
                JsonObject record = entry["to"]!.AsObject();
                entry.Remove("to");
                records[set] = record;
                return true;
            }
            string dropped = (string)entry["drop"]!;
            records.Remove(dropped);
            // Digests have nothing below them, and there may be many.
            if (!dropped.Contains("sha256:", StringComparison.Ordinal))
            {
                foreach (string name in records.Keys
                    .Where(name => name.StartsWith(dropped + "/", StringComparison.Ordinal)).ToArray())
                    records.Remove(name);
            }
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException
            or ArgumentNullException)
        {
            return false;
        }
    }

    private static byte[] Line(string name, JsonObject? record)
    {
        JsonObject entry = record is null ? new() { ["drop"] = name } : new() { ["set"] = name, ["to"] = record };
        return Encoding.UTF8.GetBytes(entry.ToJsonString() + "\n");
    }
}
