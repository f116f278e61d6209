namespace ArtifactRegistry.Auth;

/// <summary>
/// Opens a file that other programs may write, rename or delete while it is read: tokens and keys are renewed in place.
/// </summary>
internal static class SharedFile
{
    // On Windows, a program that opens a file defines what others may do with it, and File.OpenRead lets them only
    // read.
    public static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
