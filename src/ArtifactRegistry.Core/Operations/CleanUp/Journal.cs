using System.Text;
using System.Text.Json;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Appends a JSON line before each deletion (<c>"event":"delete"</c>) and one after it (<c>"event":"result"</c>), so that
/// a run that was killed can be told from one that ended. Times are UTC.
/// </summary>
public sealed class Journal : IDisposable
{
    /// <summary>Why a deletion was not begun.</summary>
    internal const string Broken = "the journal cannot be written any more";

    private readonly object _lock = new();
    private readonly FileStream _file;

    /// <summary>Opens a file to append to; others may read it meanwhile.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public Journal(string path) => _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);

    /// <summary>What kept a line from being written; null if all are there. From then on none is written any more.</summary>
    internal IOException? Failure { get; private set; }

    /// <summary>Notes that a deletion is about to begin; false if that cannot be noted, so that it must not begin.</summary>
    internal bool Intend(DockerImage image) => TryWrite("delete", image.Uri, null);

    /// <summary>Notes what became of it, if that can be noted.</summary>
    internal void Note(RemovedImage result) => TryWrite("result", result.Uri, result);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool TryWrite(string what, string uri, RemovedImage? result)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("time", DateTime.UtcNow);
            json.WriteString("event", what);
            json.WriteString("uri", uri);
            if (result is not null)
            {
                json.WriteString("status", result.Status);
                json.WriteString("reason", result.Reason);
                json.WriteNumber("sizeBytes", result.SizeBytes);
            }

            json.WriteEndObject();
        }

        line.Write(Encoding.UTF8.GetBytes("\n"));
        lock (_lock)
        {
            if (Failure is not null) return false;
            try
            {
                // One write a line, and out of this process before the request: a kill leaves whole lines.
                _file.Write(line.GetBuffer(), 0, (int)line.Length);
                _file.Flush();
                return true;
            }
            catch (IOException e)
            {
                Failure = e;
                return false;
            }
        }
    }
}
