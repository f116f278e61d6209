using System.Text.Json;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Appends a JSON line before each deletion (<c>"event":"delete"</c>) and one after it (<c>"event":"result"</c>), so that
/// each deletion of a run that was interrupted is known. A result is the status of the row, or <c>Unknown</c> where the
/// run ended before the answer came; the next run with the same journal looks what became of those. Times are UTC.
/// </summary>
internal sealed class Journal : ISweepLimit, IDisposable
{
    /// <summary>Why a deletion was not begun.</summary>
    public const string Broken = "the journal cannot be written any more";

    private static readonly TimeSpan PatienceWithReaders = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly JournalFile _file;

    /// <summary>Opens a file to append to, or a pipe; others may read it meanwhile.</summary>
    /// <exception cref="IOException">It cannot be opened, or another run is writing to it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public Journal(string path)
    {
        _file = JournalFile.Open(path);
        try
        {
            Unresolved = JournalReader.Unresolved(_file.ReadLines());
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The digests whose deletion an earlier run began, and of which it does not say what became of them.</summary>
    public IReadOnlyList<ImageName> Unresolved { get; }

    /// <summary>What kept a line from being written; null if all are there. From then on none is written any more.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Notes that a deletion is about to begin; false if that cannot be noted, so that it must not begin.</summary>
    public Task<bool> TryIntendAsync(DockerImage image) => TryWriteAsync(Line("delete", image.Uri, null, null, null));

    /// <summary>Notes what became of a deletion, if that can be noted.</summary>
    public Task<bool> TryNoteAsync(RemovedImage result) =>
        TryWriteAsync(Line("result", result.Uri, result.RemovalStatus.ToString(), result.Reason, result.SizeBytes));

    /// <summary>Notes, at the end of a run, that nobody waited for the end of a deletion.</summary>
    public void NoteUnknown(DockerImage image)
    {
        if (Failure is not null) return;
        try
        {
            _file.Append(Line(
                "result", image.Uri, JournalReader.Unknown, "the run was ended before the answer came; the next run looks", image.SizeBytes));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure = e; // an intent without a result says the same
        }
    }

    /// <summary>Notes what is seen of a deletion that an earlier run began.</summary>
    public Task<bool> TryResolveAsync(ImageName digest, RemovalStatus status, string reason) =>
        TryWriteAsync(Line("result", digest.ToString(), status.ToString(), reason, null));

    /// <inheritdoc/>
    string? ISweepLimit.Refuses(ImageNode node) => Failure is null ? null : Broken;

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _turn.Dispose();
    }

    private async Task<bool> TryWriteAsync(byte[] line)
    {
        await _turn.WaitAsync();
        try
        {
            long started = TimeProvider.System.GetTimestamp();
            while (Failure is null)
            {
                try
                {
                    _file.Append(line);
                    return true;
                }
                catch (IOException e) when (JournalFile.IsHeldByAReader(e)
                    && TimeProvider.System.GetElapsedTime(started) < PatienceWithReaders)
                {
                    await Task.Delay(BetweenTries);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    Failure = e;
                }
            }

            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    private static byte[] Line(string what, string uri, string? status, string? reason, long? sizeBytes)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("time", DateTime.UtcNow);
            json.WriteString("event", what);
            json.WriteString("uri", uri);
            if (status is not null) json.WriteString("status", status);
            if (reason is not null) json.WriteString("reason", reason);
            if (sizeBytes is long size) json.WriteNumber("sizeBytes", size);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }
}
