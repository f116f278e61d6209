namespace ArtifactRegistry.Files;

/// <summary>
/// A file that keeps other runs out while it is open. It is not deleted afterwards: another run could create it anew
/// while a third one still has the old one open.
/// </summary>
internal static class LockFile
{
    /// <summary>Opens the file, which is created if it does not exist.</summary>
    /// <exception cref="FileInUseException">Another run has it open.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing to it is not permitted.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException e) when (FileErrors.IsSharingViolation(e))
        {
            throw new FileInUseException($"another run is writing to it and holds '{path}'.", e);
        }
    }
}

/// <summary>Another run has the lock.</summary>
internal sealed class FileInUseException(string message, Exception inner) : IOException(message, inner);
