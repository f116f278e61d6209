using ArtifactRegistry.Files;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// A file to which whole lines are appended while others read, rename or truncate it (logrotate does both), or a pipe.
/// </summary>
/// <remarks>
/// The file is opened again for each line and written at its end: a handle that is kept open would keep writing to a
/// file that was renamed, and at an offset that no longer exists in one that was truncated. A lock file beside it keeps
/// a second run out and is not deleted: on Linux, no file sharing mode excludes a second writer while allowing readers.
/// </remarks>
internal sealed class JournalFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream? _lock;
    private readonly FileStream? _pipe;

    private JournalFile(string path, FileStream? held, FileStream? pipe) => (_path, _lock, _pipe) = (path, held, pipe);

    /// <summary>Opens a file, which is created if it does not exist, or a pipe or device.</summary>
    /// <exception cref="FileInUseException">Another run is writing to it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing to it is not permitted.</exception>
    public static JournalFile Open(string path)
    {
        FileStream probe = new(
            path,
            FileMode.OpenOrCreate,
            FileAccess.Write,
            FileShare.ReadWrite | FileShare.Delete,
            1
        );
        // A lock file does not belong in the device folder.
        if (!probe.CanSeek || path.StartsWith("/dev/", StringComparison.Ordinal))
            return new JournalFile(path, null, probe);
        probe.Dispose();
        return new JournalFile(path, LockFile.Open(path + ".lock"), null);
    }

    /// <summary>Reads the existing lines; a pipe has none.</summary>
    public IEnumerable<string> ReadLines()
    {
        if (_pipe is not null) yield break;
        using StreamReader reader = new(
            new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is string line) yield return line;
    }

    /// <summary>
    /// Appends a line. When the method returns, the line has left this process, so that killing it leaves whole lines.
    /// </summary>
    /// <exception cref="IOException">It cannot be written, or only in part.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing to it is no longer permitted.</exception>
    public void Append(ReadOnlySpan<byte> line)
    {
        try
        {
            if (_pipe is null) AppendToFile(line);
            else
            {
                if (_pipe.CanSeek) _pipe.Seek(0, SeekOrigin.End); // /dev/stdout that is redirected to a file
                _pipe.Write(line);
            }
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw FileErrors.TooLarge(e);
        }
    }

    private void AppendToFile(ReadOnlySpan<byte> line)
    {
        using FileStream file = new(
            _path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 1);
        long end = file.Length;
        try
        {
            // A run that was killed, or a full disk, may have left the last line incomplete.
            bool isTorn = end > 0 && LastByteOf(file) != '\n';
            file.Position = end;
            if (isTorn) file.WriteByte((byte)'\n');
            file.Write(line);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            TryCut(file, end); // the disk is full: leave no partial line behind
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pipe?.Dispose();
        _lock?.Dispose();
    }

    private static int LastByteOf(FileStream file)
    {
        file.Position = file.Length - 1;
        return file.ReadByte();
    }

    private static void TryCut(FileStream file, long length)
    {
        try
        {
            file.SetLength(length);
        }
        catch (IOException)
        {
            // The next append starts on a new line in any case.
        }
    }
}
