using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists the digests that a clean-up with -Quarantine has marked, since when, and until when.</summary>
[Cmdlet(VerbsCommon.Get, "ArQuarantinedImage")]
[OutputType(typeof(QuarantinedImage))]
public sealed class GetArQuarantinedImageCommand : RegistryCmdlet
{
    /// <summary>Specifies repositories, images, tags or digests. The image and the tag may contain * and ?.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [ImagePatternArgument(AllowRepositoryObject = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImagePattern[] Image { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ImagePattern what in Image)
        {
            Start(what, () => EmitAsync(FindQuarantined.ListAsync(Client, what, Warn, StopToken)));
            Drain();
        }
    }
}
