using System.Globalization;
using System.Management.Automation;
using ArtifactRegistry.Archive;
using ArtifactRegistry.Operations;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Restores images from the folder to which they were saved before they were deleted.</summary>
[Cmdlet(VerbsData.Restore, "ArImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(RestoredImage))]
public sealed class RestoreArImageCommand : TransferCmdlet
{
    private readonly List<string> _wanted = [];
    private readonly List<RestoredImage> _lacking = [];
    private readonly Dictionary<RestoreStatus, int> _counts = [];
    private RestoreImage? _restoration;

    /// <summary>Specifies the folder that was -ArchivePath when the images were deleted.</summary>
    [Parameter(
        Mandatory = true, Position = 0,
        HelpMessage = "The folder that was -ArchivePath when the images were deleted.")]
    [ValidateNotNullOrEmpty]
    public string? ArchivePath { get; set; }

    /// <summary>
    /// Specifies the images: names by digest or by tag, with * and ? anywhere, digests alone, or rows of what was
    /// removed. Without it, everything in the folder is restored.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [ArchivedImageArgument]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ArchivedImageCompleter))]
    public string[] Image { get; set; } = [];

    /// <summary>
    /// Specifies another repository, or an image in it, that may still have layers that were not saved.
    /// </summary>
    [Parameter]
    [ImageArgument(AllowRepositoryObject = true)]
    [ValidateCount(1, 1)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[]? LayerFrom { get; set; }

    /// <summary>Reads every layer completely at the end, and not only a byte of each.</summary>
    [Parameter]
    public SwitchParameter Verify { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _wanted.AddRange(Image.Where(text => text.Length > 0));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // Read the pipeline to its end first: what belongs together is restored together.
        if (Open() is ArchiveContent archive)
        {
            _restoration = new RestoreImage(Client, Registry, archive, Share)
            {
                LayerFrom = LayerFrom?[0],
                Verifies = Verify,
            };
            IReadOnlyList<ArchivedImage> images = Select(archive);
            bool isWhatIf = IsWhatIf;
            IReadOnlyList<(ArchivedImage Image, ImageContent Content)> found =
                Wait(this, () => _restoration.ReadAsync(
                    images, (image, e) =>
                    {
                        Count(RestoreStatus.Failed);
                        return FailAsync(ErrorRecords.For(e, image.Name));
                    }, StopToken)) ?? [];
            Started = found.Count;
            foreach ((ArchivedImage image, ImageContent content) in found)
                StartInTurn(image.Name, () => RestoreAsync(image.Name, content, isWhatIf));
            base.EndProcessing();
            FailForLayers();
            if (_counts.Values.Sum() > ScreenOutput.Handful) ScreenOutput.WriteLastWord(this, Line(isWhatIf));
            return;
        }

        base.EndProcessing();
    }

    /// <summary>Reports all images that lack layers in one error, since the advice is the same.</summary>
    private void FailForLayers()
    {
        if (_lacking.Count == 0) return;
        RegistryException error = _lacking.Count == 1
            ? _lacking[0].Error!
            : new RegistryException(
                RegistryErrorKind.ContentMissing,
                $"{_lacking.Count} images were not restored, and nothing of them was written: {_restoration!.Places} "
                    + "are blobs that they need. The rows have them as BlobsMissing.")
            {
                NamesItsSubject = true,
            };
        Fail(ErrorRecords.For(error, _lacking.Count == 1 ? _lacking[0] : _lacking));
    }

    private void Count(RestoreStatus status)
    {
        lock (_counts) _counts[status] = _counts.GetValueOrDefault(status) + 1;
    }

    private string Line(bool isWhatIf)
    {
        int restored = _counts.GetValueOrDefault(isWhatIf ? RestoreStatus.WouldRestore : RestoreStatus.Restored);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(isWhatIf ? "Would restore" : "Restored")} {restored} of {_counts.Values.Sum()} images"
                + $"{Part(_counts.GetValueOrDefault(RestoreStatus.AlreadyThere), "already there")}"
                + $"{Part(_lacking.Count, _lacking.Count == 1 ? "lacks layers" : "lack layers")}"
                + $"{Part(_counts.GetValueOrDefault(RestoreStatus.Failed) - _lacking.Count, "failed")}"
                + $"{Part(isWhatIf ? 0 : _counts.GetValueOrDefault(RestoreStatus.WouldRestore), "left")}.");
    }

    private static string Part(int count, string words) =>
        count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {count} {words}");

    private ArchiveContent? Open()
    {
        try
        {
            return ArchiveContent.Read(FilePath.Of(this, ArchivePath!));
        }
        catch (RegistryException e)
        {
            ThrowTerminatingError(ErrorRecords.For(e, ArchivePath!));
            return null;
        }
    }

    /// <summary>Gets the digests to restore. A pipeline without rows stands for none of them.</summary>
    private IReadOnlyList<ArchivedImage> Select(ArchiveContent archive)
    {
        if (archive.All.Count == 0)
        {
            WriteWarning(
                $"The archive '{ArchivePath}' has no images, so there is nothing to restore. The folder is the one "
                    + "that was -ArchivePath when the images were deleted.");
            return [];
        }

        if (!MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey(nameof(Image)))
            return archive.All;
        string list = string.Create(
            CultureInfo.InvariantCulture,
            $"Restore-ArImage '{ArchivePath}' -WhatIf lists what the archive has: {archive.All.Count} "
                + $"{(archive.All.Count == 1 ? "digest" : "digests")}, such as {archive.All[0].Names[^1]}.");
        HashSet<ArchivedImage> selected = [];
        foreach (string wanted in _wanted.Distinct())
        {
            // A digest as the screen shows it stands for one digest only.
            bool isShortened = wanted.Contains('…', StringComparison.Ordinal);
            string pattern = wanted.Replace('…', '*');
            ArchivedImage[] matches = [.. archive.All.Where(image => image.Matches(pattern))];
            bool isUnclear = isShortened && matches.DistinctBy(image => image.Name.Digest).Count() > 1;
            if (!isUnclear) selected.UnionWith(matches);
            if (matches.Length > 0 && !isUnclear) continue;
            string found = isUnclear ? "several digests that match" : "nothing that matches";
            RegistryException error = new(
                RegistryErrorKind.NotFound, $"The archive '{ArchivePath}' has {found} '{wanted}'.")
            {
                NamesItsSubject = true,
                Advice = Nearest.To(wanted, archive.All.SelectMany(image => image.Names)) is string near
                    ? $"Did you mean {near}? {list}"
                    : list,
            };
            Fail(ErrorRecords.For(error, wanted));
        }

        return [.. archive.All.Where(selected.Contains)];
    }

    private async Task RestoreAsync(ImageName name, ImageContent content, bool isWhatIf)
    {
        RestoredImage row;
        try
        {
            row = await _restoration!.RestoreAsync(
                name, content, ConfirmAsync, (tag, error) => FailAsync(ErrorRecords.For(error, tag)), StopToken);
        }
        catch (RegistryException e)
        {
            // Nothing was written so far.
            row = new RestoredImage(name) { Error = e };
        }

        Count(row.RestoreStatus);
        // A user who answered no has seen it on the screen.
        if (row.RestoreStatus is RestoreStatus.WouldRestore && !isWhatIf) return;
        if (row.RestoreStatus is RestoreStatus.Restored || row.Manifests + row.BlobsUploaded > 0)
            await EmitChangeAsync(row);
        else await EmitAsync(row);
        if (row.LacksBlobs) lock (_lacking) _lacking.Add(row);
        else if (row.Error is RegistryException error) await FailAsync(ErrorRecords.For(error, row));
    }
}
