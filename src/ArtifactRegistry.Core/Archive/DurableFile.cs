using ArtifactRegistry.Files;

namespace ArtifactRegistry.Archive;

/// <summary>
/// Writes files that are whole and on the disk, or not there at all, whenever the process or the machine stops.
/// </summary>
internal static class DurableFile
{
    /// <summary>Writes a file, which replaces one of the same name.</summary>
    /// <param name="temporary">The path to write to first, on the same file system. It must not exist.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="bytes">The content.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not permitted.</exception>
    public static void Write(string temporary, string path, ReadOnlySpan<byte> bytes)
    {
        try
        {
            using (FileStream file = Create(temporary, isAsync: false))
            {
                file.Write(bytes);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            MoveIntoPlace(temporary, path);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw FileErrors.TooLarge(e);
        }
        finally
        {
            TryDelete(temporary);
        }
    }

    /// <summary>Writes a file of any size in the same way.</summary>
    public static async Task WriteAsync(string temporary, string path, Func<FileStream, Task> write)
    {
        try
        {
            await using (FileStream file = Create(temporary, isAsync: true))
            {
                await write(file);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            MoveIntoPlace(temporary, path);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw FileErrors.TooLarge(e);
        }
        finally
        {
            TryDelete(temporary);
        }
    }

    /// <summary>Deletes a file if possible.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is left over is deleted by the next run.
        }
    }

    private static FileStream Create(string path, bool isAsync) =>
        new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, isAsync);

    private static void MoveIntoPlace(string temporary, string path)
    {
        File.Move(temporary, path, overwrite: true);
        // The new name is on the disk once the file is flushed under it.
        using FileStream named = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(named.SafeFileHandle);
    }
}
