using System.Management.Automation;
using ArtifactRegistry.Archive;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Deletes images by digest or tag, or whole images with -All.</summary>
[Cmdlet(VerbsCommon.Remove, "ArImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RemovedImage))]
public sealed class RemoveArImageCommand : RemovalCmdlet
{
    private SaveImage? _archive;

    /// <summary>Specifies the images by digest or tag; with -All, without either.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [ImageArgument]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Image { get; set; } = [];

    /// <summary>Deletes the image together with tags that were not named.</summary>
    [Parameter]
    public SwitchParameter DeleteTags { get; set; }

    /// <summary>
    /// Deletes an image together with its signatures, attestations and SBOMs, including those with tags such as
    /// sha256-HEX.sig and these tags. Also allows deleting such a referrer by name although its image has a tag and
    /// stays.
    /// </summary>
    [Parameter]
    public SwitchParameter DeleteReferrer { get; set; }

    /// <summary>Deletes the whole image, with all its digests and tags.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>
    /// Specifies a folder to which each digest is saved before it is deleted, with its tags, as an OCI image layout, and
    /// without its layers unless -IncludeLayer is given. If a digest cannot be saved, it is not deleted.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ArchivePath { get; set; }

    /// <summary>Saves the layers too, and not only manifests and configurations.</summary>
    [Parameter]
    public SwitchParameter IncludeLayer { get; set; }

    /// <summary>Suppresses questions. It never widens what is deleted.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool NoQuestions => Force;

    private protected override string Notice => ArchiveOpening.Notice(ArchivePath, IncludeLayer);

    private protected override RemovalTotals Totals { get; } = new("digest", "digests");

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Totals.Remark = ArchiveOpening.Saved(ArchivePath, IncludeLayer, IsWhatIf);
        _archive = ArchiveOpening.Open(this, Client, Registry, ArchivePath, IncludeLayer, IsWhatIf, Asks);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _archive?.Dispose();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool deleteTags = DeleteTags, deleteReferrers = DeleteReferrer, all = All, whatIf = IsWhatIf;
        foreach (ImageName image in Image)
            StartInTurn(image, () =>
                CountingErrorsAsync(() =>
                    all ? RemoveAllAsync(image, whatIf) : RemoveOneAsync(image, deleteTags, deleteReferrers, whatIf)
                )
            );
    }

    private async Task RemoveOneAsync(ImageName image, bool deleteTags, bool deleteReferrers, bool whatIf)
    {
        if (image.IsWholeImage) await RefuseWholeImageAsync(image);
        RemoveImage removal = new(Client, Registry, Session.Manifests, ReportAtEnd, _archive);
        AllowedRemovals allowed = new(deleteTags, deleteReferrers);
        foreach (RemovedImage removed in await removal.RemoveAsync(image, allowed, ConfirmAsync, StopToken))
            await ReportAsync(removed, whatIf);
    }

    private async Task RemoveAllAsync(ImageName image, bool whatIf)
    {
        foreach (RemovedImage removed in await RemoveWholeImage.RemoveAsync(
            Client, image, _archive, ConfirmAsync, StopToken))
            await ReportAsync(removed, whatIf);
    }

    private async Task ReportAsync(RemovedImage removed, bool whatIf)
    {
        if (removed.RemovalStatus is RemovalStatus.WouldRemove && !whatIf)
            removed = removed.AsDeclined();
        Totals.Add(removed.RemovalStatus, removed.SizeBytes);
        if (removed.RemovalStatus is RemovalStatus.Removed) await EmitChangeAsync(removed);
        else await EmitAsync(removed);
        if (removed.Error is RegistryException error) await FailAsync(ErrorRecords.For(error, removed));
    }

    private async Task RefuseWholeImageAsync(ImageName image)
    {
        int count = 0;
        await foreach (DockerImage _ in FindImages.ListAsync(Client, ImagePattern.Exactly(image), StopToken)) count++;
        throw new RegistryException(
            RegistryErrorKind.NameNotSpecific,
            $"'{image}' names an image but no digest or tag.")
        {
            Advice = $"Say which one, for example {image}@sha256:… or …:v41, or use -All to delete the image with "
                + $"{(count == 1 ? "its only digest" : $"all {count} digests")}.",
        };
    }
}
