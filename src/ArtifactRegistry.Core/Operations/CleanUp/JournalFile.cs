namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// A file that whole lines are appended to while others read it, rename it or cut it (logrotate does both), or a pipe.
/// </summary>
/// <remarks>
/// The file is opened anew for each line and written at its end: a handle that is kept goes on in a file that was renamed,
/// and at an offset that no longer exists in one that was cut. A second run is kept out by a lock file beside it, which
/// stays: on Linux no sharing mode of a file keeps a second writer out and lets readers in.
/// </remarks>
internal sealed class JournalFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream? _lock;
    private readonly FileStream? _pipe;

    private JournalFile(string path, FileStream? held, FileStream? pipe) => (_path, _lock, _pipe) = (path, held, pipe);

    /// <summary>Opens a file, which is made if it is not there, or a pipe or device.</summary>
    /// <exception cref="IOException">It cannot be opened, or another run is writing to it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static JournalFile Open(string path)
    {
        var probe = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1);
        // The folder of devices is no place for a lock file.
        if (!probe.CanSeek || path.StartsWith("/dev/", StringComparison.Ordinal)) return new JournalFile(path, null, probe);
        probe.Dispose();
        return new JournalFile(path, Lock(path), null);
    }

    /// <summary>The lines that are there; none of a pipe.</summary>
    public IEnumerable<string> ReadLines()
    {
        if (_pipe is not null) yield break;
        using var reader = new StreamReader(
            new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is string line) yield return line;
    }

    /// <summary>Appends a line, out of this process when it returns: a kill leaves whole lines.</summary>
    /// <exception cref="IOException">It cannot be written, or not whole.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written any more.</exception>
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
            throw new IOException(e.Message, e); // EFBIG: the file system, or a limit on the size of files, takes no more
        }
    }

    private void AppendToFile(ReadOnlySpan<byte> line)
    {
        using var file = new FileStream(
            _path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 1);
        long end = file.Length;
        try
        {
            // A run that was killed, or a full disk, may have left the last line torn.
            bool isTorn = end > 0 && LastByteOf(file) != '\n';
            file.Position = end;
            if (isTorn) file.WriteByte((byte)'\n');
            file.Write(line);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            TryCut(file, end); // the disk is full: no half line stays
            throw;
        }
    }

    /// <summary>True if somebody reads the file who lets nobody write meanwhile, so that another try helps.</summary>
    public static bool IsHeldByAReader(IOException error) =>
        error.HResult is unchecked((int)0x80070020) // ERROR_SHARING_VIOLATION
            or 11 or 35; // EWOULDBLOCK of Linux and macOS, from flock

    /// <inheritdoc/>
    public void Dispose()
    {
        _pipe?.Dispose();
        _lock?.Dispose();
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException e) when (IsHeldByAReader(e))
        {
            throw new JournalInUseException($"another run is writing to it and holds '{path}.lock'.", e);
        }
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
            // The next line begins on a line of its own all the same.
        }
    }
}

/// <summary>Another run is writing to the journal.</summary>
internal sealed class JournalInUseException(string message, Exception inner) : IOException(message, inner);
