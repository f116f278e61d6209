using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;

namespace ArtifactRegistry.Emulator.Storage;

/// <summary>
/// Records the changes of everything except blobs, as JSON lines that are appended to a file. A line is a list of the
/// changes of one request, <c>{"set": NAME, "to": {…}}</c> or <c>{"drop": NAME}</c>. Names are those of the API, and
/// the last change counts.
/// </summary>
/// <remarks>
/// A request is answered when its line is on the disk. A kill can leave the last line incomplete: then its changes have
/// not been acknowledged, and all of it is ignored.
/// </remarks>
internal sealed class Journal : IDisposable
{
    private readonly List<(string Name, Func<JsonObject>? Record)> _changes = [];
    private readonly SemaphoreSlim _flushing = new(1);
    private readonly FileStream _lock;

    // A handle and not a stream: flushing to the disk runs concurrently with writing, and a stream's handle cannot be
    // read without flushing the stream's own buffer.
    private readonly SafeFileHandle _file;
    private bool _listens;
    private long _written;
    private long _flushed;

    private Journal(FileStream folderLock, SafeFileHandle file)
    {
        (_lock, _file) = (folderLock, file);
        _flushed = _written = RandomAccess.GetLength(file);
    }

    /// <summary>Starts recording changes; until then, the state is recreated from what was read.</summary>
    public void Start() => _listens = true;

    /// <summary>Records the content of an entry at the end of the request. Requires the state's lock.</summary>
    public void Put(string name, Func<JsonObject> record)
    {
        if (_listens) _changes.Add((name, record));
    }

    /// <summary>Records that an entry is gone, together with all whose name begins with its name and a slash.</summary>
    public void Drop(string name)
    {
        if (_listens) _changes.Add((name, null));
    }

    /// <summary>Writes the changes recorded since the last call. Requires the state's lock.</summary>
    public void Write()
    {
        if (_changes.Count == 0) return;
        Dictionary<string, int> last = new(StringComparer.Ordinal);
        for (int i = 0; i < _changes.Count; i++) last[_changes[i].Name] = i;
        // A drop includes what was below the name at that time, whatever was added after it.
        byte[] line = Line(_changes.Where((change, i) => change.Record is null || last[change.Name] == i)
            .Select(change => Entry(change.Name, change.Record?.Invoke())));
        try
        {
            RandomAccess.Write(_file, line, _written);
        }
        catch (IOException)
        {
            // The disk is full: no partial line may precede the next one, which contains all of its changes again.
            RandomAccess.SetLength(_file, _written);
            throw;
        }
        Interlocked.Add(ref _written, line.Length);
        _changes.Clear();
    }

    /// <summary>Completes when everything written before is on the disk. Do not hold the state's lock.</summary>
    public async Task FlushAsync()
    {
        long written = Interlocked.Read(ref _written);
        if (Interlocked.Read(ref _flushed) >= written) return;
        await _flushing.WaitAsync();
        try
        {
            // The flush of the first caller also served those that waited here.
            if (_flushed >= written) return;
            long now = Interlocked.Read(ref _written);
            RandomAccess.FlushToDisk(_file);
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
        RandomAccess.FlushToDisk(_file);
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

            // Rewrite it with the current entries, otherwise it would grow forever.
            string fresh = path + ".new";
            using (FileStream file = File.Create(fresh))
            {
                foreach ((string name, JsonObject record) in records) file.Write(Line([Entry(name, record)]));
                file.Flush(flushToDisk: true);
            }
            File.Move(fresh, path, overwrite: true);
            return (
                new Journal(folderLock, File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.Read)),
                records
            );
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
            return new FileStream(
                Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"The folder '{folder}' is in use by another emulator.", e);
        }
    }

    private static SortedDictionary<string, JsonObject> Read(string path)
    {
        SortedDictionary<string, JsonObject> records = new(StringComparer.Ordinal);
        if (!File.Exists(path)) return records;

        string text = File.ReadAllText(path);
        // Text after the last line break was never acknowledged.
        string[] lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < lines.Length; i++)
        {
            if (!Apply(lines[i], records))
                throw new IOException(
                    $"Line {i + 1} of '{path}' is damaged; nothing was changed. Restore it from a copy."
                );
        }
        return records;
    }

    private static bool Apply(string line, SortedDictionary<string, JsonObject> records)
    {
        try
        {
            foreach (JsonNode? entry in JsonNode.Parse(line)!.AsArray()) Apply(entry!.AsObject(), records);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException
            or ArgumentNullException)
        {
            return false;
        }
    }

    private static void Apply(JsonObject entry, SortedDictionary<string, JsonObject> records)
    {
        if ((string?)entry["set"] is string set)
        {
            JsonObject record = entry["to"]!.AsObject();
            entry.Remove("to");
            records[set] = record;
            return;
        }
        string dropped = (string)entry["drop"]!;
        records.Remove(dropped);
        // Nothing is below digests, and there may be many of them.
        if (dropped.Contains("sha256:", StringComparison.Ordinal)) return;
        foreach (string name in records.Keys
            .Where(name => name.StartsWith(dropped + "/", StringComparison.Ordinal)).ToArray())
            records.Remove(name);
    }

    private static JsonObject Entry(string name, JsonObject? record) =>
        record is null ? new() { ["drop"] = name } : new() { ["set"] = name, ["to"] = record };

    private static byte[] Line(IEnumerable<JsonObject> entries) =>
        Encoding.UTF8.GetBytes(new JsonArray([.. entries]).ToJsonString() + "\n");
}
