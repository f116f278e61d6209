namespace ArtifactRegistry.Files;

/// <summary>Tells apart the errors of files, which .NET reports differently on each operating system.</summary>
internal static class FileErrors
{
    /// <summary>Returns whether the file is open elsewhere and not shared, so that trying again may help.</summary>
    public static bool IsSharingViolation(IOException error) =>
        error.HResult is unchecked((int)0x80070020) // ERROR_SHARING_VIOLATION
            or 11 or 35; // EWOULDBLOCK of Linux and macOS, from flock

    /// <summary>
    /// Gets the exception for EFBIG, which the system reports when the file system, or a limit on the size of files,
    /// allows no more. .NET throws one that does not look like an error of a file.
    /// </summary>
    public static IOException TooLarge(ArgumentOutOfRangeException error) => new(error.Message, error);
}
