using System.Management.Automation.Runspaces;
using Microsoft.PowerShell.Commands;

namespace ArtifactRegistry.Shell.Hosting;

/// <summary>The cmdlets of pwsh that are not part of its engine: the Utility, Management and Security modules.</summary>
/// <remarks>
/// pwsh loads them by the manifests in its own folder, on first use. Here their assemblies are imported as they come in
/// their packages; names such as <c>Microsoft.PowerShell.Utility\Get-Date</c> are found nevertheless.
/// </remarks>
internal static class StandardCmdlets
{
    public static void AddTo(InitialSessionState state) => state.ImportPSModule(
    [
        typeof(SelectObjectCommand).Assembly.Location,
        typeof(GetContentCommand).Assembly.Location,
        typeof(ConvertToSecureStringCommand).Assembly.Location,
    ]);
}
