namespace ArtifactRegistry.Auth;

/// <summary>A file that somebody else may write, rename or delete while it is read: tokens and keys are renewed in place.</summary>
internal static class SharedFile
{
    // On Windows whoever opens a file says what others may do meanwhile, and File.OpenRead lets them read alone.
    public static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
