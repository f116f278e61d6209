using System.Management.Automation;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>
/// A cmdlet that writes and asks every text through <see cref="SafeText"/>: with secrets hidden and control characters
/// shown. Error records and their texts come from <see cref="ErrorRecords"/>.
/// </summary>
public abstract class SafeTextCmdlet : PSCmdlet
{
    /// <summary>Writes a warning.</summary>
    private protected new void WriteWarning(string text) => base.WriteWarning(SafeText.Clean(text));

    /// <summary>Writes a verbose line.</summary>
    private protected new void WriteVerbose(string text) => base.WriteVerbose(SafeText.Clean(text));

    /// <summary>Writes a debug line.</summary>
    private protected new void WriteDebug(string text) => base.WriteDebug(SafeText.Clean(text));

    /// <summary>Writes a line for the information stream.</summary>
    private protected void WriteInformation(string text, params string[] tags) =>
        base.WriteInformation(SafeText.Clean(text), tags);

    /// <summary>Asks or reports what would be done.</summary>
    private protected new bool ShouldProcess(string target, string action) =>
        base.ShouldProcess(SafeText.Clean(target), SafeText.Clean(action));
}
