using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Deletes untagged digests that nothing refers to; never one that has a tag.</summary>
[Cmdlet(VerbsCommon.Remove, "ArUntaggedImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RemovedImage))]
public sealed class RemoveArUntaggedImageCommand : ChangeCmdlet
{
    private readonly List<ImagePattern> _scopes = [];
    private readonly Dictionary<ImageName, List<ImageName>> _digests = [];

    /// <summary>Repositories or images, also with * and ?, to clean up whole; or digests.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ImagePatternArgument(KeepRowTags = true)]
    [SupportsWildcards]
    public ImagePattern[] Image { get; set; } = [];

    /// <summary>Asks no question. It never widens what is deleted.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool NoQuestions => Force;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ImagePattern what in Image)
        {
            ImageName name = what.Name;
            if (name.Digest is not null && name.Tag is not null)
                WriteObject(new RemovedImage(name, new TagList([name.Tag]), 0, RemovalStatus.Kept, $"was given with the tag {name.Tag}"));
            else if (name.Digest is not null)
                Add(name);
            else if (name.Tag is not null || what.TagPattern is not null)
                WriteError(ErrorRecords.For(
                    new RegistryException(
                        RegistryErrorKind.NameNotSpecific,
                        $"'{what}' names a tag, and this cmdlet deletes only what has none. Remove-ArImage deletes by tag."),
                    what));
            else
                _scopes.Add(what);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // The pipeline is read to its end first, so that there is one question an image and not one a digest.
        foreach (ImagePattern scope in _scopes)
            foreach (UntaggedPlan plan in Wait(scope, () => RemoveUntagged.PlanAllAsync(Client, scope, StopToken)) ?? [])
                Carry(plan);
        foreach ((ImageName image, List<ImageName> digests) in _digests)
            if (Wait(image, () => RemoveUntagged.PlanSomeAsync(Client, image, digests, StopToken)) is UntaggedPlan plan)
                Carry(plan);
        Drain();
    }

    private void Add(ImageName digest)
    {
        ImageName image = digest.ToImage();
        if (!_digests.TryGetValue(image, out List<ImageName>? digests)) _digests[image] = digests = [];
        if (!digests.Contains(digest)) digests.Add(digest);
    }

    private void Carry(UntaggedPlan plan)
    {
        WriteObject(plan.Keep, enumerateCollection: true);
        if (plan.Delete.Count == 0) return;
        if (Confirm(plan.Image.ToString(), plan.Action))
            foreach (DockerImage image in plan.Delete)
                Start(image, () => RemoveAsync(image));
        else if (IsWhatIf)
            foreach (DockerImage image in plan.Delete)
                WriteObject(new RemovedImage(image, RemovalStatus.WouldRemove, RemoveUntagged.Reason));
    }

    private async Task RemoveAsync(DockerImage image)
    {
        RemovedImage removed = await RemoveUntagged.RunAsync(Client, image, StopToken);
        if (removed.Error is RegistryException error)
            await PostAsync(() => WriteError(ErrorRecords.For(error, removed)));
        await EmitAsync(removed);
    }
}
