using System.Management.Automation;
using System.Management.Automation.Language;
using ArtifactRegistry.Archive;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Files;

namespace ArtifactRegistry;

/// <summary>Opens the folder of -ArchivePath, before anything is deleted, and says what it will hold.</summary>
internal static class ArchiveOpening
{
    /// <summary>Gets the line of a question that says whether what is deleted can be brought back.</summary>
    /// <param name="path">The value of -ArchivePath; null if it was not given.</param>
    /// <param name="includesLayers">The value of -IncludeLayer.</param>
    public static string Notice(string? path, bool includesLayers) =>
        path is null ? "\nNothing is saved, so this cannot be undone: see -ArchivePath."
        : includesLayers ? $"\nManifests and layers are saved to {path} first."
        : $"\nManifests are saved to {path} first. Layers are not saved: an undo works only while the registry still "
            + "has them; -IncludeLayer saves them.";

    /// <summary>
    /// Gets the sentence that a run ends with: what it saved, and how that comes back; empty if it saves nothing, or
    /// would save everything.
    /// </summary>
    /// <param name="path">The value of -ArchivePath; null if it was not given.</param>
    /// <param name="includesLayers">The value of -IncludeLayer.</param>
    /// <param name="isWhatIf">Whether nothing is to be written.</param>
    public static string Saved(string? path, bool includesLayers, bool isWhatIf) =>
        path is null || (includesLayers && isWhatIf) ? ""
        : includesLayers
            ? $"Manifests and layers were saved to {path}. Restore-ArImage {Argument(path)} brings them back."
        : isWhatIf ? $"Manifests would be saved to {path}, layers would not: see -IncludeLayer."
        : $"Manifests were saved to {path}, layers were not: see -IncludeLayer.";

    private static string Argument(string path) =>
        path.All(c => char.IsLetterOrDigit(c) || "~/\\:._-".Contains(c, StringComparison.Ordinal))
            ? path
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(path)}'";

    /// <summary>Opens the archive; an error ends the command.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="client">The API.</param>
    /// <param name="registry">The registry's own protocol.</param>
    /// <param name="path">The value of -ArchivePath; null if it was not given.</param>
    /// <param name="includesLayers">The value of -IncludeLayer.</param>
    /// <param name="isWhatIf">Whether nothing is to be written.</param>
    /// <param name="asks">Whether nothing is to be written before a question was answered with Yes.</param>
    /// <returns>What saves digests; null if nothing is to be saved.</returns>
    public static SaveImage? Open(
        PSCmdlet cmdlet,
        ArtifactRegistryClient client,
        OciRegistryClient registry,
        string? path,
        bool includesLayers,
        bool isWhatIf,
        bool asks)
    {
        try
        {
            if (path is null && includesLayers)
                throw new RegistryException(
                    RegistryErrorKind.InvalidArgument, "-IncludeLayer says what is saved, so it needs -ArchivePath.");
            if (path is null) return null;
            string folder = FilePath.Of(cmdlet, path);
            if (isWhatIf)
            {
                ArchiveWriter.Look(folder);
                return null;
            }

            Lazy<ArchiveWriter> writer =
                asks ? ArchiveWriter.OpenWhenNeeded(folder) : new(ArchiveWriter.Open(folder));
            return new SaveImage(client, folder, writer, registry.Open, includesLayers);
        }
        catch (FileInUseException e)
        {
            string text = $"The archive '{path}' is in use, so nothing was deleted: {e.Message}";
            cmdlet.ThrowTerminatingError(ErrorRecords.ForMisuse("ArchiveInUse", text, path));
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string text = $"The archive '{path}' cannot be written, so nothing was deleted: {e.Message}";
            RegistryException error = new(RegistryErrorKind.ArchiveNotWritable, text, e) { NamesItsSubject = true };
            cmdlet.ThrowTerminatingError(ErrorRecords.For(error, path!));
            throw;
        }
        catch (RegistryException e)
        {
            cmdlet.ThrowTerminatingError(ErrorRecords.For(e, path ?? "-IncludeLayer"));
            throw;
        }
    }
}
