using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists digests, tagged or not.</summary>
[Cmdlet(VerbsCommon.Get, "ArImage")]
[OutputType(typeof(DockerImage))]
public sealed class GetArImageCommand : RegistryCmdlet
{
    /// <summary>Repositories, images, tags or digests; image and tag may have * and ?.</summary>
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
            Start(what, () => EmitAsync(FindImages.ListAsync(Client, what, Warn, StopToken)));
            Drain();
        }
    }
}
