using System.Management.Automation;
using ArtifactRegistry.Files;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>Opens the journal of -JournalPath.</summary>
internal static class JournalOpening
{
    /// <summary>Opens the journal. If that is not possible, the command ends before anything is deleted.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="path">The value of -JournalPath.</param>
    /// <param name="isWhatIf">Whether nothing is to be written.</param>
    /// <returns>The journal; null with -WhatIf.</returns>
    public static Journal? Open(PSCmdlet cmdlet, string path, bool isWhatIf)
    {
        try
        {
            string full = FilePath.Of(cmdlet, path);
            if (FilePath.FileProblem(full) is string problem) throw new IOException(problem);
            return isWhatIf ? null : new Journal(full);
        }
        catch (FileInUseException e)
        {
            End("JournalInUse", "is in use", e);
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RegistryException)
        {
            End("JournalNotWritable", "cannot be written", e);
            throw;
        }

        void End(string id, string what, Exception e) => cmdlet.ThrowTerminatingError(
            ErrorRecords.ForMisuse(id, $"The journal '{path}' {what}, so nothing was deleted: {e.Message}", path));
    }
}
