using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>Resolves file paths given as parameters.</summary>
internal static class FilePath
{
    /// <summary>
    /// Gets the full path. A relative path is relative to PowerShell's current location, not to that of the process.
    /// </summary>
    /// <exception cref="RegistryException">
    /// It is not on a file system drive, but for example on Env: or in the Windows registry, or there is no such drive.
    /// </exception>
    public static string Of(PSCmdlet cmdlet, string path)
    {
        try
        {
            string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(
                path, out ProviderInfo provider, out _);
            if (provider.Name == "FileSystem") return full;
        }
        catch (SessionStateException)
        {
            // Such as a drive that does not exist.
        }

        throw new RegistryException(RegistryErrorKind.InvalidArgument, $"'{path}' is not in the file system.")
        {
            Advice = ImageName.TryParse(path, out _)
                ? "It names an image or a repository, and a file or folder is needed here."
                : null,
        };
    }

    /// <summary>
    /// Gets why no file can be written at a full path, as far as can be seen without writing; null if nothing is in the
    /// way.
    /// </summary>
    public static string? FileProblem(string full) =>
        Directory.Exists(full)
            ? $"it is a folder. Give a file in it, such as '{Path.Combine(full, "journal.jsonl")}'."
        : Path.GetDirectoryName(full) is { Length: > 0 } folder && !Directory.Exists(folder)
            ? $"there is no folder '{folder}'. Create it first."
        : null;
}
