using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>Files that parameters name.</summary>
internal static class FilePath
{
    /// <summary>The whole path: a relative one is relative to where the user is, which the process does not know.</summary>
    /// <exception cref="RegistryException">It is on a drive of something else, such as Env: or the registry of Windows.</exception>
    public static string Of(PSCmdlet cmdlet, string path)
    {
        string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem"
            ? full
            : throw new RegistryException(RegistryErrorKind.InvalidArgument, $"'{path}' is not in the file system.");
    }
}
