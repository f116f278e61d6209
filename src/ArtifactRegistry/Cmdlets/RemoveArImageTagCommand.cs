using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Takes tags away; the images stay.</summary>
[Cmdlet(VerbsCommon.Remove, "ArImageTag", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ImageTag))]
public sealed class RemoveArImageTagCommand : ChangeCmdlet
{
    /// <summary>The tags by full name, or the image whose tags -Tag names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ImageArgument]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Image { get; set; } = [];

    /// <summary>The tags of the image. They are taken literally, without wildcards.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>Asks no question.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool NoQuestions => Force;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ImageName image in Image)
        {
            if (Tag is null)
            {
                Start(image, () => RemoveAsync(image));
                continue;
            }

            if (!image.IsWholeImage)
            {
                Fail(ErrorRecords.For(
                    new RegistryException(
                        RegistryErrorKind.NameNotSpecific,
                        $"'{image}' is not the name of an image without tag and digest, and -Tag was given beside it.")
                    {
                        Advice = "Give the image alone with -Tag, or the whole name of the tag without.",
                    },
                    image));
                continue;
            }

            foreach (string tag in Tag)
                Start($"{image}:{tag}", () => RemoveAsync(image.WithTag(tag)));
        }
    }

    private async Task RemoveAsync(ImageName name)
    {
        if (await RemoveTag.RunAsync(Client, name, ConfirmAsync, StopToken) is ImageTag removed) await EmitAsync(removed);
    }
}
