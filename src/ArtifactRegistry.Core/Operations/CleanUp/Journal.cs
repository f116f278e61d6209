using System.Text.Json;
using ArtifactRegistry.Files;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Appends one JSON line before each deletion (<c>"event":"delete"</c>) and one after it (<c>"event":"result"</c>), so
/// that every deletion of an interrupted run is on record, with the tags that the digest had. A result is the status of
/// the row, or <c>Unknown</c> if the run ended before the response arrived; the next run with the same journal checks
/// the outcome of those. Times are in UTC.
/// </summary>
internal sealed class Journal : ISweepLimit, IDisposable
{
    /// <summary>The reason why a deletion was not begun.</summary>
    public const string Broken = "the journal can no longer be written";

    private static readonly TimeSpan ReaderTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly JournalFile _file;

    /// <summary>Opens a file for appending, or a pipe. Others may read it at the same time.</summary>
    /// <exception cref="IOException">It cannot be opened, or another run is writing to it.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing to it is not permitted.</exception>
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

    /// <summary>The digests whose deletion an earlier run began and for which the journal has no result.</summary>
    public IReadOnlyList<UnresolvedDeletion> Unresolved { get; }

    /// <summary>
    /// The error that kept a line from being written; null if all were written. After an error, nothing more is
    /// written.
    /// </summary>
    public Exception? Failure { get; private set; }

    /// <summary>
    /// Records that a deletion is about to begin. Returns false if that cannot be written; the deletion must then not
    /// begin.
    /// </summary>
    public Task<bool> TryIntendAsync(DockerImage image) =>
        TryWriteAsync(Line("delete", image.Uri, image.Tags, null, null, null));

    /// <summary>Records the outcome of a deletion, if it can be written.</summary>
    /// <remarks>Where tags are missing, the outcome is left open, so that the next run puts them back.</remarks>
    public Task<bool> TryNoteAsync(RemovedImage result) => TryWriteAsync(Line(
        "result", result.Uri, result.Tags, result.LacksTags ? JournalReader.Unknown : result.RemovalStatus.ToString(),
        result.Reason, result.SizeBytes));

    /// <summary>Records, at the end of a run, that the run did not wait for a deletion to finish.</summary>
    public void NoteUnknown(DockerImage image)
    {
        if (Failure is not null) return;
        try
        {
            _file.Append(
                Line(
                    "result",
                    image.Uri,
                    image.Tags,
                    JournalReader.Unknown,
                    "the run was ended before the answer came; the next run looks",
                    image.SizeBytes
                )
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure = e; // an intent without a result says the same
        }
    }

    /// <summary>Records the observed outcome of a deletion that an earlier run began.</summary>
    public Task<bool> TryResolveAsync(ImageName digest, RemovalStatus status, string reason) =>
        TryWriteAsync(Line("result", digest.ToString(), TagList.Empty, status.ToString(), reason, null));

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
                catch (IOException e) when (FileErrors.IsSharingViolation(e)
                    && TimeProvider.System.GetElapsedTime(started) < ReaderTimeout)
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

    private static byte[] Line(
        string what, string uri, TagList tags, string? status, string? reason, long? sizeBytes)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            json.WriteString("time", DateTime.UtcNow);
            json.WriteString("event", what);
            json.WriteString("uri", uri);
            if (tags.Count > 0)
            {
                json.WriteStartArray("tags");
                foreach (string tag in tags) json.WriteStringValue(tag);
                json.WriteEndArray();
            }

            if (status is not null) json.WriteString("status", status);
            if (reason is not null) json.WriteString("reason", reason);
            if (sizeBytes is long size) json.WriteNumber("sizeBytes", size);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }
}
